import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { pradeo } from './index.ts';
import { normalisePradeo } from './normalise.ts';
import { pradeoSettings } from './settings.ts';

const CONNECTOR = '8d0ed095-8191-4bd3-8a41-953b22d51ff7';
const NOW = Date.parse('2026-06-01T12:00:00Z');

type Item = Record<string, unknown>;
type Correlation = Item & { device: Item & { emmDeviceInfo: Item; enrollmentStatus: Item } };

const LINES = sample('pradeo/events.constructed.ndjson').trim().split('\n');
const EVENTS = LINES.map((line) => JSON.parse(line) as Item & { content: Item });
const CORRELATION = EVENTS[0]?.content.deviceCorrelation as Correlation;

function signals(raw: unknown, orangeLevel: 'low' | 'medium' | 'high' = 'medium'): readonly Signal[] {
  return normalisePradeo(raw, CONNECTOR, NOW, { orangeLevel });
}

function summary({ observedAt, state, findings, flag, keys }: Signal) {
  return {
    at: new Date(observedAt).toISOString().slice(11, 19),
    state,
    flag,
    keys: keys.map((key) => `${key.type}=${key.value.slice(-8)}`).join(' '),
    findings: findings.map((f) => `${f.id} ${f.type} ${f.severity ?? '-'} ${f.state}: ${f.title ?? ''}`),
  };
}

/** A correlation in the envelope, changed. */
function correlated(change: Item, device: Item = {}, orange?: 'low' | 'high') {
  const content = { deviceCorrelation: { ...CORRELATION, ...change, device: { ...CORRELATION.device, ...device } } };
  return signals({ ...EVENTS[0], content }, orange)[0];
}

describe("Pradeo's events", () => {
  test('tell posture by correlations and what was found by the others', () => {
    const phone2 = 'managedDeviceId=00000102 entraDeviceId=00000102 vendorDeviceId=pdev-2 email=mple.com';
    const phone1 =
      'managedDeviceId=00000101 entraDeviceId=00000101 serialNumber=SER1 vendorDeviceId=pdev-1 email=mple.com';
    expect(EVENTS.flatMap((event) => signals(event)).map(summary)).toEqual([
      { at: '08:00:00', state: 'secured', flag: 'unusable imei "356000000000001"', keys: phone1, findings: [] },
      { at: '08:05:00', state: 'highSeverity', flag: undefined, keys: phone2, findings: [] },
      {
        at: '08:05:02',
        state: undefined,
        flag: undefined,
        keys: phone2,
        findings: [
          'device-compliance DeviceCompliance high open: Disapproved by the response rules: threatLevelIs Red',
        ],
      },
      {
        at: '08:05:03',
        state: undefined,
        flag: undefined,
        keys: phone2,
        findings: ['app:com.example.bad ApplicationDisapproved high open: App (com.example.bad)'],
      },
      {
        at: '08:06:00',
        state: undefined,
        flag: undefined,
        keys: phone2,
        findings: ['status:DebugMode DebugMode - open: DebugMode'],
      },
      { at: '08:08:00', state: undefined, flag: 'unknown value of RogueCellTower "2"', keys: phone2, findings: [] },
    ]);
  });

  test('in the newer form, without an envelope, tell the same', () => {
    const dated = { lastModificationDate: '2026-04-16T16:34:52.000Z' };
    const device = {
      ...CORRELATION.device,
      serialNumber: null,
      imei: null,
      emmDeviceInfo: {
        externalId: '55555555-5555-4555-8555-555555555555',
        integration: { emm: 'intune' },
        lastSynchronizationDate: '2026-05-16T08:00:17.000Z',
      },
    };
    const [signal] = signals({
      id: 'e1',
      deviceCorrelation: { ...CORRELATION, ...dated, device, applicationThreatLevel: 'Red' },
    });
    expect(signal && { ...summary(signal), day: new Date(signal.observedAt).toISOString().slice(0, 10) }).toEqual({
      at: '08:00:17',
      day: '2026-05-16',
      state: 'highSeverity',
      flag: undefined,
      findings: [],
      keys: 'managedDeviceId=55555555 entraDeviceId=55555555 vendorDeviceId=pdev-1 email=mple.com',
    });
    const [gone] = signals({
      id: 'e2',
      device: { ...device, enrollmentStatus: { coupled: false, lastConnection: null } },
    });
    expect(gone && summary(gone)).toMatchObject({ at: '08:00:17', state: 'deactivated' });
    expect(signals({ id: 'e3', device })).toEqual([]);
  });

  test.each([
    { id: 'x', emmApplication: { name: 'Etsy' } },
    { id: 'x', integration: { emm: 'intune' }, job: 'updateDevices' },
    { id: 'x', type: 'DetectionPolicyUpdated', content: { detectionPolicy: {} } },
    { id: 'x', type: 'MessageCreated', content: {} },
    {},
    null,
    7,
    [],
  ])('about no device say nothing: %j', (raw) => {
    expect(signals(raw)).toEqual([]);
  });
});

