import type { z } from 'zod';
import type { Signal } from '@sallyport/core';
import { connectorOfReport } from '../../../pipeline/forget-partner.ts';
import type { Store, StoredReport } from '../../../store/store.ts';
import { VENDORS } from '../../../vendors/registry.ts';
import type { Vendor } from '../../../vendors/vendor.ts';
import { PARTNER_FORMAT, parsePartnerReport } from '../../partner/parse-report.ts';

/** What a kept report says, in our words; `undefined` where it cannot be read any more. */
export type ReadAgain = (report: StoredReport) => Signal | undefined;

/**
 * Reads kept reports for people, from what came in: once a report has its device, only that is kept of it.
 * Where an administrator describes the format, the description as it now stands is used. Nothing follows from
 * what is read here.
 */
export async function readAgain(store: Pick<Store, 'documents'>, reports: readonly StoredReport[]): Promise<ReadAgain> {
  const connectors = new Set(reports.map(({ connectorId }) => connectorOfReport(connectorId)));
  const links = await Promise.all(
    [...connectors].map(async (id) => [id, (await store.documents.get('vendorLink', id))?.body.settings] as const),
  );
  const settingsOf = new Map(links);
  return (report) => {
    if (report.signal !== null) return report.signal;
    const connectorId = connectorOfReport(report.connectorId);
    try {
      return signalsOf(report, connectorId, settingsOf.get(connectorId) ?? {}).find(
        ({ reportId }) => reportId === report.reportId,
      );
    } catch {
      // A description that has changed since, or raw text of a version that nobody knows: the raw report is there.
      return undefined;
    }
  };
}

function signalsOf(
  { format, raw, receivedAt }: StoredReport,
  connectorId: string,
  settings: unknown,
): readonly Signal[] {
  const record: unknown = JSON.parse(raw);
  if (format === PARTNER_FORMAT) {
    const parsed = parsePartnerReport(record, connectorId, receivedAt);
    return parsed.ok ? [parsed.incoming.signal] : [];
  }
  const vendor = VENDORS.find((one) => one.format === format);
  return vendor === undefined ? [] : vendor.normalise(record, connectorId, receivedAt, openSettings(vendor, settings));
}

/** Without secrets, which are not needed to read, and with the defaults of what was never written. */
function openSettings({ settings: { shape } }: Vendor, given: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, field]) => {
      const parsed = (field as z.ZodType).safeParse((given as Readonly<Record<string, unknown>>)[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}
