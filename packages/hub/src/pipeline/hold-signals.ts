import type { Signal } from '@sallyport/core';
import type { Fleet } from './fleet.ts';
import type { Match } from './match-device.ts';

/** A key that more devices carry identifies none of them. */
export const MOST_CANDIDATES = 5;

/** What a signal does to a device that is not known to be the one it is about. */
export interface HoldEffect {
  readonly deviceId: string;
  readonly kind: 'hold' | 'release';
}

const NO_EFFECTS: readonly HoldEffect[] = [];

/**
 * Bad news that may be about several devices is held against each of them. Whatever the identity that reported it reports
 * next reaches these devices, and a report that is known to be about one of them releases the others.
 */
export function holdEffects(fleet: Pick<Fleet, 'heldBy'>, signal: Signal, match: Match): readonly HoldEffect[] {
  const holding = fleet.heldBy(signal.connectorId, signal);
  if (match.kind === 'matched') {
    if (holding.length === 0) return NO_EFFECTS;
    return holding.filter((deviceId) => match.waited === true || deviceId !== match.deviceId).map((deviceId) => ({ deviceId, kind: 'release' }));
  }
  const candidates = match.kind === 'ambiguous' && match.candidates.length <= MOST_CANDIDATES ? match.candidates : [];
  if (candidates.length + holding.length === 0) return NO_EFFECTS;
  return [...new Set([...candidates, ...holding])].map((deviceId) => ({ deviceId, kind: 'hold' }));
}