const API_DEVICE = {
  id: 'dev-1',
  name: "Ada's iPhone",
  platform: 'ios',
  serialNumber: 'SER1',
  imei: '490154203237518',
  agentStatus: 'online',
  lastSyncAt: '2026-05-31T10:30:00Z',
  riskLevel: 'low',
  securityStatus: 'secured',
};

describe("devices of Pradeo's REST API", () => {
  const listed = (more: Item) =>
    signals({ takenAt: '2026-06-01T11:00:00.000Z', device: { ...API_DEVICE, ...more } })[0];

  test.each([
    [{}, 'lowSeverity', undefined],
    [{ riskLevel: null }, 'secured', undefined],
    [{ riskLevel: 'none' }, 'secured', undefined],
    [{ riskLevel: 'medium' }, 'mediumSeverity', undefined],
    [{ riskLevel: 'High' }, 'highSeverity', undefined],
    [{ riskLevel: 'critical', securityStatus: null }, 'highSeverity', undefined],
    [{ riskLevel: 'none', securityStatus: 'shaky' }, undefined, 'unknown security status "SHAKY"'],
    [{ riskLevel: 'high', securityStatus: 'shaky' }, 'highSeverity', 'unknown security status "SHAKY"'],
    [{ riskLevel: 'none', agentStatus: 'offline' }, 'unresponsive', undefined],
    [{ agentStatus: 'agentless' }, 'deactivated', undefined],
    [{ riskLevel: 'none', agentStatus: 'asleep' }, 'unknown', 'unknown agent status "ASLEEP"'],
    [{ riskLevel: 'high', agentStatus: 'asleep' }, 'highSeverity', 'unknown agent status "ASLEEP"'],
    [{ riskLevel: null, securityStatus: null }, undefined, undefined],
  ])('%j means %s', (more, state, flag) => {
    const signal = listed(more);
    expect([signal?.state, signal?.flag, signal?.observedAt]).toEqual([
      state,
      flag,
      Date.parse('2026-06-01T11:00:00Z'),
    ]);
    expect(signal?.keys.map(({ type }) => type)).toEqual(['imei', 'serialNumber', 'vendorDeviceId']);
  });

  test('that somebody pushes are as old as the last contact of their agent', () => {
    expect(signals({ ...API_DEVICE, riskLevel: 'high' })).toMatchObject([
      { state: 'highSeverity', observedAt: Date.parse('2026-05-31T10:30:00Z') },
    ]);
    expect(signals({ ...API_DEVICE, lastSyncAt: undefined })).toMatchObject([
      { state: 'lowSeverity', observedAt: NOW, undated: true },
    ]);
    expect(pradeo.receive?.records({ total: 1, items: [{ ...API_DEVICE, singleEnrollmentKey: 'KEY-1' }] }, {})).toEqual(
      [API_DEVICE],
    );
  });

  test('with an IMEI that is none are flagged', () => {
    expect(listed({ imei: '356000000000003' })?.flag).toBe('unusable imei "356000000000003"');
  });

  test('that are gone from the list are deactivated', () => {
    expect(signals({ takenAt: '2026-06-01T11:00:00.000Z', removed: 'dev-1' })).toMatchObject([
      { state: 'deactivated', keys: [{ type: 'vendorDeviceId', value: 'dev-1' }] },
    ]);
  });
});

