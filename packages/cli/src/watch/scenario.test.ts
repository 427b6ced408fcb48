import { describe, expect, test } from 'vitest';
import { DEVICES, UNKNOWN_DEVICE } from '../sandbox/devices.ts';
import type { Exchange, FaultKind, SentReport } from '../sandbox/exchange.ts';
import { faultOf } from '../sandbox/faults.ts';
import { judgeScenario, nextFault, SCENARIO } from './scenario.ts';

const SETTINGS = { heartbeatMs: 60_000, mostDelayMs: 300_000 };
const T0 = Date.parse('2026-03-02T09:00:00Z');
const SERIAL = DEVICES[0]?.serialNumber ?? '';

const exchange = (kind: Exchange['kind'], at: number, more: Partial<Exchange> = {}): Exchange => ({
  at,
  answeredAt: at + 10,
  clientId: 'client',
  kind,
  status: 200,
  fault: undefined,
  reports: [],
  results: [],
  problem: undefined,
  ...more,
});

function report(reportId: string, threatState: string, more: Partial<SentReport> = {}): SentReport {
  return {
    reportId,
    threatState,
    content: `${reportId} ${threatState}`,
    observedAt: T0,
    deviceKeys: { serialNumber: SERIAL },
    findings: [],
    ...more,
  };
}

/** Sent at `second`, observed a second before, and taken unless said otherwise. */
function call(second: number, reports: readonly SentReport[], more: Partial<Exchange> = {}): Exchange {
  const at = T0 + second * 1_000;
  const timed = reports.map((one) => (one.observedAt === T0 ? { ...one, observedAt: at - 1_000 } : one));
  const taken = more.fault === undefined || more.fault.kind === 'answerLost' || more.fault.kind === 'slow';
  return exchange('reports', at, {
    reports: timed,
    results: taken ? reports.map(() => ({ status: 'accepted', matched: true, problem: undefined })) : [],
    ...more,
  });
}

const spoiled = (second: number, kind: FaultKind, reports: readonly SentReport[]): Exchange =>
  call(second, reports, {
    fault: faultOf(kind),
    status:
      kind === 'unavailable'
        ? 503
        : kind === 'tooManyRequests'
          ? 429
          : kind === 'tokenEnded'
            ? 401
            : kind === 'slow'
              ? 200
              : null,
  });

const OPEN = { id: 'f1', state: 'open', severity: 'high', title: 'Cafe' };
const THREAT = report('r3', 'highSeverity', { findings: [OPEN] });
const END = report('r4', 'secured', { findings: [{ ...OPEN, state: 'resolved' }] });
const STRANGER = report('r5', 'secured', { deviceKeys: { imei: UNKNOWN_DEVICE.imei } });
const LATER = report('r7', 'secured');
const unmatched = { results: [{ status: 'accepted', matched: false, problem: undefined }] };

/** An integration that does everything right. */
const GOOD: readonly Exchange[] = [
  exchange('token', T0),
  exchange('heartbeat', T0 + 1_000, { status: 204 }),
  exchange('heartbeat', T0 + 31_000, { status: 204 }),
  call(32, [report('r1', 'activated'), report('r2', 'secured')]),
  spoiled(40, 'unavailable', [THREAT]),
  call(44, [THREAT]),
  spoiled(50, 'tooManyRequests', [END]),
  call(54, [END]),
  { ...spoiled(60, 'answerLost', [STRANGER]), ...unmatched },
  call(61, [STRANGER], { results: [{ status: 'duplicate', matched: true, problem: undefined }] }),
  spoiled(64, 'tokenEnded', [LATER]),
  exchange('token', T0 + 65_000),
  call(66, [LATER]),
  call(70, [report('r6', 'secured')], { fault: faultOf('slow'), answeredAt: T0 + 75_000 }),
];

const stateOf = (id: string, exchanges: readonly Exchange[]) =>
  judgeScenario(exchanges, SETTINGS).find((step) => step.id === id);
/** GOOD with one call replaced by others. */
const instead = (index: number, ...calls: readonly Exchange[]): readonly Exchange[] =>
  GOOD.toSpliced(index, 1, ...calls);

describe('a scenario', () => {
  test('is passed by an integration that does everything right', () => {
    expect(judgeScenario(GOOD, SETTINGS).filter(({ state }) => state !== 'passed')).toEqual([]);
  });

  test('has seen nothing before anything came', () => {
    expect(new Set(judgeScenario([], SETTINGS).map(({ state }) => state))).toEqual(new Set(['waiting']));
  });

  test('has steps with ids of their own, and says what to do for each that needs doing', () => {
    expect(new Set(SCENARIO.map(({ id }) => id)).size).toBe(SCENARIO.length);
    expect(SCENARIO.filter(({ instruction }) => instruction !== undefined)).toHaveLength(7);
  });

  test.each([...GOOD.keys()].filter((i) => i !== 0 && i !== 13))('is not passed without call %i', (i) => {
    const steps = judgeScenario(GOOD.toSpliced(i, 1), SETTINGS);
    expect(steps.some(({ required, state }) => required && state !== 'passed')).toBe(true);
  });
});

