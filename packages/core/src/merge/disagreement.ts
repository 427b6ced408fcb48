import type { EvaluationInput } from '../evaluate/evaluate-compliance.ts';
import { enrolledConnectors } from '../evaluate/evaluate-compliance.ts';
import type { Connector } from '../vocabulary/connector.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { meaningOf } from '../vocabulary/threat-state.ts';
import { hasVoice, ruleFor } from './merge-partners.ts';
import { silentRuleFor } from './silence.ts';
import { stateOfPartner } from './word-of-partner.ts';

/** What one partner reports of a device, in all. */
export type PartnerAssessment = Pick<PartnerWord, 'connectorId' | 'state' | 'observedAt'>;

const AGREED: readonly PartnerAssessment[] = [];

/**
 * What the partners report that contradict each other about a device; empty when they agree. A partner that does not
 * count for the device (another enrolment group, basic setup, platform off, withdrawn, silent and ignored) and
 * one that reports nothing about its health takes no part. It does not matter what the merge method makes of it.
 */
export function disagreement(
  {
    device,
    groupIds,
    views,
    connectors,
    mergeRules,
    limits,
  }: Pick<EvaluationInput, 'device' | 'groupIds' | 'views' | 'connectors' | 'mergeRules' | 'limits'>,
  now: Instant,
): readonly PartnerAssessment[] {
  if (views.length < 2) return AGREED;
  const { silentPartner } = ruleFor(mergeRules, device.platform, groupIds);
  const heard: PartnerAssessment[] = [];
  for (const connector of enrolledConnectors(connectors, groupIds)) {
    if (!hasVoice(connector, device.platform)) continue;
    const state = stateOfPartner(views, connector, now, limits)?.state;
    if (
      state === undefined ||
      meaningOf(state).missing ||
      silentRuleFor(connector, silentPartner, state, now, limits) === 'ignore'
    )
      continue;
    heard.push({
      connectorId: connector.id,
      state,
      observedAt: Math.max(...views.flatMap((view) => (view.connectorId === connector.id ? [view.observedAt] : []))),
    });
  }
  return heard.some((view) => view.state !== heard[0]?.state)
    ? heard.sort((a, b) => (a.connectorId < b.connectorId ? -1 : 1))
    : AGREED;
}

/**
 * Connectors of which several identities speak for one device, and an older one reports a level worse than the newest
 * does: one phone with two records of the partner, or two phones that claim to be one.
 */
export function conflictingIdentities(
  views: readonly PartnerWord[],
  connectors: readonly Connector[],
  now: Instant,
  limits: SignalLimits,
): readonly string[] {
  if (views.length < 2) return NO_CONNECTORS;
  return connectors
    .filter((connector) => {
      const own = views.filter(
        (view) =>
          view.connectorId === connector.id &&
          view.held === undefined &&
          view.retired !== true &&
          view.superseded !== true,
      );
      const newest = own.at(-1);
      if (newest === undefined || own.length < 2) return false;
      const ofNewest = stateOfPartner([newest], connector, now, limits)?.state;
      return ofNewest !== stateOfPartner(own, connector, now, limits)?.state;
    })
    .map(({ id }) => id);
}

const NO_CONNECTORS: readonly string[] = [];
