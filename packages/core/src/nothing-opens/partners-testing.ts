import type { MergeMethod, SilentPartnerRule } from '../vocabulary/connector.ts';
import type { Level } from '../vocabulary/level.ts';
import type { Instant } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { badness, isLevel, type Closing, type Ledger } from './ledger-testing.ts';

/** What docs/decisions/0001 says of several partners and of silent ones, for the oracle of `Ledger`. */
export interface Partner {
  readonly id: string;
  readonly thresholdDays: number;
  readonly ledger: Ledger;
  lastHeardAt: Instant;
  withdrawnAt: Instant | undefined;
}

const DAY = 86_400_000;
const LEVEL_OF: Readonly<Record<Level, ThreatState>> = {
  secured: 'secured',
  low: 'lowSeverity',
  medium: 'mediumSeverity',
  high: 'highSeverity',
};

/** What has to keep the device closed at `now`; empty where the decision lets it open. */
export function whatCloses(
  partners: readonly Partner[],
  merge: MergeMethod,
  silent: SilentPartnerRule,
  required: Level,
  now: Instant,
): readonly Closing[] {
  const above = ({ state }: Closing): boolean => badness(state) > badness(LEVEL_OF[required]);
  const closing = partners
    .map((partner) => ({ partner, closings: stillHeard(partner, silent, now).filter(above) }))
    .filter(({ closings }) => closings.length > 0);
  const all = closing.flatMap(({ closings }) => closings);
  switch (merge.method) {
    case 'strictest':
    case 'every':
      return all;
    case 'quorum': {
      const known = partners.filter(({ ledger }) => ledger.hasLevels).length;
      const voices = closing.filter(({ closings }) => closings.some(({ state }) => isLevel(state)));
      return known < merge.atLeast || voices.length >= merge.atLeast
        ? all
        : all.filter(({ state }) => state === 'compromised');
    }
    case 'primary':
      return ofPrimary(partners, merge.order, all, closing);
    default:
      return all;
  }
}

function ofPrimary(
  partners: readonly Partner[],
  order: readonly string[],
  all: readonly Closing[],
  closing: readonly { partner: Partner; closings: readonly Closing[] }[],
): readonly Closing[] {
  for (const id of order) {
    const levels =
      closing.find(({ partner }) => partner.id === id)?.closings.filter(({ state }) => isLevel(state)) ?? [];
    if (levels.length > 0) return levels;
    if (partners.some((partner) => partner.id === id && partner.ledger.hasLevels)) return [];
  }
  return all;
}

/** Of a partner that fell silent or withdrew only so much closes as the rule says. */
function stillHeard(partner: Partner, rule: SilentPartnerRule, now: Instant): readonly Closing[] {
  const closings = partner.ledger.closings(now);
  const days = partner.thresholdDays;
  if (partner.withdrawnAt !== undefined) {
    if (now - partner.withdrawnAt <= (days === 0 ? 30 : days) * DAY) return closings;
    return rule === 'ignore' || rule === 'keepWorse' ? [] : closings;
  }
  if (days === 0 || now - partner.lastHeardAt <= days * DAY) return closings;
  if (rule === 'keepWorse') return now - partner.lastHeardAt <= Math.max(30, days) * DAY ? closings : [];
  return rule === 'ignore' ? [] : closings;
}
