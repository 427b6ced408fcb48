import { describe, expect, test } from 'vitest';
import type { Connector } from '../vocabulary/connector.ts';
import { DEFAULT_SIGNAL_LIMITS as LIMITS } from '../vocabulary/signal-limits.ts';
import type { PartnerView, Signal } from '../vocabulary/signal.ts';
import { applyToViews, holdAgainst } from './identities.ts';
import { stateOfPartner } from './word-of-partner.ts';

const DAY = 86_400_000;
const START = 100 * DAY;
let reports = 0;

/** On days counted from the start; received when it was observed unless told otherwise. */
interface Said extends Omit<Partial<Signal>, 'observedAt' | 'receivedAt'> {
  readonly id: string;
  readonly day: number;
  readonly receivedOn?: number;
  readonly tied?: boolean;
}

function signalOf({ id, day, receivedOn = day, tied: _, ...more }: Said): Signal {
  return {
    connectorId: 'lookout',
    reportId: `r${(reports += 1)}`,
    keys: [{ type: 'vendorDeviceId', value: id }],
    findings: [],
    observedAt: START + day * DAY,
    receivedAt: START + receivedOn * DAY,
    ...more,
  };
}
const after = (...said: readonly Said[]): readonly PartnerView[] =>
  said.reduce<readonly PartnerView[]>(
    (views, one) => applyToViews(views, new Map(), signalOf(one), { tied: one.tied }, LIMITS).views,
    [],
  );
const held = (...said: readonly Said[]): readonly PartnerView[] =>
  said.reduce<readonly PartnerView[]>((views, one) => holdAgainst(views, signalOf(one), LIMITS), []);

function stateOn(views: readonly PartnerView[], day: number) {
  const now = START + day * DAY;
  const connector = { id: 'lookout', unresponsivenessThresholdDays: 7, lastHeartbeatAt: now } as Connector;
  return stateOfPartner(views, connector, now, LIMITS)?.state;
}

describe('the silence of an older identity', () => {
  const HIGH = { id: 'v1', day: 0, state: 'highSeverity' } as const;

  test('begins when another one becomes the newest: until then it did not have to report again', () => {
    const views = after(HIGH, { id: 'v2', day: 20, state: 'secured' });
    expect([20, 26, 28].map((day) => stateOn(views, day))).toEqual(['highSeverity', 'highSeverity', 'secured']);
  });

  test('begins with the receipt of the other one, whatever time that tells', () => {
    expect(stateOn(after(HIGH, { id: 'v2', day: 1, receivedOn: 20, state: 'secured' }), 21)).toBe('highSeverity');
  });

  test('does not begin again with each report of the other one', () => {
    const views = after(
      HIGH,
      { id: 'v2', day: 20, state: 'secured' },
      { id: 'v2', day: 26, state: 'secured' },
      { id: 'v3', day: 26.5, state: 'secured' },
    );
    expect([26.9, 27.1].map((day) => stateOn(views, day))).toEqual(['highSeverity', 'secured']);
  });

  test('begins when it is heard, where it was older already', () => {
    const views = after({ id: 'v2', day: 19, state: 'secured' }, { ...HIGH, receivedOn: 20 });
    expect([21, 28].map((day) => stateOn(views, day))).toEqual(['highSeverity', 'secured']);
  });

  test('is over while it is the newest again', () => {
    const removed = { id: 'v2', state: 'deactivated', retires: true } as const;
    const views = after(HIGH, { id: 'v2', day: 20, state: 'secured' }, { ...removed, day: 21 });
    expect(stateOn(views, 50)).toBe('highSeverity');
    expect(
      [51, 58].map((day) =>
        stateOn(
          after(
            HIGH,
            { id: 'v2', day: 20, state: 'secured' },
            { ...removed, day: 21 },
            { id: 'v3', day: 50, state: 'secured' },
          ),
          day,
        ),
      ),
    ).toEqual(['highSeverity', 'secured']);
  });
});

test('a level that is older than what is held against the device leaves that, though the identity has a view beside it', () => {
  const own = after({ id: 'v1', day: 1, state: 'secured' });
  const beside = holdAgainst(own, signalOf({ id: 'v1', day: 5, state: 'highSeverity' }), LIMITS);
  const then = (day: number) =>
    applyToViews(beside, new Map(), signalOf({ id: 'v1', day, state: 'secured' }), {}, LIMITS).views;
  expect([3, 6].map((day) => stateOn(then(day), 7))).toEqual(['highSeverity', 'secured']);
});

