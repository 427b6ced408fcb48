import { describe, expect, test } from 'vitest';
import type { Connector } from '../vocabulary/connector.ts';
import type { PartnerView, Signal, UnknownTerm } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { DEFAULT_SIGNAL_LIMITS } from '../vocabulary/signal-limits.ts';
import { applySignal } from './apply-signal.ts';
import { isVocabularyChange } from './vocabulary-change.ts';
import { stateOfPartner } from './word-of-partner.ts';

describe('one unknown value is a change of the vocabulary when it is held by', () => {
  test.each([
    ['more than 20 devices and more than 2 %', 21, 1_000, true],
    ['20 devices', 20, 1_000, false],
    ['2 % of many', 2_000, 100_000, false],
    ['a little more than 2 % of many', 2_001, 100_000, true],
    ['21 of a fleet that is too large for that', 21, 1_050, false],
    ['all three devices', 3, 3, true],
    ['two of three', 2, 3, false],
    ['both devices of two', 2, 2, false],
    ['half of six', 3, 6, true],
    ['less than half of seven', 3, 7, false],
    ['nobody', 0, 0, false],
  ] as const)('%s', (_, holding, ofPartner, is) => {
    expect(isVocabularyChange(holding, ofPartner, DEFAULT_SIGNAL_LIMITS)).toBe(is);
  });
});

const DAY = 86_400_000;
const A: UnknownTerm = { field: 'health', value: 'A', about: 'protection' };
const B: UnknownTerm = { field: 'health', value: 'B', about: 'protection' };
const connector = (...disregardedTerms: string[]): Connector => ({
  id: 'c',
  displayName: 'c',
  integration: 'full',
  platforms: {},
  unsupportedOsVersionBlocked: false,
  unresponsivenessThresholdDays: 7,
  disregardedTerms,
});

/** Signals a day apart, the first one at 0. */
function after(
  ...signals: readonly (ThreatState | readonly UnknownTerm[] | Partial<Signal>)[]
): PartnerView | undefined {
  let view: PartnerView | undefined;
  signals.forEach((given, i) => {
    const more =
      typeof given === 'string'
        ? { state: given }
        : Array.isArray(given)
          ? { state: 'unknown' as const, unknownTerms: given }
          : (given as Partial<Signal>);
    ({ view } = applySignal(
      view,
      new Map(),
      { connectorId: 'c', reportId: `r${i}`, keys: [], observedAt: i * DAY, findings: [], ...more },
      DEFAULT_SIGNAL_LIMITS,
    ));
  });
  return view;
}

const stateOf = (view: PartnerView | undefined, now: number, ...disregarded: string[]): ThreatState | undefined =>
  stateOfPartner([view as PartnerView], connector(...disregarded), now, DEFAULT_SIGNAL_LIMITS)?.state;

describe('a value that is disregarded', () => {
  test.each<ThreatState>([
    'activated',
    'unresponsive',
    'secured',
    'lowSeverity',
    'mediumSeverity',
    'highSeverity',
    'misconfigured',
    'deactivated',
    'compromised',
  ])('leaves %s as it was, also a second time', (state) => {
    expect(stateOf(after(state, [A]), DAY, 'health: A')).toBe(state);
    expect(stateOf(after(state, [A], [A]), 2 * DAY, 'health: A')).toBe(state);
    expect(stateOf(after(state, [A], [B], [A]), 3 * DAY, 'health: A')).toBe(state);
  });

  test('lifts nothing worse than secured that a partner has not contact with any more', () => {
    expect(stateOf(after('highSeverity', 'unresponsive', [A]), 2 * DAY, 'health: A')).toBe('highSeverity');
    expect(stateOf(after('secured', 'deactivated', 'unresponsive', [A]), 3 * DAY, 'health: A')).toBe('deactivated');
  });

  test('leaves the level that stands beside it, which is newer than what was reported before', () => {
    const beside = { state: 'unknown', unknownTerms: [A], understood: 'secured' } as const;
    expect(stateOf(after('highSeverity', beside), DAY)).toBe('highSeverity');
    expect(stateOf(after('highSeverity', beside), DAY, 'health: A')).toBe('secured');
    expect(stateOf(after('highSeverity', beside, [A]), 2 * DAY, 'health: A')).toBe('secured');
    expect(stateOf(after('secured', beside, 'highSeverity', [A]), 3 * DAY, 'health: A')).toBe('highSeverity');
    expect(stateOf(after('highSeverity', { ...beside, undated: true }), DAY, 'health: A')).toBe('highSeverity');
  });

  test('hides no level that was reported after the one beside it and comes later', () => {
    const beside = { state: 'unknown', unknownTerms: [A], understood: 'secured', observedAt: DAY } as const;
    expect(
      stateOf(
        after(
          'secured',
          beside,
          { state: 'unknown', unknownTerms: [A], observedAt: 9 * DAY },
          { state: 'highSeverity', observedAt: 5 * DAY },
        ),
        9 * DAY,
        'health: A',
      ),
    ).toBe('highSeverity');
  });

  test('does not make a lost contact good', () => {
    expect(stateOf(after('secured', 'unresponsive', [A]), 2 * DAY, 'health: A')).toBe('unresponsive');
  });

  test('makes nothing known of a device about which nothing was understood, or that was removed', () => {
    expect(stateOf(after([A]), 0, 'health: A')).toBe('unknown');
    expect(stateOf(after('secured', { state: 'unknown', retires: true }, [A]), 2 * DAY, 'health: A')).toBe('unknown');
  });

  test('is not enough where another one beside it is not disregarded', () => {
    expect(stateOf(after('secured', [A, B]), DAY, 'health: A')).toBe('unknown');
    expect(stateOf(after('secured', [A, B]), DAY, 'health: A', 'health: B')).toBe('secured');
  });

  test('leaves the low level that open findings make of secured', () => {
    const low = {
      state: 'secured' as const,
      basis: 'postureAndFindings' as const,
      findings: [{ id: 'f', type: 'app', severity: 'medium' as const, state: 'open' as const }],
    };
    expect(stateOf(after(low), 0)).toBe('lowSeverity');
    expect(stateOf(after(low, [A]), DAY, 'health: A')).toBe('lowSeverity');
  });
});
