import type { DeviceFacts, PartnerWord } from '@sallyport/core';
import type { PostureRow } from '../store/store.ts';
import type { HeldPosture } from './columns/held-posture.ts';
import type { ReadModel } from './read-model.ts';

/** A posture with its views as they were given: whole, or as much of them as memory holds. */
export type EvaluatedPosture<View> = Omit<PostureRow, 'views'> & { readonly views: readonly View[] };

/**
 * The posture of a device after evaluation: what its partners said, merged, and what the policies make of it.
 * @param successor of a superseded record, where memory may not know it yet
 */
export function evaluatePosture<View extends PartnerWord>(
  memory: ReadModel,
  facts: DeviceFacts,
  views: readonly View[],
  failing: Readonly<Record<string, number>>,
  now: number,
  successor?: DeviceFacts,
): EvaluatedPosture<View> {
  const verdict = memory.evaluate(facts, { views, failing }, now, undefined, successor);
  return {
    deviceId: facts.id,
    views,
    mergedState: verdict.merged.state,
    complianceState: verdict.state,
    reasons: verdict.reasons,
    failing: verdict.failing,
    graceUntil: verdict.graceUntil ?? null,
    updatedAt: now,
    ...(verdict.changesAt !== undefined && { changesAt: verdict.changesAt }),
  };
}

type Verdict = Omit<HeldPosture, 'views'>;

/** Whether evaluation came to the same as before, so that nothing need be written. */
export function isSameVerdict(before: Verdict | undefined, after: Verdict): boolean {
  return (
    before !== undefined &&
    before.complianceState === after.complianceState &&
    before.mergedState === after.mergedState &&
    before.graceUntil === after.graceUntil &&
    before.changesAt === after.changesAt &&
    before.reasons.length === after.reasons.length &&
    (after.reasons.length === 0 || JSON.stringify(before.reasons) === JSON.stringify(after.reasons)) &&
    isSameFailing(before.failing, after.failing)
  );
}

function isSameFailing(before: Verdict['failing'], after: Verdict['failing']): boolean {
  const policies = Object.keys(after);
  return policies.length === Object.keys(before).length && policies.every((id) => before[id] === after[id]);
}
