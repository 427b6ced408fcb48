import type { Signal, SignalLimits } from '@sallyport/core';
import type { Fleet } from '../view/fleet.ts';
import type { Match, Matching } from './match-device.ts';

/** What a signal does to a device that is not known to be the one it is about. */
export interface HoldEffect {
  readonly deviceId: string;
  readonly kind: 'hold' | 'release';
}

const NO_EFFECTS: readonly HoldEffect[] = [];
const NO_DEVICES: readonly string[] = [];

/**
 * Bad news that may be about several devices is held against each of them. Whatever the identity that reported it reports
 * next reaches these devices, and a report that is known to be about one of them releases the others.
 */
export function holdEffects(
  fleet: Pick<Fleet, 'heldBy'>,
  signal: Signal,
  match: Match,
  { maxCandidates }: SignalLimits,
): readonly HoldEffect[] {
  const holding = fleet.heldBy(signal.connectorId, signal);
  if (match.kind === 'matched') return effectsOfMatch(holding, match, maxCandidates);
  const candidates = match.kind === 'ambiguous' && match.candidates.length <= maxCandidates ? match.candidates : [];
  if (candidates.length + holding.length === 0) return NO_EFFECTS;
  return [...new Set([...candidates, ...holding])].map((deviceId) => ({ deviceId, kind: 'hold' }));
}

/** Where it was only learnt which device is meant, bad news is held against the others, and good news ends what was held. */
function effectsOfMatch(
  holding: readonly string[],
  { deviceId: matched, others = NO_DEVICES, waited }: Matching,
  maxCandidates: number,
): readonly HoldEffect[] {
  if (holding.length + others.length === 0) return NO_EFFECTS;
  if (waited === true) return holding.map((deviceId) => ({ deviceId, kind: 'release' }));
  if (others.length === 0)
    return holding.filter((id) => id !== matched).map((deviceId) => ({ deviceId, kind: 'release' }));
  const candidates = others.length < maxCandidates ? others : NO_DEVICES;
  return [...new Set([...candidates, ...holding])]
    .filter((id) => id !== matched)
    .map((deviceId) => ({ deviceId, kind: 'hold' }));
}
