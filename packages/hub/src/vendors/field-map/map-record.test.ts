import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFieldMap } from './compile-field-map.ts';
import { fieldMapSettings } from './field-map-settings.ts';
import { mapRecord } from './map-record.ts';

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const RECEIVED = Date.parse('2026-03-02T09:00:00Z');
const AT = '2026-03-02T08:00:00Z';

const MAP = {
  reportId: '$.event.id',
  deviceKeys: {
    mdmDeviceId: '$.device.mdm',
    imei: '$.device.imei[*]',
    vendorDeviceId: '$.device.id',
    email: ['$.user.mail', '$.device.owner'],
  },
  observedAt: { path: '$.event.time' },
  state: {
    path: '$.device.risk',
    words: {
      ok: 'secured',
      Elevated: 'medium',
      critical: 'high',
      rooted: 'compromised',
      gone: 'deactivated',
      'n.a.': 'ignore',
    },
  },
  findings: {
    path: '$.threats[*]',
    id: '$.id',
    type: '$.kind',
    title: ['$.title', '$.kind'],
    severity: {
      path: '$.score',
      words: { info: 'none' },
      numbers: [
        { from: 0, is: 'low' },
        { from: 70, is: 'high' },
        { from: 40, is: 'medium' },
      ],
    },
    state: { path: '$.fixed', words: { true: 'resolved', false: 'open' } },
    detectedAt: { path: '$.seen', format: 'epochSeconds' },
    recommendedAction: '$.todo',
    link: '$.url',
  },
};

function map(record: unknown, written: object = MAP) {
  return mapRecord(compileFieldMap(fieldMapSettings.parse(written)), record, {
    connectorId: 'c',
    receivedAt: RECEIVED,
  });
}

const RECORD = {
  event: { id: 'e1', time: AT },
  device: {
    mdm: `{${PHONE.toUpperCase()}}`,
    imei: ['490154203237518', '000000000000000'],
    id: 77,
    risk: 'CRITICAL',
    owner: 'A@example.com',
  },
  threats: [
    {
      id: 't1',
      kind: 'MALWARE',
      score: '85',
      fixed: false,
      seen: 1772438400,
      todo: 'Remove it.',
      url: 'https://console.example/t1',
    },
    { id: 't2', kind: 'OLD_OS', score: 'Info', fixed: 'true', title: 'Old system' },
  ],
};

