import type { PartnerView, PartnerWord, SignalLimits } from '@sallyport/core';
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
  for (let some = 1; some > 0; count += some) some = await store.transaction((tx) => tx.findings.pullBack(clock.now(), to));
  const now = clock.now();
  const longestMs = longestEnd(memory.signalLimits);
  return count + await rewritePostures(
    deps, ({ views, failing }) => views.some((view) => isAhead(view, now, longestMs)) || Object.values(failing).some((since) => since > now),
    ({ views, failing }) => ({
      views: views.map((view) => (isAhead(view, now, longestMs) ? pulledBack(view, now, to, longestMs) : view)),
      failing: Object.fromEntries(Object.entries(failing).map(([policy, since]) => [policy, since > now ? to : since])),
    }),
  );
}

/** For how many milliseconds a state that is contested, or a finding that raises, counts at most. */
function longestEnd({ findingRaisesMinutes, contestSeconds }: SignalLimits): number {
  return Math.max(findingRaisesMinutes * 60_000, contestSeconds * 1_000);
}

function isAhead({ observedAt, lastLevel, lastAppState, levelMissingSince, contested, carried, openFindings }: PartnerWord, now: number, longestMs: number): boolean {
  const times = [observedAt, lastLevel?.observedAt, lastAppState?.observedAt, levelMissingSince, contested?.observedAt, carried?.at];
  return times.some((at) => at !== undefined && at > now) || (contested?.until ?? 0) > now + longestMs
    || openFindings.some(({ observedAt: at, raisesUntil }) => (at ?? 0) > now || (raisesUntil ?? 0) > now + longestMs);
}

function pulledBack(view: PartnerView, now: number, to: number, longestMs: number): PartnerView {
  const time = (at: number): number => (at > now ? to : at);
  const end = (at: number): number => Math.min(at, now + longestMs);
  const { lastLevel, lastAppState, levelMissingSince, contested, carried, since } = view;
  return {
    ...view, observedAt: time(view.observedAt),
    openFindings: view.openFindings.map((finding) => ({
      ...finding, ...(finding.observedAt !== undefined && { observedAt: time(finding.observedAt) }), ...(finding.raisesUntil !== undefined && { raisesUntil: end(finding.raisesUntil) }),
    })),
    ...(lastLevel && { lastLevel: { ...lastLevel, observedAt: time(lastLevel.observedAt) } }),
    ...(lastAppState && { lastAppState: { ...lastAppState, observedAt: time(lastAppState.observedAt) } }),
    ...(levelMissingSince !== undefined && { levelMissingSince: time(levelMissingSince) }),
    ...(since !== undefined && { since: time(since) }),
    ...(carried && { carried: { ...carried, at: time(carried.at) } }),
    ...(contested && { contested: { ...contested, observedAt: time(contested.observedAt), until: end(contested.until) } }),
  };
}
