import type { DeviceFacts, PartnerView } from '@sallyport/core';
import type { PostureRow } from '../store/store.ts';
import type { Memory } from './memory.ts';

/** The posture of a device after evaluation: what its partners said, merged, and what the policies make of it. */
export function evaluatePosture(
  memory: Memory, facts: DeviceFacts, views: readonly PartnerView[], failing: Readonly<Record<string, number>>, now: number,
): PostureRow {
  const verdict = memory.evaluate(facts, { views, failing }, now);
  return {
    deviceId: facts.id,
    views,
    mergedState: verdict.merged.state,
    complianceState: verdict.state,
    reasons: verdict.reasons,
    failing: verdict.failing,
    graceUntil: verdict.graceUntil ?? null,
    updatedAt: now,
  };
}

/** Whether evaluation came to the same as before, so that nothing need be written. */
export function isSameVerdict(before: PostureRow | undefined, after: PostureRow): boolean {
  return before !== undefined
    && before.complianceState === after.complianceState
    && before.mergedState === after.mergedState
    && before.graceUntil === after.graceUntil
    && (before.reasons === after.reasons || JSON.stringify(before.reasons) === JSON.stringify(after.reasons))
    && (before.failing === after.failing || JSON.stringify(before.failing) === JSON.stringify(after.failing));
}