describe('a record that fits the map', () => {
  test('and is secured beside an open finding of high severity counts as the finding says, but of one without a time only the finding counts', () => {
    const { signal, problems } = map({ ...RECORD, device: { ...RECORD.device, imei: null, risk: 'ok' } });
    expect([signal?.state, signal?.flag]).toEqual([
      'highSeverity',
      'called secured beside an open finding of high severity',
    ]);
    expect(problems).toEqual([
      {
        field: 'state',
        path: '$',
        message: 'is secured beside an open finding of high severity: highSeverity is taken',
      },
    ]);
    expect(map({ ...RECORD, event: { id: 'e1' }, device: { ...RECORD.device, risk: 'ok' } }).signal).toMatchObject({
      findings: [{ id: 't1', state: 'open' }],
      flag: 'no time of its own',
    });
    expect(
      map({ ...RECORD, device: { ...RECORD.device, imei: null, risk: 'ok' }, threats: RECORD.threats.slice(1) }).signal,
    ).toMatchObject({ state: 'secured' });
  });

  test('becomes a signal', () => {
    const { signal, problems } = map(RECORD);
    expect(signal).toEqual({
      connectorId: 'c',
      reportId: expect.stringMatching(/^e1:[\w-]{22}$/),
      observedAt: Date.parse(AT),
      state: 'highSeverity',
      keys: [
        { type: 'managedDeviceId', value: PHONE },
        { type: 'entraDeviceId', value: PHONE },
        { type: 'imei', value: '490154203237518' },
        { type: 'vendorDeviceId', value: '77' },
        { type: 'email', value: 'a@example.com' },
      ],
      findings: [
        {
          id: 't1',
          type: 'MALWARE',
          title: 'MALWARE',
          state: 'open',
          severity: 'high',
          detectedAt: 1772438400_000,
          recommendedAction: 'Remove it.',
          link: 'https://console.example/t1',
        },
        { id: 't2', type: 'OLD_OS', title: 'Old system', state: 'resolved' },
      ],
    });
    expect(problems).toEqual([
      {
        field: 'deviceKeys.imei',
        path: '$.device.imei[1]',
        value: '"000000000000000"',
        message: 'is a placeholder and identifies no device',
      },
    ]);
  });

  test.each([
    ['ok', 'secured'],
    [' elevated ', 'mediumSeverity'],
    ['ROOTED', 'compromised'],
    ['gone', 'deactivated'],
  ])('the state %j is %s', (risk, state) => {
    expect(map({ ...RECORD, device: { ...RECORD.device, risk }, threats: [] }).signal?.state).toBe(state);
  });

  test('a word that is to be ignored says nothing', () => {
    const silent = map({ event: RECORD.event, device: { ...RECORD.device, risk: 'N.A.' } });
    expect(silent.signal).toBeUndefined();
  });

  test('without words and numbers, our own words are understood', () => {
    const written = { reportId: '$.id', deviceKeys: { serialNumber: '$.sn' }, state: { path: '$.state' } };
    expect(
      ['High', 'lowSeverity', 'secured', 'unresponsive'].map(
        (state) => map({ id: 1, sn: 'S1', state }, written).signal?.state,
      ),
    ).toEqual(['highSeverity', 'lowSeverity', 'secured', 'unresponsive']);
  });

  test('the record itself may be the finding', () => {
    const written = {
      observedAt: { path: '$.at', format: 'epochMilliseconds' },
      deviceKeys: { udid: '$.udid' },
      findings: { id: '$.id', severity: { path: '$.sev' } },
    };
    expect(map({ at: RECEIVED, udid: 'f'.repeat(39) + 'e', id: 'x', sev: 'medium' }, written).signal).toMatchObject({
      findings: [{ id: 'x', type: 'threat', state: 'open', severity: 'medium', detectedAt: RECEIVED }],
      reportId: expect.stringMatching(/^content:/),
    });
  });
});

