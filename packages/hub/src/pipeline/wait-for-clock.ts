import { z } from 'zod';
import type { MatchEvidence, Signal } from '@sallyport/core';
import { readBody } from '../documents/document-type.ts';
import type { DocumentRow, Transaction } from '../store/store.ts';
import type { Match } from './match-device.ts';

/** What waits, with the device that it is about. */
export interface WaitingSignal {
  readonly deviceId: string;
  readonly evidence?: MatchEvidence | undefined;
  readonly signal: Signal;
}

/** What is relied on when it is applied; the rest stands as this hub wrote it. */
const reliedOn = z.looseObject({
  connectorId: z.string(),
  reportId: z.string(),
  observedAt: z.number(),
  keys: z.array(z.looseObject({ type: z.string(), value: z.string() })),
  findings: z.array(z.looseObject({})),
});
const waitingSignal: z.ZodType<WaitingSignal> = z.object({
  deviceId: z.string(),
  evidence: z.custom<MatchEvidence>().optional(),
  signal: z.custom<Signal>((signal) => reliedOn.safeParse(signal).success),
});

/**
 * While the clock is in doubt, what is newer cannot be told: bad news counts at once, as that of a report without a
 * time does, and the whole of each signal waits with the time that was reported.
 * @returns the signals as they count now
 */
export async function waitForClock(
  tx: Transaction,
  signals: readonly Signal[],
  matches: readonly Match[],
  now: number,
): Promise<readonly Signal[]> {
  await Promise.all(
    signals.map(async (signal, i) => {
      const match = matches[i];
      if (match?.kind !== 'matched') return;
      const waiting: WaitingSignal = {
        deviceId: match.deviceId,
        ...(match.evidence && { evidence: match.evidence }),
        signal,
      };
      await tx.documents.put('waitingSignal', `${signal.connectorId}/${signal.reportId}`, { ...waiting }, now);
    }),
  );
  return signals.map((signal) => badNewsOf(signal, now));
}

/** What ends an entry of the partner's, or its findings, is not bad news. */
function badNewsOf({ securedEndsFindings: _, endsReports, retires, state, ...signal }: Signal, now: number): Signal {
  const ends = endsReports !== undefined || retires === true;
  return {
    ...signal,
    observedAt: Math.min(signal.observedAt, now),
    undated: true,
    ...(!ends && state !== undefined && { state }),
  };
}

/** What waits in a row; `undefined`: it cannot be read. Its bad news has counted already, and it costs the others nothing. */
export function waitingIn(row: DocumentRow): WaitingSignal | undefined {
  return readBody({ body: waitingSignal }, row);
}
