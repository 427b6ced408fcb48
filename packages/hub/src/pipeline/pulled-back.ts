import type { PartnerView, PartnerWord, ReportedState, SignalLimits } from '@sallyport/core';

/** For how many milliseconds a state that is contested, or a finding that raises, counts at most. */
function longestEnd({ findingRaisesMinutes, contestSeconds }: SignalLimits): number {
  return Math.max(findingRaisesMinutes * 60_000, contestSeconds * 1_000);
}

/** Whether a time of the view lies ahead of `now`: it was stored while the clock was ahead. */
export function isAhead(
  {
    observedAt,
    lastLevel,
    lastAppState,
    levelMissingSince,
    contested,
    carried,
    silenceFrom,
    openFindings,
  }: PartnerWord,
  now: number,
): boolean {
  const times = [
    observedAt,
    lastLevel?.observedAt,
    lastAppState?.observedAt,
    levelMissingSince,
    contested?.observedAt,
    carried?.at,
    silenceFrom,
  ];
  return times.some((at) => at !== undefined && at > now) || openFindings.some(({ observedAt: at }) => (at ?? 0) > now);
}

/** Whether something of the view ends later than it can. */
export function endsTooLate({ contested, openFindings }: PartnerWord, now: number, limits: SignalLimits): boolean {
  const latest = now + longestEnd(limits);
  return (contested?.until ?? 0) > latest || openFindings.some(({ raisesUntil }) => (raisesUntil ?? 0) > latest);
}

/** The view with each time that lies ahead of `now` as `to`, which is not after `now`. */
export function pulledBack(view: PartnerView, now: number, to: number, limits: SignalLimits): PartnerView {
  const time = (at: number): number => (at > now ? to : at);
  const end = (at: number): number => Math.min(at, now + longestEnd(limits));
  const timesOf = ({ observedAt, undatedAfter }: Pick<ReportedState, 'observedAt' | 'undatedAfter'>) => ({
    observedAt: time(observedAt),
    ...(undatedAfter !== undefined && { undatedAfter: time(undatedAfter) }),
  });
  const { lastLevel, lastAppState, levelMissingSince, contested, carried, since, silenceFrom } = view;
  // What was newer than a level, and raises it, stays newer.
  const oldestState = Math.min(view.observedAt, lastLevel?.observedAt ?? Infinity);
  const timeOfFinding = (at: number): number => (at > now && at > oldestState ? to + 1 : time(at));
  return {
    ...view,
    ...timesOf(view),
    openFindings: view.openFindings.map((finding) => ({
      ...finding,
      ...(finding.observedAt !== undefined && { observedAt: timeOfFinding(finding.observedAt) }),
      ...(finding.raisesUntil !== undefined && { raisesUntil: end(finding.raisesUntil) }),
    })),
    ...(lastLevel && { lastLevel: { ...lastLevel, ...timesOf(lastLevel) } }),
    ...(lastAppState && { lastAppState: { ...lastAppState, ...timesOf(lastAppState) } }),
    ...(levelMissingSince !== undefined && { levelMissingSince: time(levelMissingSince) }),
    ...(since !== undefined && { since: time(since) }),
    ...(silenceFrom !== undefined && { silenceFrom: time(silenceFrom) }),
    ...(carried && { carried: { ...carried, at: time(carried.at) } }),
    ...(contested && {
      contested: { ...contested, observedAt: time(contested.observedAt), until: end(contested.until) },
    }),
  };
}
