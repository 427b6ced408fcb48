import type { Connector } from '../vocabulary/connector.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { badViewsOf } from './word-of-partner.ts';

/**
 * The views without holds that are over: nothing that is held closes anything any more, because `holdDays` went by without a
 * report of its identity, or `badNewsDays` without a level of it. The very same array where there are none. What was held by a partner
 * that is not among the connectors stays as it is.
 */
export function withoutEndedHolds<View extends PartnerWord>(
  views: readonly View[],
  connectors: readonly Connector[],
  now: Instant,
  limits: SignalLimits,
): readonly View[] {
  if (views.every(({ held }) => held === undefined)) return views;
  const isOver = (view: View): boolean => {
    const connector = view.held && connectors.find(({ id }) => id === view.connectorId);
    return connector !== undefined && badViewsOf(views, connector, now, limits).every((bad) => bad.view !== view);
  };
  const left = views.filter((view) => !isOver(view));
  return left.length === views.length ? views : left;
}
