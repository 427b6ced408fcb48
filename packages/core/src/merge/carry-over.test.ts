import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyToViews,
  carryOver,
  DEFAULT_MERGE_RULE,
  DEFAULT_SIGNAL_LIMITS,
  isWorseThanSecured,
  LEVELS,
  mergePartners,
  rankOfLevel,
  stateOfPartner,
  THREAT_STATES,
  viewsOfReinstated,
  viewsOfSuperseded,
} from '../index.ts';
import type { Connector, Merged, PartnerView, Signal, ThreatState } from '../index.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const LOOKOUT: Connector = {
  id: 'lookout',
  displayName: 'Lookout',
  integration: 'full',
  unsupportedOsVersionBlocked: false,
  unresponsivenessThresholdDays: 7,
  lastHeartbeatAt: NOW,
  platforms: { android: { enabled: true, blockedOnMissingData: false } },
};
const STRICT: Connector = { ...LOOKOUT, platforms: { android: { enabled: true, blockedOnMissingData: true } } };
let reports = 0;

interface Said {
  readonly id?: string | undefined;
  readonly state: ThreatState;
  readonly at: number;
  readonly tied?: boolean;
}
const apply = (views: readonly PartnerView[], { id, state, at, tied }: Said): readonly PartnerView[] => {
  const signal: Signal = {
    connectorId: 'lookout',
    reportId: `r${(reports += 1)}`,
    observedAt: at,
    state,
    findings: [],
    keys: id === undefined ? [] : [{ type: 'vendorDeviceId', value: id }],
  };
  return applyToViews(views, new Map(), signal, { tied }, DEFAULT_SIGNAL_LIMITS).views;
};
const after = (...said: readonly Said[]): readonly PartnerView[] => said.reduce(apply, []);
const stateAt = (views: readonly PartnerView[], now = NOW): ThreatState =>
  stateOfPartner(views, { ...LOOKOUT, lastHeartbeatAt: now }, now, DEFAULT_SIGNAL_LIMITS)?.state ?? 'unknown';
const carried = (...said: readonly Said[]): readonly PartnerView[] =>
  carryOver(after(...said), [], [LOOKOUT], NOW, DEFAULT_SIGNAL_LIMITS);