describe('a removed identity', () => {
  const GONE: readonly Said[] = [
    { id: 'v1', day: 0, state: 'highSeverity' },
    { id: 'v2', day: 1, state: 'secured' },
    { id: 'v1', day: 2, state: 'deactivated', retires: true },
  ];
  const found = { id: 'v1', findings: [{ id: 'f', type: 'TROJAN', severity: 'high', state: 'open' }] } as const;

  test('that reports a finding since its removal raises the others for an hour', () => {
    const views = after(...GONE, { ...found, day: 3 });
    expect([3.01, 3.05].map((day) => stateOn(views, day))).toEqual(['highSeverity', 'secured']);
  });

  test('takes with it what it found before', () => {
    expect(stateOn(after(...GONE, { ...found, day: 1.99 }), 2)).toBe('secured');
  });
});

describe('a state without a time of its own', () => {
  const UNDATED = { id: 'v1', day: 10, state: 'lowSeverity', undated: true } as const;

  test('does not hide a worse one from before its receipt that comes later', () => {
    const views = after({ id: 'v1', day: 1, state: 'secured' }, UNDATED, { id: 'v1', day: 5, state: 'highSeverity' });
    expect(stateOn(views, 11)).toBe('highSeverity');
    expect(
      stateOn(
        after(
          { id: 'v1', day: 1, state: 'secured' },
          UNDATED,
          { id: 'v1', day: 5, state: 'highSeverity' },
          { id: 'v1', day: 9, state: 'secured' },
        ),
        11,
      ),
    ).toBe('highSeverity');
    expect(
      stateOn(
        after(
          { id: 'v1', day: 1, state: 'secured' },
          UNDATED,
          { id: 'v1', day: 5, state: 'highSeverity' },
          { id: 'v1', day: 11, state: 'secured' },
        ),
        11,
      ),
    ).toBe('secured');
  });

  test('leaves late what is older than the last state with a time, or better', () => {
    expect(
      stateOn(after({ id: 'v1', day: 6, state: 'secured' }, UNDATED, { id: 'v1', day: 5, state: 'highSeverity' }), 11),
    ).toBe('lowSeverity');
    expect(
      stateOn(after({ id: 'v1', day: 1, state: 'secured' }, UNDATED, { id: 'v1', day: 5, state: 'secured' }), 11),
    ).toBe('lowSeverity');
  });

  test.each<[string, Partial<Signal>]>([
    ['a state', { state: 'highSeverity' }],
    ['a finding', { findings: [{ id: 'f', type: 'TROJAN', severity: 'high', state: 'open' }] }],
  ])('repeats what is held, which lives on: %s', (_, more) => {
    const said = (day: number): Said => ({ id: 'v1', day, undated: true, ...more });
    expect([31, 55].map((day) => stateOn(held(said(0), said(25)), day))).toEqual(['highSeverity', 'unknown']);
    expect(stateOn(held(said(0)), 31)).toBe('unknown');
  });

  test('repeats what an older identity reported, which is not silent', () => {
    const high = { id: 'v1', state: 'highSeverity', undated: true } as const;
    expect(stateOn(after({ ...high, day: 0 }, { id: 'v2', day: 1, state: 'secured' }, { ...high, day: 6 }), 12)).toBe(
      'highSeverity',
    );
  });

  test('leaves what is worse and comes with it as new as itself, behind a state of the app as well', () => {
    const gone = after({ id: 'v1', day: 0, state: 'misconfigured' }, { id: 'v2', day: 1, state: 'secured' });
    expect(stateOn(gone, 9)).toBe('secured');
    const back = [
      { id: 'v1', day: 9, state: 'highSeverity', undated: true },
      { id: 'v1', day: 9, state: 'compromised' },
    ] as const;
    expect(
      [9, 15, 16].map((day) =>
        stateOn(
          after({ id: 'v1', day: 0, state: 'misconfigured' }, { id: 'v2', day: 1, state: 'secured' }, ...back),
          day,
        ),
      ),
    ).toEqual(['compromised', 'compromised', 'secured']);
  });
});

describe('what no record was named for', () => {
  const NAMELESS = { id: '', keys: [{ type: 'managedDeviceId', value: 'd' }], tied: true } as const;

  test('belongs to the first record that names the device by its management as well', () => {
    const views = after(
      { ...NAMELESS, day: 0, state: 'highSeverity' },
      { id: 'v1', day: 1, tied: true, state: 'secured' },
    );
    expect(views).toMatchObject([{ identities: ['v1'], state: 'secured' }]);
  });

  test('belongs to nobody once it was removed: the removal must not take the place of what is reported in the same instant', () => {
    const removal = { ...NAMELESS, day: 1, state: 'deactivated', retires: true } as const;
    const views = after(
      { ...NAMELESS, day: 0, state: 'unknown' },
      removal,
      { id: 'v1', day: 1, tied: true, state: 'highSeverity' },
      { id: 'v1', day: 1, state: 'secured' },
    );
    expect(stateOn(views, 1)).toBe('highSeverity');
  });
});
