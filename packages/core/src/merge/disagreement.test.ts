import { expect, test } from 'vitest';
import type { Connector } from '../vocabulary/connector.ts';
import type { PartnerView } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { DEFAULT_SIGNAL_LIMITS } from '../vocabulary/signal-limits.ts';
import { disagreement } from './disagreement.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const device = {
  id: 'phone',
  platform: 'android',
  operatingSystem: 'Android',
  osVersion: '14',
  lastSyncAt: NOW,
  enrolledAt: 0,
} as const;

function connector(id: string, more: Partial<Connector> = {}): Connector {
  return {
    id,
    displayName: id,
    integration: 'full',
    platforms: { android: { enabled: true, blockedOnMissingData: false } },
    unsupportedOsVersionBlocked: false,
    unresponsivenessThresholdDays: 7,
    lastHeartbeatAt: NOW,
    ...more,
  };
}

const view = (connectorId: string, state: ThreatState): PartnerView => ({
  connectorId,
  state,
  observedAt: NOW,
  reportId: 'r',
  basis: 'posture',
  openFindings: [],
});

function between(
  second: Partial<Connector>,
  state: ThreatState = 'highSeverity',
  silentPartner: 'ignore' | 'keepLast' = 'ignore',
): readonly string[] {
  return disagreement(
    {
      device,
      groupIds: ['staff'],
      views: [view('b', state), view('a', 'secured')],
      connectors: [connector('a'), connector('b', second)],
      mergeRules: [{ id: 'rule', priority: 1, merge: { method: 'every' }, silentPartner }],
      limits: DEFAULT_SIGNAL_LIMITS,
    },
    NOW,
  ).map(({ connectorId }) => connectorId);
}

test('two partners that say different things of a device disagree, whatever the merge method', () => {
  expect(between({})).toEqual(['a', 'b']);
  expect(between({ enrolmentGroupIds: ['staff'] })).toEqual(['a', 'b']);
});

test('two partners that say the same agree', () => {
  expect(between({}, 'secured')).toEqual([]);
});

test.each<[string, Partial<Connector>]>([
  ['of basic setup', { integration: 'basic' }],
  ['that has withdrawn', { deprovisioned: true }],
  ['of another enrolment group', { enrolmentGroupIds: ['board'] }],
  ['that is off for the platform', { platforms: { iOS: { enabled: true, blockedOnMissingData: false } } }],
  ['that is silent and ignored', { lastHeartbeatAt: NOW - 8 * DAY }],
])('a partner %s contradicts nobody', (_, second) => {
  expect(between(second)).toEqual([]);
});

test('a silent partner whose last word is kept contradicts the others with it', () => {
  expect(between({ lastHeartbeatAt: NOW - 8 * DAY }, 'highSeverity', 'keepLast')).toEqual(['a', 'b']);
});

test('a partner that knows nothing of the health of the device contradicts nobody', () => {
  expect(between({}, 'activated')).toEqual([]);
});
