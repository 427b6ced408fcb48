import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import type { PartnerHints, UserHints } from './hints.ts';
import type { AboutDevice, ExplanationPart, HeldCode } from './message.ts';
import { aboutDevice, partnerOf, partOf, riskOf, titleOf, type Told } from './tell.ts';

const HELD_CODES: ReadonlySet<ReasonCode> = new Set<HeldCode>([
  'threat_level_above_allowed',
  'device_compromised',
  'partner_app_deactivated',
  'partner_app_misconfigured',
]);

export type HeldReason = Reason & { readonly code: HeldCode; readonly heldDays: number };

export function isHeld(reason: Reason): reason is HeldReason {
  return reason.heldDays !== undefined && HELD_CODES.has(reason.code);
}

/** A report that may be about another device: what it says is told of neither, and what to do on it only where it does no harm on the wrong one. */
export function tellHeld(reason: HeldReason, hints: UserHints): Told {
  const { code, heldDays } = reason;
  const partner = partnerOf(reason, hints);
  const about = aboutDevice(partner, hints);
  const part = partOf(code);
  const isCompromised = code === 'device_compromised';
  return {
    code,
    title: { key: 'held.title', ...about },
    causes: [
      part('cause', { key: `held.problem.${code}`, ...about }),
      ...nameOfFinding(code, partner, about),
      ...(code === 'threat_level_above_allowed' ? riskOf(reason) : []),
      part('cause', { key: 'held.which', ...about }),
    ],
    steps: [part('step', { key: isCompromised ? 'reasons.device_compromised.step' : 'held.step', ...about })],
    isFinal: isCompromised,
    returns: { key: 'held.returns', ...about, days: heldDays },
  };
}

/** What the partner calls it, or else its category. */
function nameOfFinding(
  code: HeldCode,
  partner: PartnerHints | undefined,
  about: AboutDevice,
): readonly ExplanationPart[] {
  const words = titleOf(partner);
  const category = partner?.finding?.category ?? 'unclassified';
  if (words !== undefined) return [partOf(code)('finding', { key: 'held.name', ...about, title: { words } })];
  if (category === 'unclassified') return [];
  return [partOf(code)('finding', { key: 'held.name', ...about, title: { key: `categories.${category}` } })];
}
