import type { Reason } from '@sallyport/core';
import type { OutboxRow, PostureRow } from '../store/store.ts';
import type { FleetDevice } from './fleet.ts';
import { holdChange } from './hold-change.ts';
import type { PostureChange } from './ports.ts';

/** Graph's rule: a device in its grace period still counts as compliant for access. */
export function isCompliantState(state: string): boolean {
  return state === 'compliant' || state === 'inGracePeriod';
}

/**
 * Whether anybody outside has to hear of the difference: doors of what access depends on, other processes of the unknown
 * values that they count as well. A newer "secured" on top of a "secured" is nothing to tell.
 */
export function isWorthTelling(before: PostureRow | undefined, after: PostureRow): boolean {
  return before === undefined
    || before.complianceState !== after.complianceState
    || before.mergedState !== after.mergedState
    || codes(before.reasons) !== codes(after.reasons)
    || terms(before) !== terms(after);
}

function terms({ views }: PostureRow): string {
  return views.flatMap(({ connectorId, unrecognized }) => (unrecognized === undefined ? [] : [connectorId, ...unrecognized.terms])).join('\n');
}

function codes(reasons: readonly Reason[]): string {
  return reasons.map((r) => `${r.code} ${r.policyId ?? ''} ${r.connectorId ?? ''} ${r.findingIds?.join() ?? ''} ${r.heldDays ?? ''}`).join(';');
}

/** What doors are told. `origin` names the process, so that it does not hear itself. */
export function postureChanged(
  device: Pick<FleetDevice, 'entraDeviceId' | 'easDeviceId' | 'facts'>, userPrincipalName: string | null,
  before: PostureRow | undefined, after: PostureRow, cause: PostureChange['cause'], origin: string,
): Omit<OutboxRow, 'seq'> {
  const previousState = before?.complianceState ?? 'unknown';
  const change: PostureChange = {
    deviceId: after.deviceId,
    entraDeviceId: device.entraDeviceId,
    easDeviceId: device.easDeviceId,
    userId: device.facts.userId ?? null,
    userPrincipalName,
    complianceState: after.complianceState,
    previousComplianceState: previousState,
    mergedState: after.mergedState,
    previousMergedState: before?.mergedState ?? 'unknown',
    compliant: isCompliantState(after.complianceState),
    wasCompliant: isCompliantState(previousState),
    reasons: after.reasons,
    cause,
  };
  return { kind: 'device-posture-changed', subject: after.deviceId, at: after.updatedAt, payload: { ...change, origin } };
}

/** Bad news that may be about another device began, or ceased, to be held against this one. */
export function holdChanges(before: PostureRow | undefined, after: PostureRow, origin: string): Omit<OutboxRow, 'seq'>[] {
  const reports = holdChange(before?.views, after.views);
  if (reports === undefined) return [];
  const kind = reports.length === 0 ? 'device-hold-ended' : 'device-hold-started';
  return [{ kind, subject: after.deviceId, at: after.updatedAt, payload: { deviceId: after.deviceId, mergedState: after.mergedState, reports, origin } }];
}
