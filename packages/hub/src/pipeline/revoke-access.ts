import type { Reason } from '@sallyport/core';
import type { OutboxRow, PostureRow } from '../store/store.ts';
import { isCompliantState } from '../view/compliant-state.ts';
import type { FleetDevice } from '../view/fleet.ts';
import { holdChange } from './hold-change.ts';
import type { PostureChange } from './ports.ts';

/** Whether doors have to hear of the difference. A newer "secured" on top of a "secured" is nothing to tell. */
export function isWorthTelling(before: PostureRow | undefined, after: PostureRow): boolean {
  return (
    before === undefined ||
    before.complianceState !== after.complianceState ||
    before.mergedState !== after.mergedState ||
    codes(before.reasons) !== codes(after.reasons)
  );
}

/**
 * For other processes on the database, where doors need not hear of it: what partners report is another, which counts as soon
 * as a rule changes. When it was reported last is left out: whoever evaluates by it reads the store before it writes.
 */
export function viewsChanged(
  before: PostureRow | undefined,
  after: PostureRow,
  origin: string,
): Omit<OutboxRow, 'seq'>[] {
  if (before !== undefined && (before.views === after.views || reported(before) === reported(after))) return [];
  return [
    {
      kind: 'device-views-changed',
      subject: after.deviceId,
      at: after.updatedAt,
      payload: { deviceId: after.deviceId, origin },
    },
  ];
}

function reported({ views }: PostureRow): string {
  return views
    .map(
      ({
        connectorId,
        state,
        lastLevel,
        lastAppState,
        contested,
        retired,
        superseded,
        held,
        carried,
        unrecognized,
        openFindings,
      }) =>
        [
          connectorId,
          state,
          lastLevel?.state,
          lastAppState?.state,
          contested?.state,
          retired,
          superseded,
          held,
          carried?.at,
          unrecognized?.terms,
          ...openFindings.map(({ id, severity, raisesUntil }) => `${id} ${severity} ${raisesUntil}`),
        ].join(),
    )
    .join('\n');
}

function codes(reasons: readonly Reason[]): string {
  return reasons
    .map(
      (r) => `${r.code} ${r.policyId ?? ''} ${r.connectorId ?? ''} ${r.findingIds?.join() ?? ''} ${r.heldDays ?? ''}`,
    )
    .join(';');
}

/** What doors are told. `origin` names the process, so that it does not hear itself. */
export function postureChanged(
  device: Pick<FleetDevice, 'entraDeviceId' | 'easDeviceId' | 'facts'>,
  userPrincipalName: string | null,
  before: PostureRow | undefined,
  after: PostureRow,
  cause: PostureChange['cause'],
  origin: string,
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
  return {
    kind: 'device-posture-changed',
    subject: after.deviceId,
    at: after.updatedAt,
    payload: { ...change, origin },
  };
}

/** Bad news that may be about another device began, or ceased, to be held against this one. */
export function holdChanges(
  before: PostureRow | undefined,
  after: PostureRow,
  origin: string,
): Omit<OutboxRow, 'seq'>[] {
  const reports = holdChange(before?.views, after.views);
  if (reports === undefined) return [];
  const kind = reports.length === 0 ? 'device-hold-ended' : 'device-hold-started';
  return [
    {
      kind,
      subject: after.deviceId,
      at: after.updatedAt,
      payload: { deviceId: after.deviceId, mergedState: after.mergedState, reports, origin },
    },
  ];
}
