import { describe, expect, test } from 'vitest';
import type { Connector } from '../vocabulary/connector.ts';
import {
  DEFAULT_SIGNAL_LIMITS,
  SIGNAL_LIMIT_NAMES,
  SIGNAL_LIMIT_RANGES,
  signalLimitsOf,
  type SignalLimits,
} from '../vocabulary/signal-limits.ts';
import type { PartnerView, Signal } from '../vocabulary/signal.ts';
import { applyToViews, holdAgainst } from './identities.ts';
import { DEFAULT_MERGE_RULE, mergePartners } from './merge-partners.ts';
import { supersededBy } from './superseded-records.ts';
import { isVocabularyChange } from './vocabulary-change.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;
const T0 = Date.parse('2026-03-02T09:00:00Z');
const LOOKOUT: Connector = {
  id: 'lookout',
  displayName: 'Lookout',
  integration: 'full',
  unsupportedOsVersionBlocked: false,
  unresponsivenessThresholdDays: 7,
  platforms: { android: { enabled: true, blockedOnMissingData: false } },
};
const HEARD: Connector = { ...LOOKOUT, unresponsivenessThresholdDays: 0 };
const SILENT: Connector = { ...LOOKOUT, lastHeartbeatAt: T0 };
const WITHDRAWN: Connector = { ...HEARD, deprovisioned: true, deprovisionedAt: T0 };

/** A signal so many milliseconds after T0. */
const signal = (at: number, more: Partial<Signal>): Signal => ({
  connectorId: 'lookout',
  reportId: `r${at}`,
  keys: [],
  findings: [],
  observedAt: T0 + at,
  ...more,
});
const HIGH = signal(0, { state: 'highSeverity' });
const finding = { id: 'f', type: 'MALWARE', state: 'open', severity: 'high' } as const;

interface Course {
  readonly given?: readonly Signal[];
  readonly held?: readonly Signal[];
  readonly connector?: Connector;
  /** Milliseconds after T0: the last time at which it is high, and the first at which it is not. */
  readonly until: readonly [high: number, notAnyMore: number];
}

function isHigh({ given = [], held = [], connector = HEARD }: Course, limits: SignalLimits, at: number): boolean {
  let views: readonly PartnerView[] = [];
  for (const one of given) ({ views } = applyToViews(views, new Map(), one, {}, limits));
  for (const one of held) views = holdAgainst(views, one, limits);
  return mergePartners(views, [connector], 'android', DEFAULT_MERGE_RULE, T0 + at, limits).state === 'highSeverity';
}

describe('bad news counts for as long as the limits say', () => {
  test.each<[string, Partial<SignalLimits>, Course]>([
    [
      'lost contact',
      { badNewsDays: 3 },
      { given: [HIGH, signal(DAY, { state: 'unresponsive' })], until: [3.9 * DAY, 4.1 * DAY] },
    ],
    [
      'lost contact, for longer than unless set',
      { badNewsDays: 90 },
      { given: [HIGH, signal(1, { state: 'unresponsive' })], until: [89 * DAY, 91 * DAY] },
    ],
    [
      'an older identity of a partner that is never silent',
      { badNewsDays: 3 },
      {
        given: [
          { ...HIGH, keys: [{ type: 'vendorDeviceId', value: 'a' }] },
          signal(1, { state: 'secured', keys: [{ type: 'vendorDeviceId', value: 'b' }] }),
        ],
        until: [2.9 * DAY, 3.1 * DAY],
      },
    ],
    ['a held report', { holdDays: 2 }, { held: [HIGH], until: [1.9 * DAY, 2.1 * DAY] }],
    [
      'a newer finding',
      { findingRaisesMinutes: 10 },
      {
        given: [signal(0, { state: 'secured' }), signal(1, { findings: [finding] })],
        until: [9 * MINUTE, 11 * MINUTE],
      },
    ],
    [
      'a worse state of 20 seconds before',
      { contestWithinSeconds: 30, contestSeconds: 300 },
      {
        given: [
          signal(20 * SECOND, { state: 'secured' }),
          signal(0, { state: 'highSeverity', receivedAt: T0 + 21 * SECOND }),
        ],
        until: [320 * SECOND, 322 * SECOND],
      },
    ],
  ])('%s', (_, limits, course) => {
    expect(course.until.map((at) => isHigh(course, signalLimitsOf(limits), at))).toEqual([true, false]);
  });

  test.each<[string, Partial<SignalLimits>, Connector, readonly [number, number]]>([
    ['a silent partner', { badNewsDays: 10 }, SILENT, [9.9, 10.1]],
    ['a silent partner: never less than its threshold', { badNewsDays: 3 }, SILENT, [6.9, 7.1]],
    ['a withdrawn partner without a threshold', { badNewsDays: 3 }, WITHDRAWN, [2.9, 3.1]],
  ])('%s', (_, limits, connector, days) => {
    const states = days.map(
      (day) =>
        mergePartners(
          [...applyToViews([], new Map(), HIGH, {}, DEFAULT_SIGNAL_LIMITS).views],
          [connector],
          'android',
          DEFAULT_MERGE_RULE,
          T0 + day * DAY,
          signalLimitsOf(limits),
        ).kind,
    );
    expect(states).toEqual(['level', 'none']);
  });
});