describe("Pradeo's traps", () => {
  test('the levels of single checks are weights and not results', () => {
    const weights = {
      matchedSystemStatusLevels: [
        {
          systemStatusLevel: { level: 'Red', deviceSystemStatus: { name: 'Root' } },
          deviceSystemStatusRecord: { value: 1 },
        },
      ],
    };
    expect(correlated(weights)?.state).toBe('secured');
  });

  test('the administrator says what orange means', () => {
    const orange = { networkThreatLevel: 'Orange' };
    expect([
      correlated(orange)?.state,
      correlated(orange, {}, 'low')?.state,
      correlated(orange, {}, 'high')?.state,
    ]).toEqual(['mediumSeverity', 'lowSeverity', 'highSeverity']);
  });

  test.each(['Purple', null, 7, {}])(
    'a device is not secured while one level is %j, but at risk if another is',
    (systemThreatLevel) => {
      expect(correlated({ systemThreatLevel })?.state).toBeUndefined();
      expect(correlated({ systemThreatLevel })?.flag).toMatch(/^unknown system threat level/);
      expect(correlated({ systemThreatLevel, applicationThreatLevel: 'Red' })?.state).toBe('highSeverity');
    },
  );

  test('a device is not secured while one level is not yet available, which is no unknown word', () => {
    const without = { systemThreatLevel: 'NotYetAvailable' };
    expect(correlated(without)).toBeUndefined();
    expect(correlated({ ...without, applicationThreatLevel: 'Red' })).toMatchObject({ state: 'highSeverity' });
    expect(correlated({ ...without, applicationThreatLevel: 'Red' })?.flag).toBe(correlated({})?.flag);
  });

  test('a correlation that is not done secures nothing', () => {
    expect(correlated({ status: 'computing' })).toMatchObject({ flag: 'unknown correlation status "COMPUTING"' });
    expect(correlated({ status: 'computing' })?.state).toBeUndefined();
  });

  test('a device that is not coupled is deactivated, whatever its levels', () => {
    expect(correlated({ applicationThreatLevel: 'Red' }, { enrollmentStatus: { coupled: false } })?.state).toBe(
      'deactivated',
    );
    expect(correlated({}, { enrollmentStatus: { coupled: 'maybe' } })?.state).toBe('unknown');
  });

  test('"unknown" is no serial number, and a prefix of the platform is no part of an id', () => {
    const keys = correlated({}, { serialNumber: 'unknown', imei: '356000000000001', email: null })?.keys.map(
      (key) => key.type,
    );
    expect(keys).not.toContain('serialNumber');
    expect(
      signals({ ...EVENTS[6], content: { ...EVENTS[6]?.content, metric: 'match_root', status: 'END' } })[0]?.keys,
    ).toEqual([{ type: 'vendorDeviceId', value: 'pdev-2' }]);
  });

  test('a device management with numbers for ids may have a GUID beside them', () => {
    const emmDeviceInfo = { externalId: '4711', metadata: { uuid: '3F2504E0-4F89-41D3-9A0C-0305E82C3301' } };
    expect(
      correlated({}, { emmDeviceInfo })
        ?.keys.slice(0, 3)
        .map((key) => `${key.type}=${key.value}`),
    ).toEqual([
      'managedDeviceId=4711',
      'managedDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      'entraDeviceId=3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    ]);
  });

  test('an approval, a removed app and a status that is off close what was open', () => {
    const compliance = (status: string) =>
      signals({
        ...EVENTS[2],
        content: { deviceCompliance: { ...(EVENTS[2]?.content.deviceCompliance as Item), status } },
      })[0];
    expect(compliance('Approved')?.findings).toEqual([expect.not.objectContaining({ severity: expect.anything() })]);
    expect(compliance('Approved')?.findings).toMatchObject([{ id: 'device-compliance', state: 'resolved' }]);
    expect(compliance('Pending')).toMatchObject({ findings: [], flag: 'unknown status "PENDING"' });
    const app = EVENTS[3]?.content.deviceApplicationCompliance as Item & { deviceApplication: Item };
    const removed = signals({
      ...EVENTS[3],
      content: {
        deviceApplicationCompliance: {
          ...app,
          deviceApplication: { ...app.deviceApplication, uninstalledAt: '2025-03-01T09:00:00.000Z' },
        },
      },
    });
    expect(removed[0]?.findings).toMatchObject([{ id: 'app:com.example.bad', state: 'resolved' }]);
    const off = signals({
      ...EVENTS[4],
      content: { deviceSystemStatusRecord: { ...(EVENTS[4]?.content.deviceSystemStatusRecord as Item), value: 0 } },
    });
    expect(off[0]?.findings).toMatchObject([{ id: 'status:DebugMode', state: 'resolved' }]);
  });

  test('the passwords and keys that come along are dropped before anything is kept', () => {
    const device = {
      ...CORRELATION.device,
      singleEnrollmentKey: 'KEY-1',
      lockPassword: 'hunter2',
      emmDeviceInfo: {
        ...CORRELATION.device.emmDeviceInfo,
        integration: { emm: 'intune', settings: { clientSecret: 'emm-secret' } },
      },
    };
    const body = [
      { id: 'a', content: { deviceCorrelation: { ...CORRELATION, device } }, other: [{ LockPassword: ['hunter2'] }] },
    ];
    const kept = pradeo.receive?.records(body, {});
    expect(JSON.stringify(kept)).not.toMatch(/KEY-1|hunter2|emm-secret/);
    expect(kept).toMatchObject([
      {
        id: 'a',
        content: {
          deviceCorrelation: {
            applicationThreatLevel: 'Green',
            device: { id: 'pdev-1', emmDeviceInfo: { integration: { emm: 'intune' } } },
          },
        },
      },
    ]);
    expect(JSON.stringify(pradeo.receive?.records(body[0], {}))).not.toMatch(/hunter2/);
    expect([7, 'text', null].map((other) => pradeo.receive?.records(other, {}))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('an event has its own id, and the newer form one for each thing that it says', () => {
    expect(correlated({})?.reportId).toBe('event:pe1');
    const id = (change: Item) => signals({ id: 'n', deviceCorrelation: { ...CORRELATION, ...change } })[0]?.reportId;
    expect(id({})).toBe(id({ matchedSystemStatusLevels: [] }));
    expect(id({})).not.toBe(id({ applicationThreatLevel: 'Red' }));
  });

  test('nothing is received without a secret', () => {
    expect(pradeoSettings.safeParse({}).error?.issues[0]?.path).toEqual(['webhookSecret']);
    expect(
      pradeoSettings.safeParse({ apiUrl: 'https://api.acme.pradeo-security.com', accessKey: 'access-key' }).error
        ?.issues[0]?.path,
    ).toEqual(['secretKey']);
  });

  test('never make the reader throw, nor call unknown words secured', () => {
    const names = [
      'id',
      'content',
      'type',
      'device',
      'deviceCorrelation',
      'deviceCompliance',
      'deviceApplicationCompliance',
      'deviceSystemStatusRecord',
      'applicationThreatLevel',
      'emmDeviceInfo',
      'enrollmentStatus',
      'matchedResponseRules',
      'matchConditions',
      'metric',
      'value',
      'event',
    ];
    const raw = fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.anything()), fc.anything());
    fc.assert(
      fc.property(raw, raw, (one, other) => {
        const all = [
          ...signals(one),
          ...signals({ content: { deviceCorrelation: other } }),
          ...signals({ content: other, type: 'DeviceDetection' }),
          ...signals({ deviceApplicationCompliance: other, device: { id: 'x' } }),
        ];
        for (const s of all) expect(s.state).not.toBe('secured');
        pradeo.receive?.records([one, other], {});
      }),
      { numRuns: 300 },
    );
  });
});
