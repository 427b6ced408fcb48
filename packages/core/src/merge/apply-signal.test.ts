import { describe, expect, test } from 'vitest';
import type { Connector } from '../vocabulary/connector.ts';
import type { Finding, FindingState, PartnerView, Signal } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { DEFAULT_SIGNAL_LIMITS } from '../vocabulary/signal-limits.ts';
import { applySignal } from './apply-signal.ts';
import { stateOfPartner } from './word-of-partner.ts';

const signal = (at: number, more: Partial<Signal>): Signal => ({
  connectorId: 'jamf',
  reportId: `r${at}`,
  keys: [],
  observedAt: at,
  findings: [],
  securedEndsFindings: 0,
  ...more,
});
const found = (id: string, state: FindingState = 'open') => ({
  id,
  type: 'SIDELOADED',
  state,
  severity: 'medium' as const,
});

/** What stands after the signals, one by one. */
function after(...signals: readonly Signal[]) {
  const known = new Map<string, Finding>();
  let view: ReturnType<typeof applySignal>['view'];
  for (const one of signals) {
    const applied = applySignal(view, known, one, DEFAULT_SIGNAL_LIMITS);
    view = applied.view;
    for (const finding of applied.findings) known.set(finding.id, finding);
  }
  return {
    state: view?.state,
    missingSince: view?.levelMissingSince,
    open: view?.openFindings.map(({ id }) => id),
    findings: [...known.values()].map(({ id, state }) => `${id} ${state}`),
  };
}

test('the word secured ends what the partner found before', () => {
  const told = [
    signal(1, { findings: [found('a')] }),
    signal(2, { state: 'highSeverity' }),
    signal(3, { state: 'secured' }),
  ];
  expect(after(...told)).toEqual({ state: 'secured', open: [], findings: ['a resolved'] });
});

test('a finding from before that word comes in resolved, one from after it open', () => {
  const told = [
    signal(3, { state: 'secured' }),
    signal(1, { findings: [found('a')] }),
    signal(4, { findings: [found('b')] }),
  ];
  expect(after(...told)).toMatchObject({ state: 'secured', open: ['b'], findings: ['a resolved', 'b open'] });
});

test('what was found shortly before that word stays open: the word may be older than it is told, in whichever order they come', () => {
  const secured = (at: number) => signal(at, { state: 'secured', securedEndsFindings: 10 });
  const finding = signal(1, { findings: [found('a')], securedEndsFindings: 10 });
  for (const [at, state] of [
    [11, 'open'],
    [12, 'resolved'],
  ] as const) {
    expect(after(finding, secured(at)).findings).toEqual([`a ${state}`]);
    expect(after(secured(at), finding).findings).toEqual([`a ${state}`]);
  }
});

test('another level, an older word, and the same word of a partner that closes its findings itself end nothing', () => {
  expect(after(signal(1, { findings: [found('a')] }), signal(2, { state: 'lowSeverity' })).open).toEqual(['a']);
  expect(after(signal(2, { findings: [found('a')] }), signal(1, { state: 'secured' })).open).toEqual(['a']);
  expect(
    after(signal(1, { findings: [found('a')] }), signal(2, { state: 'secured', securedEndsFindings: undefined })).open,
  ).toEqual(['a']);
});

test('a finding that comes back after it was ended is open again', () => {
  expect(
    after(signal(1, { findings: [found('a')] }), signal(2, { state: 'secured' }), signal(3, { findings: [found('a')] }))
      .open,
  ).toEqual(['a']);
});

test("the end of one of a partner's entries of a device counts only where its word is the current one", () => {
  const entry = (at: number, id: string, more: Partial<Signal> = {}) =>
    signal(at, { reportId: `device:${id}:${at}`, state: 'secured', ...more });
  const end = (id: string) => entry(9, id, { state: 'deactivated', endsReports: `device:${id}:` });
  expect(after(entry(1, 'old'), end('old')).state).toBe('deactivated');
  expect(after(entry(1, 'old'), entry(2, 'new'), end('old')).state).toBe('secured');
  expect(after(end('old')).state).toBeUndefined();
});

test('a report that does not say when it was raises at once, and never lowers or ends anything', () => {
  const undated = (more: Partial<Signal>) => signal(9, { undated: true, securedEndsFindings: undefined, ...more });
  const high = signal(1, { state: 'highSeverity', findings: [found('a')] });
  expect(
    after(signal(1, { state: 'secured' }), undated({ state: 'mediumSeverity', findings: [found('b')] })),
  ).toMatchObject({ state: 'mediumSeverity', open: ['b'] });
  for (const state of ['secured', 'lowSeverity', 'unresponsive', 'activated'] as const) {
    expect(after(high, undated({ state, findings: [found('a', 'resolved')] }))).toMatchObject({
      state: 'highSeverity',
      open: ['a'],
    });
  }
  expect(after(high, undated({ state: 'deactivated' })).state).toBe('deactivated');
  expect(after(undated({ state: 'secured', findings: [found('a', 'resolved')] }))).toEqual({
    state: undefined,
    open: undefined,
    findings: [],
  });
  expect(after(undated({ findings: [found('a')] }), undated({ findings: [found('a', 'resolved')] }))).toMatchObject({
    state: 'mediumSeverity',
    open: ['a'],
  });
});

