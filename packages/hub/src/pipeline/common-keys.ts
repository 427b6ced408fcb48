import type { Signal, SignalLimits } from '@sallyport/core';
import type { OutboxRow } from '../store/store.ts';
import { isPartners, type Match } from './match-device.ts';

const HOUR = 3_600_000;
/** More keys than these within an hour are one fault, of which there has been an alarm. */
const MAX_KEYS = 1_000;

/** Alarms about keys that so many devices carry that they identify none: each key once an hour. */
export class CommonKeys {
  readonly #alarmed = new Map<string, number>();
  /** Reports that could be matched to nobody because of it, since the start. */
  reports = 0;

  /** The alarm that a report gives rise to, if any. */
  alarm(
    { connectorId, reportId, keys }: Signal,
    match: Match,
    { maxCandidates }: SignalLimits,
    now: number,
    origin: string,
  ): Omit<OutboxRow, 'seq'>[] {
    if (match.kind !== 'ambiguous' || match.candidates.length <= maxCandidates) return [];
    this.reports += 1;
    const key = keys.find((one) => !isPartners(one));
    if (key === undefined || !this.#isDue(`${key.type} ${key.value.toLowerCase()}`, now)) return [];
    const named = key.type === 'email' ? {} : { key: key.value };
    return [
      {
        kind: 'key-too-common',
        subject: key.type,
        at: now,
        payload: { connectorId, reportId, keyType: key.type, ...named, devices: match.candidates.length, origin },
      },
    ];
  }

  #isDue(name: string, now: number): boolean {
    for (const [key, at] of this.#alarmed) if (Math.abs(now - at) >= HOUR) this.#alarmed.delete(key);
    if (this.#alarmed.has(name) || this.#alarmed.size >= MAX_KEYS) return false;
    this.#alarmed.set(name, now);
    return true;
  }
}