describe('what cannot be read', () => {
  const change = (change: (record: any) => void) => {
    const record = structuredClone(RECORD) as any; // looked into freely
    change(record);
    return map(record);
  };

  test.each([
    [
      'an unknown state',
      (r: any) => {
        r.device.risk = 'fine';
      },
      { field: 'state', path: '$.device.risk', value: '"fine"' },
      'unknown state "fine"',
    ],
    [
      'a state of another type',
      (r: any) => {
        r.device.risk = { level: 'ok' };
      },
      { field: 'state', path: '$.device.risk', value: '{"level":"ok"}' },
      'unknown state {"level":"ok"}',
    ],
    [
      'an unknown severity of an open finding',
      (r: any) => {
        r.threats[0].score = 'weird';
      },
      { field: 'findings.severity', path: '$.threats[0].score', value: '"weird"' },
      'unknown severity "weird"',
    ],
    [
      'a severity below all numbers',
      (r: any) => {
        r.threats[0].score = -1;
      },
      { field: 'findings.severity', path: '$.threats[0].score', value: '-1' },
      'unknown severity -1',
    ],
    [
      'an unknown state of a finding',
      (r: any) => {
        r.threats[1].fixed = 'maybe';
      },
      { field: 'findings.state', path: '$.threats[1].fixed', value: '"maybe"' },
      'unknown finding state "maybe"',
    ],
    [
      'a finding without its id',
      (r: any) => {
        delete r.threats[1].id;
      },
      { field: 'findings.id', path: '$.threats[1]' },
      expect.stringMatching(/^finding without id/),
    ],
    [
      'a finding without its state',
      (r: any) => {
        delete r.threats[1].fixed;
      },
      { field: 'findings.state', path: '$.threats[1]' },
      expect.stringMatching(/^unknown finding state/),
    ],
    [
      'a time without its zone',
      (r: any) => {
        r.event.time = '2026-03-02T08:00:00';
      },
      { field: 'observedAt', path: '$.event.time', value: '"2026-03-02T08:00:00"' },
      'unreadable time "2026-03-02T08:00:00"',
    ],
  ])('%s is named with its place and value, and flags the report', (_, spoil, problem, flag) => {
    const { signal, problems } = change(spoil);
    expect(problems).toContainEqual(expect.objectContaining(problem));
    expect(signal?.flag).toEqual(flag);
  });

  test('an unknown state is missing data where the map has words about the app, because it may be one; the findings still count', () => {
    const { signal } = change((r) => {
      r.device.risk = 'fine';
    });
    expect(signal).toMatchObject({
      state: 'unknown',
      unknownTerms: [{ field: 'state', value: 'FINE', about: 'protection' }],
    });
    expect(signal?.findings).toHaveLength(2);
  });

  test('an unknown state of a map that knows levels alone leaves the last one as it was', () => {
    const written = {
      reportId: '$.id',
      deviceKeys: { serialNumber: '$.sn' },
      state: { path: '$.risk', words: { ok: 'secured', bad: 'high' } },
    };
    const { signal } = map({ id: 1, sn: 'S1', risk: 'fine' }, written);
    expect(signal).not.toHaveProperty('state');
    expect(signal).toMatchObject({
      flag: 'unknown state "fine"',
      unknownTerms: [{ field: 'state', value: 'FINE', about: 'level' }],
    });
  });

  test('a finding that cannot be read is left out; the state still counts', () => {
    expect(
      change((r) => {
        r.threats[0].score = 'weird';
      }).signal,
    ).toMatchObject({ state: 'highSeverity', findings: [{ id: 't2' }] });
  });

  test('with an unreadable time a device may get worse, never better', () => {
    const spoilt = (risk: string) =>
      change((r) => {
        r.event.time = 'yesterday';
        r.device.risk = risk;
      }).signal;
    expect(spoilt('critical')).toMatchObject({
      state: 'highSeverity',
      observedAt: RECEIVED,
      findings: [{ id: 't1', state: 'open' }],
    });
    expect(spoilt('ok')).not.toHaveProperty('state');
  });

  test('without a time and an id of its own a record may be an old one sent again: what is bad is believed, what is good is not', () => {
    const of = (risk: string, fixed: boolean) =>
      change((r) => {
        r.event = {};
        r.device.risk = risk;
        r.threats[0].fixed = fixed;
      }).signal;
    expect(of('critical', false)).toMatchObject({
      state: 'highSeverity',
      findings: [{ id: 't1', state: 'open' }],
      flag: 'neither an id nor a time of its own',
    });
    expect(of('ok', true)).toMatchObject({ findings: [], flag: 'neither an id nor a time of its own' });
    expect(of('ok', true)).not.toHaveProperty('state');
    const identified = change((r) => {
      delete r.event.time;
      r.device.risk = 'ok';
    }).signal;
    expect(identified).toMatchObject({ undated: true, flag: 'no time of its own' });
    expect(identified).not.toHaveProperty('state');
  });

  test('a record without any id of its device is flagged, and the place where one was looked for is named', () => {
    const { signal, problems } = change((r) => {
      r.threats = [];
      r.device = { risk: 'ok' };
    });
    expect(signal).toMatchObject({ keys: [], flag: 'no id of the device' });
    expect(problems).toEqual([
      {
        field: 'deviceKeys',
        path: '$.device.mdm, $.device.imei[*], $.device.id, $.user.mail, $.device.owner',
        message: 'is missing',
      },
    ]);
  });

  test('a record that says nothing becomes nothing, and the place that was looked at is named', () => {
    expect(map({ hello: 'there' })).toEqual({
      signal: undefined,
      problems: [{ field: 'state', path: '$.device.risk', message: 'is missing' }],
    });
  });
});