test('an undated report that a partner found something that is over does not show that it watches', () => {
  const remark = signal(1, { findings: [{ id: 'r', type: 'REMARK', state: 'open' }] });
  expect(after(remark, signal(2, { undated: true, findings: [found('a', 'resolved')] })).state).toBe('activated');
});

describe('clocks that differ by seconds', () => {
  const SECOND = 1_000;
  const connector = { id: 'jamf', unresponsivenessThresholdDays: 7 } as Connector;
  /** Received at 100 s, observed `age` before a better state. */
  const contested = (age: number, more: Partial<Signal> = {}, better: Partial<Signal> = {}): PartnerView => {
    const first = applySignal(
      undefined,
      new Map(),
      signal(50 * SECOND, { state: 'secured', ...better }),
      DEFAULT_SIGNAL_LIMITS,
    );
    const known = new Map(first.findings.map((finding) => [finding.id, finding]));
    return applySignal(
      first.view,
      known,
      signal(50 * SECOND - age, { state: 'highSeverity', receivedAt: 100 * SECOND, ...more }),
      DEFAULT_SIGNAL_LIMITS,
    ).view as PartnerView;
  };
  const stateAt = (view: PartnerView, second: number) =>
    stateOfPartner([view], connector, second * SECOND, DEFAULT_SIGNAL_LIMITS)?.state;

  test('a worse state of up to 5 seconds before a better one counts for 60 seconds after its receipt', () => {
    for (const age of [1, 5 * SECOND])
      expect([101, 159, 160].map((second) => stateAt(contested(age), second))).toEqual([
        'highSeverity',
        'highSeverity',
        'secured',
      ]);
    expect(stateAt(contested(5 * SECOND + 1), 101)).toBe('secured');
  });

  test('a next state that is not clearly newer does not end it, one that is does', () => {
    const view = contested(1 * SECOND);
    const next = (second: number) =>
      applySignal(
        view,
        new Map(),
        signal(second * SECOND, { state: 'secured', receivedAt: 110 * SECOND }),
        DEFAULT_SIGNAL_LIMITS,
      ).view as PartnerView;
    expect([51, 55].map((second) => stateAt(next(second), 111))).toEqual(['highSeverity', 'secured']);
  });

  test('it does not count where the better one resolved its findings by name', () => {
    expect(
      stateAt(contested(1 * SECOND, { findings: [found('a')] }, { findings: [found('a', 'resolved')] }), 101),
    ).toBe('secured');
    expect(
      stateAt(contested(1 * SECOND, { findings: [found('a')] }, { findings: [found('b', 'resolved')] }), 101),
    ).toBe('highSeverity');
  });
});

test('a worse level is not older than one without a time, though a state that tells no level came between', () => {
  const view = [
    signal(100_000, { state: 'lowSeverity', undated: true }),
    signal(101_000, { state: 'unknown', unknownTerms: [{ field: 'status', value: 'NEW', about: 'protection' }] }),
  ];
  expect(after(...view, signal(41_000, { state: 'highSeverity' })).state).toBe('highSeverity');
  expect(after(...view, signal(41_000, { state: 'secured' })).state).toBe('unknown');
});

test('a level without a time hides no level from since the last one that had a time, whatever else was reported', () => {
  const told = [signal(100_000, { state: 'unknown' }), signal(100_000, { state: 'lowSeverity', undated: true })];
  expect(after(...told, signal(99_000, { state: 'compromised' })).state).toBe('compromised');
  const behind = [
    signal(100_000, { state: 'unknown' }),
    signal(100_000, { state: 'deactivated', undated: true }),
    signal(101_000, { state: 'lowSeverity', undated: true }),
  ];
  expect(after(...behind, signal(50_000, { state: 'compromised' })).state).toBe('compromised');
});

test('a level with a time ends an older state of the app, and leaves what stood behind that without a time as far as it is worse', () => {
  const behind = [
    signal(100_000, { state: 'misconfigured' }),
    signal(102_000, { state: 'highSeverity', undated: true }),
  ];
  const beside = (state: ThreatState) => after(...behind, signal(101_000, { state }));
  expect(beside('secured')).toMatchObject({ state: 'highSeverity', missingSince: undefined });
  expect(beside('highSeverity')).toMatchObject({ state: 'highSeverity', missingSince: undefined });
  expect(beside('compromised')).toMatchObject({ state: 'compromised', missingSince: undefined });
  expect(after(...behind, signal(101_000, { state: 'secured' }), signal(101_500, { state: 'compromised' })).state).toBe(
    'compromised',
  );
  expect(after(...behind, signal(101_000, { state: 'secured' }), signal(103_000, { state: 'secured' })).state).toBe(
    'secured',
  );
});

test('a removal ends what was told without a time, and older news does not bring the record back', () => {
  const told = [
    signal(100_000, { state: 'lowSeverity', undated: true }),
    signal(101_000, { state: 'deactivated', retires: true }),
  ];
  expect(after(...told, signal(100_500, { state: 'compromised' })).state).toBe('deactivated');
});
