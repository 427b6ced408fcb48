import type { DocumentRow } from '../store/store.ts';
import { applyToDevices, type TakeDependencies } from './apply-to-devices.ts';
import type { Match } from './match-device.ts';
import { waitingIn } from './wait-for-clock.ts';

/** Signals that one transaction applies. */
const CHUNK = 500;

/** Applies what waited, now that the clock is sure. What cannot be applied before the next doubt waits on. */
export async function applyWaitingForClock(deps: TakeDependencies): Promise<void> {
  for await (const page of deps.store.documents.snapshot('waitingSignal')) {
    for (let i = 0; i < page.length; i += CHUNK) {
      if (deps.clock.inDoubt === true) return;
      await applyRows(deps, page.slice(i, i + CHUNK));
    }
  }
}

async function applyRows(deps: TakeDependencies, rows: readonly DocumentRow[]): Promise<void> {
  const { store, serial, memory, clock } = deps;
  const postures = await serial.run(() =>
    store.transaction(async (tx) => {
      const now = clock.now();
      const waiting = rows
        .flatMap((row) => waitingIn(row) ?? [])
        // Devices and partners may have gone meanwhile.
        .filter(
          ({ deviceId, signal }) =>
            memory.fleet.get(deviceId) !== undefined && memory.connector(signal.connectorId) !== undefined,
        );
      const signals = waiting.map(({ signal }) => ({
        ...signal,
        observedAt: Math.min(signal.observedAt, now),
        receivedAt: now,
      }));
      const matches = waiting.map(({ deviceId, evidence }): Match => ({ kind: 'matched', deviceId, evidence }));
      const applied = await applyToDevices(tx, deps, signals, matches, now);
      // A doubt may have begun meanwhile, in which they wait on.
      if (clock.inDoubt !== true) for (const { kind, id } of rows) await tx.documents.delete(kind, id);
      return applied.postures;
    }),
  );
  for (const posture of postures) memory.fleet.setPosture(posture);
}
