import { expect, test } from 'vitest';
import { DEFAULT_SIGNAL_LIMITS, stateOfPartner, type Connector, type PartnerView } from '@sallyport/core';
import { workingPosture } from './merge-signals.ts';

const NOW = 1_000_000_000;
const HOUR = 3_600_000;
const LOOKOUT = { id: 'lookout', unresponsivenessThresholdDays: 7 } as Connector;
const VIEW: PartnerView = {
  connectorId: 'lookout',
  state: 'secured',
  observedAt: NOW - HOUR,
  reportId: 'r',
  basis: 'posture',
  openFindings: [],
};

function working(view: Partial<PartnerView>): readonly PartnerView[] {
  return workingPosture('d', { views: [{ ...VIEW, ...view }] } as never, [], NOW, DEFAULT_SIGNAL_LIMITS).views;
}

test('what was stored while the clock was ahead counts as of now in each of its times', () => {
  const at = NOW + 9 * HOUR;
  const [view] = working({
    observedAt: at,
    since: at,
    levelMissingSince: at,
    lastLevel: { state: 'highSeverity', observedAt: at, reportId: 'l' },
    lastAppState: { state: 'deactivated', observedAt: at, reportId: 'a' },
    carried: { at },
    contested: { state: 'highSeverity', observedAt: at, until: at, findingIds: [] },
  });
  const { lastLevel, lastAppState, carried, contested } = view as PartnerView;
  expect([
    view?.observedAt,
    view?.since,
    view?.levelMissingSince,
    lastLevel?.observedAt,
    lastAppState?.observedAt,
    carried?.at,
    contested?.observedAt,
  ]).toEqual(Array(7).fill(NOW));
  expect(contested?.until).toBe(NOW + HOUR);
});

test('a finding that was newer than the level, and raised it, still does when both are pulled back', () => {
  const at = NOW + 9 * HOUR;
  const found = { id: 'f', type: 'TROJAN', severity: 'high', observedAt: at + 5, raisesUntil: at + HOUR } as const;
  const stateAt = (now: number) =>
    stateOfPartner(working({ observedAt: at, openFindings: [found] }), LOOKOUT, now, DEFAULT_SIGNAL_LIMITS)?.state;
  expect([NOW + 1, NOW + HOUR].map(stateAt)).toEqual(['highSeverity', 'secured']);
});

test('reports that come together, milliseconds after each other, are not ahead', () => {
  expect(working({ observedAt: NOW + 900 })[0]?.observedAt).toBe(NOW + 900);
});