describe('the id of a report', () => {
  const idOf = (record: unknown, written?: object) => map(record, written).signal?.reportId;
  const without = { deviceKeys: { serialNumber: '$.sn' }, observedAt: { path: '$.at' }, state: { path: '$.state' } };

  test('is the same for the same content, in any order of its members', () => {
    const { event, device, threats } = RECORD;
    expect(idOf({ threats, device: Object.fromEntries(Object.entries(device).reverse()), event })).toBe(idOf(RECORD));
    expect(idOf({ sn: 'S1', at: AT, state: 'high' }, without)).toBe(idOf({ state: 'high', at: AT, sn: 'S1' }, without));
  });

  test('is another when a vendor sends an alert again under its id because it changed', () => {
    expect(idOf({ ...RECORD, threats: [] })).not.toBe(idOf(RECORD));
  });

  test('is another at each receipt where the record has neither an id nor a time', () => {
    const compiled = compileFieldMap(fieldMapSettings.parse(without));
    const [first, second] = [1, 2].map(
      (receivedAt) =>
        mapRecord(compiled, { sn: 'S1', state: 'high' }, { connectorId: 'c', receivedAt }).signal?.reportId,
    );
    expect(first).not.toBe(second);
  });

  test("fits the store however long the vendor's is", () => {
    expect(idOf({ ...RECORD, event: { id: 'x'.repeat(256), time: AT } })?.length).toBeLessThanOrEqual(256);
  });
});

test('any record is read without an error, and never as secured unless its word says so', () => {
  const compiled = compileFieldMap(fieldMapSettings.parse(MAP));
  const part = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.constant('ok'),
      fc.dictionary(fc.constantFrom('id', 'risk', 'time', 'kind', 'score', 'fixed', 'mdm'), tie('value')),
      fc.array(tie('value')),
    ),
  })).value;
  fc.assert(
    fc.property(fc.record({ event: part, device: part, threats: part }), (record) => {
      const { signal } = mapRecord(compiled, record, { connectorId: 'c', receivedAt: RECEIVED });
      if (signal?.state !== 'secured') return;
      expect(String((record.device as { risk: unknown }).risk).trim()).toBe('ok');
    }),
  );
});

describe('a map', () => {
  const GOOD = { deviceKeys: { serialNumber: '$.sn' }, reportId: '$.id', state: { path: '$.state' } };
  test.each([
    ['without device keys', { ...GOOD, deviceKeys: {} }, 'deviceKeys', /at least one of managedDeviceId/],
    ['with a key that we do not know', { ...GOOD, deviceKeys: { mac: '$.mac' } }, 'deviceKeys', /mac/],
    ['without state and findings', { ...GOOD, state: undefined }, 'state', /findings/],
    ['without id and time', { ...GOOD, reportId: undefined }, 'observedAt', /reportId/],
    ['with a script for a path', { ...GOOD, reportId: '$[?(@.x)]' }, 'reportId', /cannot be read/],
    ['with several values for one field', { ...GOOD, reportId: '$.ids[*]' }, 'reportId', /one value/],
    ['with a wrong path in a list', { ...GOOD, reportId: ['$.id', 'id'] }, 'reportId.1', /begin with \$/],
    [
      'with a meaning that we do not know',
      { ...GOOD, state: { path: '$.s', words: { a: 'dangerous' } } },
      'state.words.a',
      /Invalid option/,
    ],
    [
      'with a word twice',
      { ...GOOD, state: { path: '$.s', words: { Ok: 'secured', OK: 'high' } } },
      'state.words.OK',
      /more than once/,
    ],
    [
      'with a format of time that we do not know',
      { ...GOOD, observedAt: { path: '$.t', format: 'de' } },
      'observedAt.format',
      /Invalid option/,
    ],
  ])('%s is refused, and the field is named', (_, written, field, message) => {
    const issue = fieldMapSettings.safeParse(written).error?.issues[0];
    expect(issue?.path.join('.')).toBe(field);
    expect(issue?.message).toMatch(message);
  });
});
