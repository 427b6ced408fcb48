import { meaningOf, stateOfLevel } from '@sallyport/core';
import type { FindingReport, Signal, ThreatState } from '@sallyport/core';
import { readingsOf } from '../../platform/repeated-members.ts';

export interface Reading {
  /** The record as it counts. */
  readonly record: unknown;
  readonly signals: readonly Signal[];
}

/**
 * What a record reports. Where a name stands twice in one of its objects, the worst of what it may mean counts, flagged
 * with the names; and no good news of it counts where the readings are of different devices or too many to look at.
 */
export function worstReading(record: unknown, normalise: (record: unknown) => readonly Signal[]): Reading {
  const { records, names, incomplete } = readingsOf(record);
  const readings = records.map((one): Reading => ({ record: one, signals: normalise(one) }));
  const worst = readings.reduce((a, b) => (rankOf(b.signals) > rankOf(a.signals) ? b : a));
  if (names.length === 0) return worst;
  const devices = new Set(readings.map(({ signals }) => JSON.stringify(signals.map(({ keys }) => keys))));
  const doubtful = incomplete || devices.size > 1;
  const flag = `repeated member ${names
    .slice(0, 5)
    .map((name) => name.slice(0, 40))
    .join(', ')}`;
  return {
    ...worst,
    signals: worst.signals.map((signal) => ({
      ...(doubtful ? withoutGoodNews(signal) : signal),
      flag: signal.flag ?? flag,
    })),
  };
}

/** Worse is higher; a record that reports nothing is lowest, and what is not known is worse than good news. Of equal readings the first is taken. */
function rankOf(signals: readonly Signal[]): number {
  return Math.max(
    -1,
    ...signals.map(({ state, findings }) => {
      const parts = [...(state === undefined ? [] : [rankOfState(state)]), ...findings.map(rankOfFinding)];
      return parts.length === 0 ? NOT_KNOWN : Math.max(...parts);
    }),
  );
}

const GOOD = meaningOf('secured').rank;
const NOT_KNOWN = GOOD + 0.5;

function rankOfState(state: ThreatState): number {
  return meaningOf(state).missing ? NOT_KNOWN : meaningOf(state).rank;
}

function rankOfFinding({ state, severity }: FindingReport): number {
  if (state === 'resolved') return GOOD;
  return severity === undefined ? NOT_KNOWN : meaningOf(stateOfLevel(severity)).rank;
}

function withoutGoodNews(signal: Signal): Signal {
  const { state, ...rest } = signal;
  const findings = signal.findings.filter((finding) => finding.state === 'open');
  return state !== 'secured' ? { ...signal, findings } : { ...rest, findings };
}
