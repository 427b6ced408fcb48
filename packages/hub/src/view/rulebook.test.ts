import { describe, expect, test } from 'vitest';
import type { DeviceFacts } from '@sallyport/core';
import { draftOf } from '../documents/catalogue.ts';
import type { DocumentKind } from '../store/store.ts';
import { Rulebook, type RuleDraft } from './rulebook.ts';

const draft = (kind: DocumentKind, id: string, body: Record<string, unknown>): RuleDraft => ({
  kind,
  id,
  rule: draftOf(kind, id, body),
});
const policy = (id: string, osMinimumVersion: string): RuleDraft =>
  draft('deviceCompliancePolicy', id, {
    '@odata.type': '#microsoft.graph.iosCompliancePolicy',
    osMinimumVersion,
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  });
const PHONE: DeviceFacts = {
  id: 'd',
  platform: 'iOS',
  operatingSystem: 'iOS',
  osVersion: '17',
  userId: undefined,
  lastSyncAt: 0,
  enrolledAt: 0,
};
const versions = (rulebook: Rulebook, groups: readonly string[] = GROUPS): unknown =>
  rulebook.assignedPolicies(PHONE, groups, false).map(({ osMinimumVersion }) => osMinimumVersion);
const GROUPS: readonly string[] = [];

const BOOK = Rulebook.EMPTY.with(
  policy('p', '17'),
  draft('mobileThreatDefenseConnector', 'c', { iosEnabled: true }),
  draft('application', 'a', { appId: 'tickets', displayName: 'Tickets' }),
);

test('a change makes another rulebook, and the first one stays as it is', () => {
  expect(versions(BOOK)).toEqual(['17']);
  const changed = BOOK.with(policy('p', '18'), policy('q', '16'));
  expect(versions(changed)).toEqual(['18', '16']);
  expect(versions(changed.with({ kind: 'deviceCompliancePolicy', id: 'p', rule: undefined }))).toEqual(['16']);
  expect(versions(BOOK)).toEqual(['17']);
});

test('what a change does not touch is shared', () => {
  const changed = BOOK.with(policy('p', '18'));
  expect(changed.accessIndex).toBe(BOOK.accessIndex);
  expect(changed.connectors).toBe(BOOK.connectors);
  expect(BOOK.withPulses((pulse) => ({ ...pulse, lastHeartbeatAt: 5 })).accessIndex).toBe(BOOK.accessIndex);
  expect(BOOK.with()).toBe(BOOK);
});

describe('a connector', () => {
  test('keeps its pulse when its document changes', () => {
    const heard = BOOK.withPulses((pulse) => ({ ...pulse, lastHeartbeatAt: 5 }));
    expect(heard.with(draft('mobileThreatDefenseConnector', 'c', { iosEnabled: false })).connector('c')).toMatchObject({
      lastHeartbeatAt: 5,
      platforms: { iOS: { enabled: false } },
    });
    expect(BOOK.connector('c')?.lastHeartbeatAt).toBeUndefined();
  });

  test('that was deleted and made anew has not been heard of', () => {
    const heard = BOOK.withPulses((pulse) => ({ ...pulse, lastHeartbeatAt: 5 }));
    const gone = heard.with({ kind: 'mobileThreatDefenseConnector', id: 'c', rule: undefined });
    expect(gone.connectors).toEqual([]);
    expect(gone.with(draft('mobileThreatDefenseConnector', 'c', {})).connector('c')?.lastHeartbeatAt).toBeUndefined();
  });

  test('has withdrawn where its status says so', () => {
    const status = { deprovisioned: true, deprovisionedAt: 7, error: null, state: null };
    expect(BOOK.with(draft('connectorStatus', 'c', status)).connector('c')).toMatchObject({
      deprovisioned: true,
      deprovisionedAt: 7,
    });
  });
});

test('an application goes by each of its names while it is there', () => {
  expect(BOOK.application('TICKETS')).toMatchObject({ id: 'tickets' });
  expect(
    BOOK.with(draft('application', 'a', { appId: 'tickets', displayName: 'Work items' })).application('Tickets'),
  ).toMatchObject({ displayName: 'Work items' });
  expect(BOOK.with({ kind: 'application', id: 'a', rule: undefined }).application('tickets')).toBeUndefined();
});