test('a worse state that is older than the limit is not contested', () => {
  const given = [
    signal(20 * SECOND, { state: 'secured' }),
    signal(0, { state: 'highSeverity', receivedAt: T0 + 21 * SECOND }),
  ];
  expect(isHigh({ given, until: [0, 0] }, DEFAULT_SIGNAL_LIMITS, 22 * SECOND)).toBe(false);
});

test.each<[string, Partial<SignalLimits>, number, number, boolean]>([
  ['more devices than the limit', { vocabularyDevices: 5 }, 6, 200, true],
  ['as many as the limit', { vocabularyDevices: 5 }, 5, 200, false],
  ['less than the part of a large fleet', { vocabularyDevices: 5, vocabularyPercent: 10 }, 20, 200, false],
  ['more than it', { vocabularyPercent: 10 }, 21, 200, true],
  ['a small fleet, fewer devices than its limit', { vocabularySmallFleetDevices: 5 }, 4, 4, false],
  ['a small fleet, less than its part', { vocabularySmallFleetPercent: 100 }, 4, 5, false],
  ['a small fleet, all of it', { vocabularySmallFleetPercent: 100 }, 5, 5, true],
])('an unknown value is a change of the vocabulary by the limits: %s', (_, limits, holding, ofPartner, expected) => {
  expect(isVocabularyChange(holding, ofPartner, signalLimitsOf(limits))).toBe(expected);
});

test('a key supersedes by no more live records than the limit', () => {
  const records = ['a', 'b', 'c', 'd'].map((id) => ({ id, keys: ['s1'], enrolledAt: T0 - 10, lastContactAt: T0 }));
  const old = { id: 'old', keys: ['s1'], enrolledAt: T0 - 30, lastContactAt: T0 - 20 };
  expect(supersededBy([...records, old], T0, signalLimitsOf({ maxCandidates: 4 })).get('old')).toBe('d');
  expect(supersededBy([...records, old], T0, signalLimitsOf({ maxCandidates: 3 })).size).toBe(0);
});

test('each limit has a range around its default; a value outside of it is the default', () => {
  for (const name of SIGNAL_LIMIT_NAMES) {
    const { default: usual, min, max } = SIGNAL_LIMIT_RANGES[name];
    expect(usual).toBe(DEFAULT_SIGNAL_LIMITS[name]);
    expect([min <= usual, usual <= max]).toEqual([true, true]);
    expect([min, max].map((value) => signalLimitsOf({ [name]: value })[name])).toEqual([min, max]);
    expect(
      [min - 1, max + 1, min + 0.5, String(min), null].map((value) => signalLimitsOf({ [name]: value })[name]),
    ).toEqual(Array.from({ length: 5 }, () => usual));
  }
});
