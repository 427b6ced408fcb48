import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { normaliseZimperium } from './normalise.ts';
import { readTime } from './times.ts';

const CONNECTOR = '08a8455c-48dd-45ff-ad82-7211355354f3';
const NOW = Date.parse('2026-06-01T12:00:00Z');

function fixture<T>(name: string): T {
  return JSON.parse(sample(`zimperium/${name}`)) as T;
}

function signals(raw: unknown): readonly Signal[] {
  return normaliseZimperium(raw, CONNECTOR, NOW);
}

function signal(raw: unknown): Signal {
  const [first, ...rest] = signals(raw);
  if (first === undefined || rest.length > 0) throw new Error('expected one signal');
  return first;
}

function summary({ observedAt, state, findings, flag, keys }: Signal) {
  return {
    at: new Date(observedAt).toISOString(),
    state,
    flag,
    keys: keys.map((key) => `${key.type}=${key.value}`),
    findings: findings.map((f) => `${f.type} ${f.severity ?? '-'} ${f.state}`),
  };
}

type Export = Record<string, unknown> & { device_info: Record<string, unknown>; forensics: Record<string, unknown> };

describe('Zimperium records', () => {
  test('of the Data Export to a REST endpoint tell posture and threat', () => {
    const found = fixture<unknown[]>('data-export-rest-webhook.constructed.json').map(signal);
    expect(found.map(summary)).toEqual([
      {
        at: '2025-03-01T08:00:00.000Z',
        state: 'highSeverity',
        flag: undefined,
        findings: ['DEVICE_ROOTED high open'],
        keys: [
          'managedDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
          'entraDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
          'vendorDeviceId=zd-0001',
          'vendorDeviceId=DEV-0001',
          'email=ada@example.com',
        ],
      },
      {
        at: '2025-03-01T08:00:00.000Z',
        state: 'secured',
        flag: undefined,
        findings: ['DEVICE_ROOTED high resolved'],
        keys: [
          'managedDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
          'entraDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
          'vendorDeviceId=zd-0001',
          'vendorDeviceId=DEV-0001',
          'email=ada@example.com',
        ],
      },
      {
        at: '2025-03-01T08:00:00.000Z',
        state: 'lowSeverity',
        flag: undefined,
        findings: ['TESTFLIGHT_INSTALLED - open'],
        keys: ['vendorDeviceId=zd-0002', 'vendorDeviceId=DEV-0002', 'email=alan@example.com'],
      },
    ]);
    expect(found[0]?.findings[0]).toMatchObject({ title: 'Device Jailbroken/Rooted', type: 'DEVICE_ROOTED' });
    expect(new Set(found.map((s) => s.reportId)).size).toBe(3);
  });

  test('of the Sentinel export tell threats, and no posture where it is null', () => {
    expect(fixture<unknown[]>('data-export-threatlogv2.json').map(signal).map(summary)).toEqual([
      {
        at: '2026-04-14T19:30:47.000Z',
        state: undefined,
        flag: undefined,
        findings: ['USB_DEBUGGING_ON medium open'],
        keys: [
          'vendorDeviceId=69d01a8c-3cdc-4f82-ac51-04883ef38424',
          'vendorDeviceId=23734632-8adf-4baa-a2d4-89f7ea35acdb',
          'email=test-de0a9144-e270-4714-8333-16b95b71a711@test.com',
        ],
      },
      {
        at: '2026-04-14T19:30:57.000Z',
        state: undefined,
        flag: undefined,
        findings: ['DEVELOPER_OPTIONS_ON low open'],
        keys: [
          'vendorDeviceId=69d01a8c-3cdc-4f82-ac51-04883ef38424',
          'vendorDeviceId=23734632-8adf-4baa-a2d4-89f7ea35acdb',
          'email=test-de0a9144-e270-4714-8333-16b95b71a711@test.com',
        ],
      },
    ]);
  });

  test('of an incident tell one finding as bad as the worst of its threats that are not fixed, and the end of those that are', () => {
    const [incident] = fixture<unknown[]>('data-export-incidentlog.json').map(signal);
    expect(incident && summary(incident)).toEqual({
      at: '2026-05-29T20:10:34.256Z',
      state: undefined,
      flag: undefined,
      keys: [
        'vendorDeviceId=e3852ddd-3ed2-4aca-a847-942ee75f41b8_D_1',
        'vendorIncidentId=8a1c370c-17ac-41b6-94c5-da8c95196482',
      ],
      findings: ['DEVICE JAILBROKEN/ROOTED high open', 'SUSPICIOUS ANDROID APP high resolved'],
    });
    expect(incident?.findings[0]).toMatchObject({
      id: 'incident:8a1c370c-17ac-41b6-94c5-da8c95196482',
      title: 'Remote Access Trojan on Rooted Device',
    });
  });

  test('of the end of an incident resolve it by its id alone', () => {
    const [first, second] = fixture<unknown[]>('data-export-incidentmitigationlog.json').map(signal);
    expect(first && summary(first)).toEqual({
      at: '2026-05-29T20:13:48.901Z',
      state: undefined,
      flag: undefined,
      keys: ['vendorIncidentId=8a1c370c-17ac-41b6-94c5-da8c95196482'],
      findings: ['INCIDENT - resolved'],
    });
    expect(second?.findings).toMatchObject([
      { id: 'incident:922d37b2-8a57-4454-af5a-26e0af1b3251', state: 'resolved' },
    ]);
  });

  test('of the REST API version 2 tell posture by devices and findings by threats', () => {
    const [device] = fixture<{ content: Record<string, unknown>[] }>('api-v2-devices-start-scroll.json').content;
    expect(summary(signal({ takenAt: '2025-03-01T10:00:00.000Z', device }))).toEqual({
      at: '2025-03-01T10:00:00.000Z',
      state: 'mediumSeverity',
      flag: undefined,
      findings: [],
      keys: ['vendorDeviceId=AF', 'vendorDeviceId=5', 'email=user@email.com'],
    });
    const [threat] = fixture<{ content: unknown[] }>('api-v2-threats-page.json').content.map(signal);
    expect(threat && summary(threat)).toEqual({
      at: '2023-12-12T14:59:25.000Z',
      state: undefined,
      flag: undefined,
      findings: ['SYSTEM TAMPERING high open'],
      keys: ['vendorDeviceId=59', 'vendorDeviceId=62', 'email=user@email.com'],
    });
  });

  test('of the REST API version 1 are understood too', () => {
    const [device] = fixture<{ content: unknown[] }>('api-v1-devices-search.json').content.map(signal);
    expect(device && summary(device)).toMatchObject({
      at: '2019-02-01T05:13:12.000Z',
      state: 'secured',
      keys: expect.arrayContaining(['managedDeviceId=1dbf5a9e-b0e8-4625-9205-6d9df8750c3f']),
    });
    const [event] = fixture<{ content: unknown[] }>('api-v1-events-search.json').content.map(signal);
    expect(event && summary(event)).toMatchObject({
      at: '2019-01-08T18:39:56.000Z',
      findings: ['HOST.VULNERABLE.IOS medium open'],
    });
    expect(fixture<unknown[]>('api-v1-app-classification.json').flatMap(signals)).toEqual([]);
  });
});

