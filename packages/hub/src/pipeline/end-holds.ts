import { withoutEndedHolds } from '@sallyport/core';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { rewriteThese } from './rewrite-postures.ts';

/** Devices that one transaction changes. */
const CHUNK = 500;

/** Ends holds that time has ended: they are taken out of the postures, and whoever was told of their beginning is told of it. */
export async function endHolds(deps: ReevaluateDependencies): Promise<void> {
  // A doubt may end with another time.
  if (deps.clock.inDoubt === true) return;
  const { memory } = deps;
  const now = deps.clock.now();
  const ended = [...memory.fleet.withHolds()].filter(
    ({ posture }) =>
      posture !== undefined &&
      withoutEndedHolds(posture.views, memory.connectors, now, memory.signalLimits) !== posture.views,
  );
  for (let i = 0; i < ended.length; i += CHUNK) {
    await rewriteThese(
      deps,
      ended.slice(i, i + CHUNK).map(({ id }) => id),
      ({ views, failing }) => ({
        views: withoutEndedHolds(views, memory.connectors, now, memory.signalLimits),
        failing,
      }),
    );
  }
}
