import type { Signal } from '@sallyport/core';
import type { DeviceRow, FindingRow, OutboxRow, PostureRow, ReportRow } from '../store.ts';

/** Rows for the cases of the contract; each case says only what it is about. */

export const T0 = Date.parse('2026-03-01T09:00:00Z');

export function device(id: string, resource: Record<string, unknown> = {}): DeviceRow {
  return {
    id,
    createdAt: T0,
    modifiedAt: T0,
    resource: {
      id,
      deviceName: `Device ${id}`,
      operatingSystem: 'Android',
      osVersion: '15',
      enrolledDateTime: '2026-01-01T00:00:00Z',
      lastSyncDateTime: '2026-02-28T12:00:00Z',
      ...resource,
    },
  };
}

export function posture(deviceId: string, changes: Partial<PostureRow> = {}): PostureRow {
  return {
    deviceId,
    views: [],
    mergedState: 'secured',
    complianceState: 'compliant',
    reasons: [],
    failing: {},
    graceUntil: null,
    updatedAt: T0,
    ...changes,
  };
}

export function report(reportId: string, changes: Partial<ReportRow> = {}): ReportRow {
  return {
    connectorId: 'lookout',
    reportId,
    format: 'partner-v1',
    raw: `{"reportId":"${reportId}"}`,
    observedAt: T0,
    receivedAt: T0 + 1000,
    ...changes,
  };
}

export function signal(reportId: string, keys: Signal['keys']): Signal {
  return { connectorId: 'lookout', reportId, keys, observedAt: T0, state: 'highSeverity', findings: [] };
}

export function finding(deviceId: string, id: string, changes: Partial<FindingRow> = {}): FindingRow {
  return {
    deviceId,
    id,
    connectorId: 'lookout',
    type: 'network',
    severity: 'high',
    state: 'open',
    observedAt: T0,
    reportId: 'r1',
    ...changes,
  };
}

export function outboxRow(subject: string, at = T0): Omit<OutboxRow, 'seq'> {
  return { kind: 'device-posture-changed', subject, at, payload: { deviceId: subject } };
}

export const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map((row) => row.id);
