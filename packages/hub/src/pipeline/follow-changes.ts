import type { DocumentKind, OutboxRow, Store } from '../store/store.ts';
import { takeIn } from './configure.ts';
import type { Memory } from './memory.ts';
import { snapshotRow } from './register-device.ts';
import { Serial } from './serial.ts';

/**
 * Keeps this process's memory in step with what other processes on the same database commit. What this one
 * committed itself is already in memory; its rows are known by their `origin`.
 */
export function followChanges(store: Store, memory: Memory, origin: string, onError: (error: unknown) => void): { stop(): Promise<void> } {
  const inOrder = new Serial();
  let stopped = false;
  store.onCommitted((rows) => {
    const foreign = stopped ? [] : rows.filter((row) => row.payload.origin !== origin);
    if (foreign.length > 0) inOrder.run(() => takeRows(store, memory, foreign)).catch(onError);
  });
  return {
    stop() {
      stopped = true;
      return inOrder.run(() => Promise.resolve());
    },
  };
}

async function takeRows(store: Store, memory: Memory, rows: readonly OutboxRow[]): Promise<void> {
  const configuration = rows.filter((r) => r.kind === 'configuration-changed');
  await takeIn({ store, memory }, configuration.map((r) => r.payload as { kind: DocumentKind; id: string }));
  const changed = [...new Set(rows.filter((r) => r.kind === 'device-posture-changed').map((r) => r.subject))];
  const devices = changed.length === 0 ? [] : await store.devices.get(changed);
  const postures = new Map(devices.length === 0 ? [] : (await store.postures.get(changed)).map((p) => [p.deviceId, p]));
  for (const row of devices) memory.fleet.put(snapshotRow(row, postures.get(row.id) ?? null));
  for (const row of rows) if (row.kind === 'device-removed') memory.fleet.remove(row.subject);
}
