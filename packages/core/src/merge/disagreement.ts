import type { EvaluationInput } from '../evaluate/evaluate-compliance.ts';
import { enrolledConnectors } from '../evaluate/evaluate-compliance.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import { meaningOf } from '../vocabulary/threat-state.ts';
import { hasVoice, isSilent, ruleFor } from './merge-partners.ts';

const AGREED: readonly PartnerWord[] = [];

/**
 * What the partners say that contradict each other about a device; empty when they agree. Whose word does not
 * count for the device (another enrolment group, basic setup, platform off, withdrawn, silent and ignored) and
 * who has no word about its health takes no part. It does not matter what the merge method makes of it.
 */
export function disagreement(
  { device, groupIds, views, connectors, mergeRules }: Pick<EvaluationInput, 'device' | 'groupIds' | 'views' | 'connectors' | 'mergeRules'>, now: Instant,
): readonly PartnerWord[] {
  if (views.length < 2) return AGREED;
  const { silentPartner } = ruleFor(mergeRules, device.platform, groupIds);
  const heard: PartnerWord[] = [];
  for (const connector of enrolledConnectors(connectors, groupIds)) {
    if (!hasVoice(connector, device.platform) || (silentPartner === 'ignore' && isSilent(connector, now))) continue;
    const view = views.find(({ connectorId }) => connectorId === connector.id);
    if (view !== undefined && !meaningOf(view.state).missing) heard.push(view);
  }
  return heard.some((view) => view.state !== heard[0]?.state) ? heard.sort((a, b) => (a.connectorId < b.connectorId ? -1 : 1)) : AGREED;
}