describe("Zimperium's traps", () => {
  const [pushed] = fixture<Export[]>('data-export-rest-webhook.constructed.json');
  const push = (change: object) => signal({ ...pushed, ...change });
  const [listed] = fixture<{ content: Record<string, unknown>[] }>('api-v2-devices-start-scroll.json').content;
  const list = (change: object) => signal({ takenAt: '2025-03-01T10:00:00.000Z', device: { ...listed, ...change } });

  test('the posture counts and not the severity beside it', () => {
    expect(push({ severity: 0, risk_posture: 3 }).state).toBe('highSeverity');
  });

  test('a UUID in "imei" is no IMEI, a real one is', () => {
    const keys = (imei: string) =>
      push({ device_info: { ...pushed?.device_info, imei } }).keys.filter((key) => key.type === 'imei');
    expect(keys('1DBF5A9E-B0E8-4625-9205-6D9DF8750C3F')).toEqual([]);
    expect(keys('490154203237517')).toEqual([]);
    expect(push({ device_info: { ...pushed?.device_info, imei: '490154203237517' } }).flag).toBe(
      'unusable imei "490154203237517"',
    );
    expect(
      push({ device_info: { ...pushed?.device_info, imei: '1DBF5A9E-B0E8-4625-9205-6D9DF8750C3F' } }).flag,
    ).toBeUndefined();
    expect(keys('49015420323751')).toEqual([]);
    expect(keys('490154203237518')).toEqual([{ type: 'imei', value: '490154203237518' }]);
  });

  const [sampled] =
    fixture<(Record<string, unknown> & { related_threats: Record<string, unknown>[] })[]>(
      'data-export-incidentlog.json',
    );
  const incident = (change: object, ...statuses: readonly string[]) =>
    signal({
      ...sampled,
      ...change,
      related_threats: sampled?.related_threats.map((threat, i) => ({
        ...threat,
        threat_status: statuses[i] ?? threat.threat_status,
      })),
    });
  const FIXED = ['Marked Fixed', 'Resolved', 'Mitigated', 'Fixed'];

  test('an incident sent again with more threats fixed is later, and all of them fixed is its end', () => {
    const [begun, halfway, over] = [
      incident({}),
      incident({}, 'Pending', 'Marked Fixed', 'Resolved'),
      incident({}, ...FIXED),
    ];
    expect(
      [begun, halfway, over].map((one) => one?.findings[0]).map((one) => [one?.id, one?.severity, one?.state]),
    ).toEqual([
      ['incident:8a1c370c-17ac-41b6-94c5-da8c95196482', 'high', 'open'],
      ['incident:8a1c370c-17ac-41b6-94c5-da8c95196482', 'medium', 'open'],
      ['incident:8a1c370c-17ac-41b6-94c5-da8c95196482', undefined, 'resolved'],
    ]);
    expect(over?.findings.slice(1).map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved', 'resolved']);
    expect(
      [begun, halfway, over].map((one) => [
        (one?.observedAt ?? 0) - Date.parse('2026-05-29T20:10:34.255Z'),
        one?.undated,
      ]),
    ).toEqual([
      [1, undefined],
      [2, undefined],
      [5, undefined],
    ]);
    expect(incident({ incident_status: 'Marked Fixed' }).findings[0]).toMatchObject({ state: 'resolved' });
  });

  test('an incident with a threat that came later is another report, and later', () => {
    const again = signal({
      ...sampled,
      related_threats: [{ ...sampled?.related_threats[0], timestamp: '2026-05-30T08:00:00Z' }],
    });
    expect(again.reportId).not.toBe(signal({ ...sampled, related_threats: [sampled?.related_threats[0]] }).reportId);
    expect(new Date(again.observedAt).toISOString()).toBe('2026-05-30T08:00:00.000Z');
  });

  test('unknown words of an incident are listed, keep it from its end, and never hide what is known to be bad', () => {
    expect(incident({}, 'Odd')).toMatchObject({
      findings: [{ state: 'open', severity: 'high' }, {}],
      flag: 'unknown threat state "ODD"',
    });
    expect(incident({}, ...FIXED.slice(0, 3), 'Odd')).toMatchObject({
      findings: [{ state: 'open', severity: 'medium' }, {}, {}, {}],
    });
    expect(incident({ incident_status: 'Shelved' })).toMatchObject({
      findings: [{ state: 'open' }, {}],
      unknownTerms: [{ field: 'incident status', value: 'SHELVED', about: 'finding' }],
    });
    expect(
      signal({ ...sampled, related_threats: [{ threat_id: 't', threat_status: 'Pending', threat_severity: 'GRAVE' }] }),
    ).toMatchObject({ findings: [], flag: 'unknown severity "GRAVE"' });
    expect(signal({ ...sampled, incident_id: null })).toMatchObject({
      flag: 'incident without id',
      findings: [{ state: 'resolved' }],
    });
  });

  test('an incident without any time tells nothing good', () => {
    const timeless = signal({
      ...sampled,
      incident_created_date: null,
      related_threats: [{ threat_id: 't', threat_status: 'Marked Fixed', threat_severity: 'LOW' }],
    });
    expect(timeless).toMatchObject({ undated: true, observedAt: NOW });
  });

  test('the end of an incident that is not one says nothing', () => {
    expect(
      signals({ incident_id: 'x', incident_status: 'Pending', incident_updated_date: '2026-05-29T20:13:48Z' }),
    ).toEqual([]);
  });

  test('a simulated threat is shown and does not count', () => {
    const { state, findings } = push({ simulated: true });
    expect(state).toBeUndefined();
    expect(findings).toMatchObject([{ title: 'Device Jailbroken/Rooted (simulated)' }]);
    expect(findings[0]?.severity).toBeUndefined();
  });

  test('an event told again once it is mitigated is another report', () => {
    expect(push({ mitigated: true }).reportId).not.toBe(push({}).reportId);
    expect(push({ mitigated: 'true' }).findings[0]?.state).toBe('resolved');
  });

  test('"null" as a text is nothing', () => {
    expect(
      push({ device_info: { ...pushed?.device_info, mdm_device_id: 'null', zdid: 'NULL' } }).keys.map(
        (key) => key.type,
      ),
    ).toEqual(['vendorDeviceId', 'vendorDeviceId', 'email']);
  });

  test('numbers come as text too', () => {
    expect(push({ risk_posture: '2' }).state).toBe('mediumSeverity');
  });

  test.each(['GREEN', 7, {}, 'toString'])(
    'the posture %j is unknown: it is flagged and never secured',
    (riskPostureName) => {
      const { state, flag } = list({ riskPostureName });
      expect(state).toBeUndefined();
      expect(flag).toMatch(/^unknown risk posture/);
    },
  );

  test('a device that is deleted or whose app sleeps is not secured', () => {
    expect(list({ riskPostureName: 'NORMAL' }).state).toBe('secured');
    expect(list({ riskPostureName: '', riskPosture: 3 }).state).toBe('highSeverity');
    expect(list({ riskPostureName: 'NORMAL', deleted: true }).state).toBe('deactivated');
    expect(list({ riskPostureName: 'NORMAL', appStatus: 'INACTIVE' }).state).toBe('unresponsive');
    expect(list({ riskPostureName: 'NORMAL', appStatus: 'ODD' }).state).toBe('unknown');
    expect(list({ riskPostureName: 'CRITICAL', appStatus: 'ODD' }).state).toBe('highSeverity');
  });

  test('a tracking id is a key only where it is a GUID', () => {
    const keys = (externalTrackingId1: string) =>
      list({ zappInstance: [{ externalTrackingId1 }] }).keys.map((key) => key.type);
    expect(keys('3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toContain('entraDeviceId');
    expect(keys('marketing')).not.toContain('managedDeviceId');
  });

  test('a device is one report in one reading of the list, and another when the list is read again or its contact is newer', () => {
    const at = (takenAt: string, change = {}) =>
      signal({ takenAt, device: { ...listed, ...change }, round: 1 }).reportId;
    expect(signal({ takenAt: '2025-03-01T10:00:00.000Z', device: listed, round: 2 }).reportId).not.toBe(
      at('2025-03-01T10:00:00.000Z'),
    );
    expect(at('2025-03-02T10:00:00.000Z')).toBe(at('2025-03-01T10:00:00.000Z'));
    expect(at('2025-03-02T10:00:00.000Z', { lastSeen: 1 })).not.toBe(at('2025-03-01T10:00:00.000Z'));
  });

  test.each([
    ['03 01 2025 08:00:00 UTC', '2025-03-01T08:00:00.000Z'],
    ['2019-01-08 18:39:56 +0000', '2019-01-08T18:39:56.000Z'],
    ['2019-02-01 05:13:12 UTC', '2019-02-01T05:13:12.000Z'],
    ['2026-05-29T20:10:34.255717768Z', '2026-05-29T20:10:34.255Z'],
    [{ $date: 1740816000000 }, '2025-03-01T08:00:00.000Z'],
    [1740816000000, '2025-03-01T08:00:00.000Z'],
    ['1740816000000', '2025-03-01T08:00:00.000Z'],
    [1740816000, '2025-03-01T08:00:00.000Z'],
    [1740816000000123, '2025-03-01T08:00:00.000Z'],
  ])('the time %j is understood', (text, iso) => {
    expect(new Date(readTime(text) ?? 0).toISOString()).toBe(iso);
  });

  test.each([
    '13 01 2025 08:00:00 UTC',
    '2019-02-30 05:13:12 UTC',
    '2019-02-01 05:13:12',
    '',
    'now',
    null,
    -1,
    1.5,
    5,
    1e14,
    '123',
    {},
  ])('the time %j is none', (value) => {
    expect(readTime(value)).toBeUndefined();
  });

  test('never make the reader throw', () => {
    const names = [
      'event_id',
      'device_info',
      'incident_id',
      'threat_uuid',
      'threat_name',
      'threatTypeId',
      'eventId',
      'eventFullName',
      'zdid',
      'riskPosture',
      'takenAt',
      'device',
      'risk_posture',
      'forensics',
      'threat',
      'related_threats',
      'zappInstance',
      'mdm_alt_ids',
    ];
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.anything()), fc.anything()), (raw) => {
        for (const s of signals(raw))
          expect(s.state === 'secured' && s.flag?.startsWith('unknown risk')).not.toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
