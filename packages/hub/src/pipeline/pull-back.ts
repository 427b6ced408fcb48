import type { PartnerWord } from '@sallyport/core';
import { endsTooLate, isAhead, pulledBack } from './pulled-back.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { rewritePostures } from './rewrite-postures.ts';

/**
 * No stored time lies ahead of now: what was stored by a clock that was ahead counts as of `to`. Otherwise every true
 * report would be late, every grace period too long and every partner heard until then. Answers how many times it was.
 * @param to not after now
 */
export async function pullBack(deps: ReevaluateDependencies, to: number): Promise<number> {
  const { store, memory, clock } = deps;
  let count = await store.transaction((tx) => tx.heartbeats.pullBack(clock.now()));
  memory.pullBackHeartbeats(clock.now());
  for (let some = 1; some > 0; count += some)
    some = await store.transaction((tx) => tx.findings.pullBack(clock.now(), to));
  const now = clock.now();
  const { signalLimits: limits } = memory;
  const isWrong = (view: PartnerWord): boolean => isAhead(view, now) || endsTooLate(view, now, limits);
  return (
    count +
    (await rewritePostures(
      deps,
      ({ views, failing }) => views.some(isWrong) || Object.values(failing).some((since) => since > now),
      ({ views, failing }) => ({
        views: views.map((view) => (isWrong(view) ? pulledBack(view, now, to, limits) : view)),
        failing: Object.fromEntries(
          Object.entries(failing).map(([policy, since]) => [policy, since > now ? to : since]),
        ),
      }),
    ))
  );
}