describe('bad news of a superseded record', () => {
  test.each<[string, Said[], ThreatState]>([
    ['a level', [{ id: 'v1', state: 'highSeverity', at: NOW - DAY }], 'highSeverity'],
    [
      'a level that is older than the threshold',
      [{ id: 'v1', state: 'highSeverity', at: NOW - 20 * DAY }],
      'highSeverity',
    ],
    ['compromised', [{ id: 'v1', state: 'compromised', at: NOW - DAY }], 'compromised'],
    [
      'a level behind lost contact',
      [
        { id: 'v1', state: 'mediumSeverity', at: NOW - 2 * DAY },
        { id: 'v1', state: 'unresponsive', at: NOW - DAY },
      ],
      'mediumSeverity',
    ],
    [
      'the worst of two identities',
      [
        { id: 'v1', state: 'highSeverity', at: NOW - 2 * DAY },
        { id: 'v2', state: 'lowSeverity', at: NOW - DAY },
      ],
      'highSeverity',
    ],
    ['no state of the app', [{ id: 'v1', state: 'deactivated', at: NOW - DAY }], 'unknown'],
    ['no good news', [{ id: 'v1', state: 'secured', at: NOW - DAY }], 'unknown'],
    [
      'nothing that a newer identity superseded',
      [
        { id: 'v1', state: 'highSeverity', at: NOW - 2 * DAY },
        { id: 'v2', state: 'secured', at: NOW - DAY, tied: true },
      ],
      'unknown',
    ],
  ])('comes over: %s', (_, said, state) => {
    expect(stateAt(carried(...said))).toBe(state);
  });

  const HIGH: Said = { id: 'v1', state: 'highSeverity', at: NOW - DAY };
  test.each<[string, Said, ThreatState]>([
    ['a better level of the identity ends it', { id: 'v1', state: 'secured', at: NOW + 1 }, 'secured'],
    ['an older level of the identity does not', { id: 'v1', state: 'secured', at: NOW - 2 * DAY }, 'highSeverity'],
    ['lost contact does not', { id: 'v1', state: 'unresponsive', at: NOW + 1 }, 'highSeverity'],
    [
      'a newer identity tied by an id of the management ends it',
      { id: 'v2', state: 'secured', at: NOW + 1, tied: true },
      'secured',
    ],
    [
      'a newer identity that reports no level does not',
      { id: 'v2', state: 'activated', at: NOW + 1, tied: true },
      'highSeverity',
    ],
    [
      'a newer identity that only names a serial number does not',
      { id: 'v2', state: 'secured', at: NOW + 1 },
      'highSeverity',
    ],
    ['a report without an identity, tied, ends it', { state: 'secured', at: NOW + 1, tied: true }, 'secured'],
    ['a report without an identity does not', { state: 'secured', at: NOW + 1 }, 'highSeverity'],
  ])('%s', (_, said, state) => {
    expect(stateAt(apply(carried(HIGH), said), NOW + 2)).toBe(state);
  });

  test('ends with silence past the threshold, which begins when it came over', () => {
    const views = carried({ id: 'v1', state: 'highSeverity', at: NOW - 20 * DAY });
    expect([6, 8].map((days) => stateAt(views, NOW + days * DAY))).toEqual(['highSeverity', 'unknown']);
    expect(stateOfPartner(views, LOOKOUT, NOW, DEFAULT_SIGNAL_LIMITS)?.until).toBe(NOW + 7 * DAY);
    expect(
      carryOver(views, [], [{ ...LOOKOUT, lastHeartbeatAt: NOW + 8 * DAY }], NOW + 8 * DAY, DEFAULT_SIGNAL_LIMITS),
    ).toEqual([]);
  });

  test('goes on to a third record without a new term', () => {
    const second = carryOver(carried(HIGH), [], [LOOKOUT], NOW + 5 * DAY, DEFAULT_SIGNAL_LIMITS);
    expect([6, 8].map((days) => stateAt(second, NOW + days * DAY))).toEqual(['highSeverity', 'unknown']);
  });

  test('is not older than what the same identity has reported about the new record', () => {
    expect(
      stateAt(
        carryOver(after(HIGH), after({ id: 'v1', state: 'secured', at: NOW }), [LOOKOUT], NOW, DEFAULT_SIGNAL_LIMITS),
      ),
    ).toBe('secured');
    expect(
      stateAt(
        carryOver(
          after(HIGH),
          after({ id: 'v1', state: 'secured', at: NOW - 2 * DAY }),
          [LOOKOUT],
          NOW,
          DEFAULT_SIGNAL_LIMITS,
        ),
      ),
    ).toBe('highSeverity');
    expect(
      stateAt(
        carryOver(after(HIGH), after({ id: 'v1', state: 'activated', at: NOW }), [LOOKOUT], NOW, DEFAULT_SIGNAL_LIMITS),
      ),
    ).toBe('highSeverity');
  });

  test('stays with the old record, states of the app included, and is its own again when it is reinstated', () => {
    const old = viewsOfSuperseded(carried({ id: 'v1', state: 'deactivated', at: NOW - DAY }));
    expect(stateAt(old)).toBe('deactivated');
    expect(stateAt(viewsOfReinstated(old, [LOOKOUT], NOW, DEFAULT_SIGNAL_LIMITS), NOW + 20 * DAY)).toBe('deactivated');
    expect(
      stateAt(
        viewsOfSuperseded(
          apply(carried({ id: 'v1', state: 'deactivated', at: NOW - DAY }), {
            id: 'v2',
            state: 'secured',
            at: NOW + 1,
          }),
        ),
      ),
    ).toBe('secured');
  });
});

const said = fc.array(
  fc.record({
    id: fc.constantFrom(undefined, 'v1', 'v2', 'v3'),
    state: fc.constantFrom(...THREAT_STATES),
    at: fc.integer({ min: NOW - 40 * DAY, max: NOW }),
    tied: fc.boolean(),
  }),
  { maxLength: 6 },
);
const closes = (merged: Merged): number =>
  merged.kind === 'failing'
    ? 9
    : merged.kind === 'missing'
      ? merged.blocked
        ? 8
        : 0
      : merged.kind === 'level'
        ? merged.missingFrom === undefined
          ? rankOfLevel(merged.level)
          : 8
        : 0;
const merged = (views: readonly PartnerView[], connector: Connector): Merged =>
  mergePartners(views, [connector], 'android', DEFAULT_MERGE_RULE, NOW, DEFAULT_SIGNAL_LIMITS);

test("superseding opens nothing: the new record is no better than alone or than the old one's level, the old one no better than before", () => {
  fc.assert(
    fc.property(said, said, fc.constantFrom(LOOKOUT, STRICT), (ofOld, ofNew, connector) => {
      const old = after(...ofOld);
      const alone = after(...ofNew.map((one) => ({ ...one, id: `n${one.id}`, tied: false })));
      const views = carryOver(old, alone, [connector], NOW, DEFAULT_SIGNAL_LIMITS);
      expect(closes(merged(views, connector))).toBeGreaterThanOrEqual(closes(merged(alone, connector)));
      const level = stateAt(old);
      if (LEVELS.some((name) => level.startsWith(name)) && isWorseThanSecured(level))
        expect(closes(merged(views, connector))).toBeGreaterThanOrEqual(closes(merged(old, LOOKOUT)));
      if (alone.length === 0)
        expect(closes(merged(viewsOfSuperseded(views), LOOKOUT))).toBeGreaterThanOrEqual(closes(merged(old, LOOKOUT)));
    }),
    { numRuns: 2_000 },
  );
});
