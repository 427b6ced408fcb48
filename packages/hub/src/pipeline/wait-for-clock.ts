import type { MatchEvidence, Signal } from '@sallyport/core';
import type { DocumentRow, Transaction } from '../store/store.ts';
import { applyToDevices, type TakeDependencies } from './apply-to-devices.ts';
import type { Match } from './match-device.ts';

/** Signals that one transaction applies. */
const CHUNK = 500;

interface WaitingSignal {
  readonly deviceId: string;
  readonly evidence?: MatchEvidence | undefined;
  readonly signal: Signal;
}

/**
 * While the clock is in doubt, what is newer cannot be told: bad news counts at once, as that of a report without a
 * time does, and the whole of each signal waits with the time that was reported.
 * @returns the signals as they count now
 */
export async function waitForClock(tx: Transaction, signals: readonly Signal[], matches: readonly Match[], now: number): Promise<readonly Signal[]> {
  await Promise.all(signals.map(async (signal, i) => {
    const match = matches[i];
    if (match?.kind !== 'matched') return;
    const waiting: WaitingSignal = { deviceId: match.deviceId, ...(match.evidence && { evidence: match.evidence }), signal };
    await tx.documents.put('waitingSignal', `${signal.connectorId}/${signal.reportId}`, { ...waiting }, now);
  }));
  return signals.map((signal) => badNewsOf(signal, now));
}

/** What ends an entry of the partner's, or its findings, is not bad news. */
function badNewsOf({ securedEndsFindings: _, endsReports, retires, state, ...signal }: Signal, now: number): Signal {
  const ends = endsReports !== undefined || retires === true;
  return { ...signal, observedAt: Math.min(signal.observedAt, now), undated: true, ...(!ends && state !== undefined && { state }) };
}

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
  const postures = await serial.run(() => store.transaction(async (tx) => {
    const now = clock.now();
    const waiting = rows.map((row) => row.body as unknown as WaitingSignal)
      // Devices and partners may have gone meanwhile.
      .filter(({ deviceId, signal }) => memory.fleet.get(deviceId) !== undefined && memory.connector(signal.connectorId) !== undefined);
    const signals = waiting.map(({ signal }) => ({ ...signal, observedAt: Math.min(signal.observedAt, now), receivedAt: now }));
    const matches = waiting.map(({ deviceId, evidence }): Match => ({ kind: 'matched', deviceId, evidence }));
    const applied = await applyToDevices(tx, deps, signals, matches, now);
    // A doubt may have begun meanwhile, in which they wait on.
    if (clock.inDoubt !== true) for (const { kind, id } of rows) await tx.documents.delete(kind, id);
    return applied.postures;
  }));
  for (const posture of postures) memory.fleet.setPosture(posture);
}
