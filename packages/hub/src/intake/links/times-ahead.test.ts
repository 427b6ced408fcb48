import { applySignal, DEFAULT_SIGNAL_LIMITS, type PartnerView, type Signal, type ThreatState } from '@sallyport/core';
import { expect, test } from 'vitest';
import { TimesAhead } from './times-ahead.ts';

const T0 = Date.parse('2026-03-02T08:00:00Z');
const S = 1_000;

/** What the hub believes after reports `[state, its own time, time of receipt]`, in seconds, in the order of receipt. */
function believed(
  ...told: readonly (readonly [state: ThreatState, own: number, received: number, byOurClock?: boolean])[]
) {
  const times = new TimesAhead();
  let view: PartnerView | undefined;
  for (const [i, [state, own, received, byOurClock = false]] of told.entries()) {
    const signal: Signal = {
      connectorId: 'c',
      reportId: `r${i}`,
      keys: [{ type: 'imei', value: '1' }],
      observedAt: T0 + own * S,
      findings: [],
      state,
    };
    view = applySignal(
      view,
      new Map(),
      times.placed(signal, T0 + received * S, byOurClock),
      DEFAULT_SIGNAL_LIMITS,
    ).view;
  }
  return view?.state;
}

test('good news that is ahead hides no true report that comes after it', () => {
  expect(believed(['secured', 240, 0], ['highSeverity', 1, 1])).toBe('highSeverity');
  expect(believed(['secured', 9e9, 0], ['highSeverity', 1, 1])).toBe('highSeverity');
});

test("bad news that is ahead gives way to good news right after it, by the same clock and by the hub's own reading", () => {
  expect(believed(['highSeverity', 180, 0], ['secured', 190, 10])).toBe('secured');
  expect(believed(['highSeverity', 180, 0], ['secured', 190, 0])).toBe('secured');
  expect(believed(['highSeverity', 180, 0], ['secured', 10, 10, true])).toBe('secured');
  expect(believed(['highSeverity', 9e9, 0], ['secured', 10, 10])).toBe('secured');
});

test('what comes out of order by a clock that is ahead keeps its own order', () => {
  expect(believed(['highSeverity', 190, 0], ['secured', 180, 0])).toBe('highSeverity');
  expect(believed(['highSeverity', 190, 0], ['secured', 180, 1])).toBe('highSeverity');
  expect(believed(['highSeverity', 190, 0], ['secured', 180, 185])).toBe('highSeverity');
  expect(believed(['secured', 190, 0], ['highSeverity', 180, 1])).toBe('secured');
});

test('of two that are ahead by the same time the worse one counts, whichever came first', () => {
  for (const states of [
    ['secured', 'highSeverity'],
    ['highSeverity', 'secured'],
  ] as const) {
    expect(believed([states[0], 180, 0], [states[1], 180, 5])).toBe('highSeverity');
  }
});

test('a time far ahead is flagged, and a report without a device has no order to keep', () => {
  const times = new TimesAhead();
  const of = (own: number, keys: Signal['keys']) =>
    times.placed(
      { connectorId: 'c', reportId: 'r', keys, observedAt: T0 + own * S, findings: [], state: 'secured' },
      T0,
      false,
    );
  expect(of(301, [])).toMatchObject({ observedAt: T0, flag: 'time of the report lies in the future' });
  expect(of(300, [])).toEqual(of(300, []));
  expect(of(300, []).flag).toBeUndefined();
});
