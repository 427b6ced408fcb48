import { silenceBegan, type PartnerView, type PartnerWord } from '@sallyport/core';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { rewritePostures } from './rewrite-postures.ts';

/**
 * The clock has moved forward by more than went by. Bad news that ends by the time that goes by without a report (contact
 * lost, an older identity, a hold) ends no sooner for it.
 * @param done devices that were moved; for a repetition after a failure
 */
export async function moveForward(deps: ReevaluateDependencies, ms: number, done: Set<string>): Promise<void> {
  const now = deps.clock.now();
  await rewritePostures(
    deps,
    ({ views }) => views.some((view) => endsByTime(view, views)),
    ({ views, failing }) => ({
      failing,
      views: views.map((view) => (endsByTime(view, views) ? moved(view, isOlderIdentity(view, views), ms, now) : view)),
    }),
    done,
  );
}

function endsByTime(view: PartnerWord, views: readonly PartnerWord[]): boolean {
  return view.levelMissingSince !== undefined || isOlderIdentity(view, views);
}

function isOlderIdentity(view: PartnerWord, views: readonly PartnerWord[]): boolean {
  return (
    view.held !== undefined ||
    view.carried !== undefined ||
    views.findLast(({ connectorId }) => connectorId === view.connectorId) !== view
  );
}

function moved(view: PartnerView, isOlder: boolean, ms: number, now: number): PartnerView {
  const later = (at: number): number => Math.min(now, at + ms);
  return {
    ...view,
    ...(isOlder && { silenceFrom: later(silenceBegan(view)) }),
    ...(view.levelMissingSince !== undefined && { levelMissingSince: later(view.levelMissingSince) }),
  };
}
