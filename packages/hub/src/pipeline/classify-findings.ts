import { categoryOf, type CategoryTable } from '@sallyport/core';
import type { Store } from '../store/store.ts';
import { VENDORS, vendorById } from '../vendors/registry.ts';
import type { Serial } from '../view/serial.ts';

const CHUNK = 500;

/**
 * Gives a category to findings that were kept before there were any, so that they are found by it. A part at a
 * time, since there may be very many; ends when there are none left, or when `stopped` says so.
 */
export async function classifyFindings(store: Store, serial: Serial, stopped: () => boolean): Promise<void> {
  const tables = new Map<string, CategoryTable | undefined>();
  while (!stopped()) {
    const old = await store.findings.withoutCategory(CHUNK);
    if (old.length === 0) return;
    for (const { connectorId } of old)
      if (!tables.has(connectorId)) tables.set(connectorId, await tableOf(store, connectorId));
    const deviceIds = [...new Set(old.map(({ deviceId }) => deviceId))];
    await serial.run(() =>
      store.transaction(async (tx) => {
        // Held, and read again: a report may have come in between.
        await tx.postures.get(deviceIds);
        const current = (await tx.findings.ofDevices(deviceIds)).filter(({ category }) => category === undefined);
        await tx.findings.put(
          current.map((finding) => ({
            ...finding,
            category: categoryOf(tables.get(finding.connectorId), finding.type),
          })),
        );
      }),
    );
  }
}

/** The words of the vendor behind a connector. */
async function tableOf(store: Pick<Store, 'documents'>, connectorId: string): Promise<CategoryTable | undefined> {
  const link = await store.documents.get('vendorLink', connectorId);
  const vendor =
    link === undefined ? VENDORS.find((one) => one.connectorId === connectorId) : vendorById(String(link.body.vendor));
  return vendor?.categories;
}