describe('what goes wrong is seen', () => {
  test.each<[string, string, readonly Exchange[], RegExp]>([
    [
      'a wrong secret',
      'token',
      [exchange('token', T0, { status: 401, problem: 'The secret is wrong.' })],
      /secret is wrong/,
    ],
    [
      'heartbeats too far apart',
      'heartbeat',
      [exchange('heartbeat', T0, { status: 204 }), exchange('heartbeat', T0 + 90_000, { status: 204 })],
      /90\.0 s apart/,
    ],
    [
      'a device that is not in the kit',
      'secured',
      [call(1, [report('r', 'secured', { deviceKeys: { serialNumber: 'MY-PHONE' } })])],
      /no device of the kit/,
    ],
    ['a threat without its finding', 'threat', [call(1, [report('r', 'highSeverity')])], /without an open finding/],
    [
      'a threat whose finding is not severe',
      'threat',
      [call(1, [report('r', 'highSeverity', { findings: [{ ...OPEN, severity: 'low' }] })])],
      /without an open finding/,
    ],
    [
      'a level that goes down without its finding',
      'resolution',
      instead(7, call(54, [report('r4', 'secured')])).toSpliced(6, 1),
      /no finding was reported as resolved/,
    ],
    [
      'a finding that ends while the level stays',
      'resolution',
      instead(7, call(54, [{ ...END, threatState: 'highSeverity' }])).toSpliced(6, 1),
      /still reported as "highSeverity"/,
    ],
    [
      'an end that was observed before the threat',
      'resolution',
      instead(7, call(54, [END], { results: [{ status: 'late', matched: true, problem: undefined }] })).toSpliced(6, 1),
      /observedDateTime must be later/,
    ],
    [
      'reports that are lost with a 503',
      'retry-503',
      instead(5, call(44, [report('other', 'secured')])),
      /r3 have not come again, though/,
    ],
    [
      'reports that come again under other ids',
      'retry-503',
      instead(5, call(44, [{ ...THREAT, reportId: 'new-id' }])),
      /have not come again/,
    ],
    [
      'reports that come again as others',
      'retry-503',
      instead(5, call(44, [{ ...THREAT, reportId: 'new-id', observedAt: T0 + 39_000 }])),
      /Report r3 came again as new-id/,
    ],
    [
      'a token that is not renewed',
      'token-renewal',
      GOOD.toSpliced(11, 3, exchange('reports', T0 + 66_000, { status: 401, reports: [LATER] })),
      /no other token/,
    ],
    ['reports that are lost with a token', 'token-renewal', GOOD.toSpliced(12, 1), /r7 have not come again/],
    ['an answer that was lost, and nobody asks', 'lost-answer', GOOD.toSpliced(9, 1), /r5 have not come again/],
    [
      'a retry without patience',
      'retry-after',
      instead(5, call(40.5, [THREAT])),
      /0\.5 s; 3\.0 s had been asked for with 503/,
    ],
    [
      'a rejected report',
      'well-formed',
      [
        call(1, [report('r', 'fine')], {
          results: [{ status: 'rejected', matched: true, problem: 'reports[0].threatState must be one of' }],
        }),
      ],
      /threatState/,
    ],
    [
      'a refused call',
      'well-formed',
      [call(1, [], { status: 400, problem: '"reports" must have 1 to 1000 reports' })],
      /400: "reports"/,
    ],
    [
      'an id with two contents',
      'ids',
      [call(1, [report('r', 'secured')]), call(2, [{ ...report('r', 'secured'), content: 'else' }])],
      /two contents/,
    ],
    [
      'a clock that is ahead',
      'clock',
      [call(1, [report('r', 'secured', { observedAt: T0 + 120_000 })])],
      /after it arrived/,
    ],
    [
      'a clock that is behind',
      'clock',
      [call(1, [report('r', 'secured', { observedAt: T0 - 3_600_000 })])],
      /300\.0 s are allowed/,
    ],
    [
      'a token for every call',
      'token-reuse',
      Array.from({ length: 6 }, (_, i) => [
        exchange('token', T0 + i),
        exchange('heartbeat', T0 + i, { status: 204 }),
      ]).flat(),
      /6 tokens for 6 calls/,
    ],
    [
      'a stranger that is sent for ever',
      'unknown-device',
      [...GOOD, call(80, [STRANGER], unmatched)],
      /nothing to repeat/,
    ],
    [
      'a stranger of whom nothing new is told',
      'unmatched-news',
      [
        ...GOOD,
        ...[80, 81, 82].map((at) =>
          call(at, [report(`s${at}`, 'secured', { deviceKeys: { imei: UNKNOWN_DEVICE.imei } })], unmatched),
        ),
      ],
      /^2 new observations about a device/,
    ],
    [
      'a phone outside the kit of which nothing new is told',
      'unmatched-news',
      [80, 81].map((at) =>
        call(
          at,
          [report(`s${at}`, 'secured', { deviceKeys: { serialNumber: at === 80 ? 'Theirs' : ' THEIRS ' } })],
          unmatched,
        ),
      ),
      /^1 new observation about/,
    ],
    [
      'no patience with a slow answer',
      'patience',
      instead(
        13,
        call(70, [report('r6', 'secured')], { fault: faultOf('slow'), answeredAt: T0 + 75_000 }),
        call(72, [report('r6', 'secured')]),
      ),
      /before the answer/,
    ],
    ['one report a call', 'batches', [call(1, [report('r', 'secured')])], /one report/],
  ])('%s', (_, id, exchanges, detail) => {
    const step = stateOf(id, exchanges);
    expect(step?.state).not.toBe('passed');
    expect(step?.detail).toMatch(detail);
  });

  test('but a token that ended is no mistake of form, and what was kept back by the sandbox is not old', () => {
    expect(
      stateOf('well-formed', [call(1, [report('r', 'secured')]), exchange('reports', T0 + 2_000, { status: 401 })])
        ?.state,
    ).toBe('passed');
    expect(
      stateOf('clock', [
        spoiled(1, 'unavailable', [report('r', 'secured')]),
        call(1_000, [report('r', 'secured', { observedAt: T0 })]),
      ])?.state,
    ).toBe('passed');
  });

  test('but news about a device that is not known are right, and so is what comes again since nobody told', () => {
    const stranger = (at: number, state: string, more: Partial<Exchange> = unmatched) =>
      call(at, [report(`s${at}`, state, { deviceKeys: { imei: UNKNOWN_DEVICE.imei } })], more);
    expect(
      stateOf('unmatched-news', [stranger(1, 'secured'), stranger(2, 'highSeverity'), stranger(3, 'secured')])?.state,
    ).toBe('passed');
    expect(
      stateOf('unmatched-news', [stranger(1, 'secured', { ...unmatched, status: null }), stranger(2, 'secured')])
        ?.state,
    ).toBe('passed');
    expect(
      stateOf('unmatched-news', [stranger(1, 'secured'), stranger(2, 'secured', {}), stranger(3, 'secured')])?.state,
    ).toBe('passed');
    expect(
      stateOf('unmatched-news', [call(1, [report('r', 'secured')]), call(2, [report('s', 'secured')])])?.state,
    ).toBe('waiting');
  });

  test('reports of a spoiled call may come again in several calls', () => {
    const [a, b] = [report('a', 'secured'), report('b', 'secured')];
    expect(stateOf('retry-503', [spoiled(1, 'unavailable', [a, b]), call(5, [b])])?.state).toBe('waiting');
    expect(stateOf('retry-503', [spoiled(1, 'unavailable', [a, b]), call(5, [b]), call(6, [a])])?.state).toBe('passed');
  });
});

describe('the next fault', () => {
  test('comes once a phone was secured, one of each kind, and only when the last one is mended', () => {
    const kinds = GOOD.map((_, i) => nextFault(GOOD.slice(0, i), SETTINGS)?.kind);
    expect(kinds).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'unavailable',
      undefined,
      'tooManyRequests',
      undefined,
      'answerLost',
      undefined,
      'tokenEnded',
      undefined,
      undefined,
      'slow',
    ]);
    expect(nextFault(GOOD, SETTINGS)).toBeUndefined();
  });

  test('is found in a very long run before the time-out, which what grows with its square would not be', () => {
    const long = Array.from({ length: 100_000 }, (_, i) =>
      i === 0
        ? call(0, [report('s', 'secured')])
        : i === 1
          ? spoiled(1, 'unavailable', [report('lost', 'secured')])
          : call(i, [report(`r${i}`, 'secured')]),
    );
    expect(nextFault(long, SETTINGS)).toBeUndefined();
    expect(judgeScenario(long, SETTINGS).find(({ id }) => id === 'retry-503')?.state).not.toBe('passed');
  });
});
