import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { sseEvents } from '../kit/sse.ts';
import { normaliseLookout } from './normalise.ts';

const CONNECTOR = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const NOW = Date.parse('2026-03-01T12:00:00Z');

function fixture(name: string): string {
  return sample(`lookout/${name}`);
}

function signals(raw: unknown): readonly Signal[] {
  return normaliseLookout(raw, CONNECTOR, NOW);
}

function signal(raw: unknown): Signal {
  const [first, ...rest] = signals(raw);
  if (first === undefined || rest.length > 0)
    throw new Error(`expected one signal, got ${rest.length + (first ? 1 : 0)}`);
  return first;
}

/** What matters of a signal, in one line. */
function summary({ reportId, observedAt, state, findings, flag }: Signal) {
  return {
    reportId,
    at: new Date(observedAt).toISOString(),
    state,
    flag,
    findings: findings.map((f) => `${f.id} ${f.type} ${f.severity ?? '-'} ${f.state}`),
  };
}

async function streamEvents(name: string): Promise<readonly unknown[]> {
  async function* bytes() {
    yield Buffer.from(fixture(name));
  }
  const all: unknown[] = [];
  for await (const event of sseEvents(bytes())) {
    if (event.name !== 'events') continue;
    const data = JSON.parse(event.data) as unknown[] | { events: unknown[] };
    all.push(...(Array.isArray(data) ? data : data.events));
  }
  return all;
}

describe('Lookout events', () => {
  test('of the stream mean what the story tells: a trojan comes, is removed, an advisory does not raise', async () => {
    const found = (await streamEvents('mra-v2-stream-threats.constructed.sse')).flatMap(signals);
    expect(found.map(summary)).toEqual([
      {
        reportId: '01950001-0000-7000-8000-000000000001',
        at: '2025-03-01T08:00:00.000Z',
        state: 'secured',
        flag: undefined,
        findings: [],
      },
      {
        reportId: '01950002-0000-7000-8000-000000000002',
        at: '2025-03-01T08:05:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000301 TROJAN high open'],
      },
      {
        reportId: '01950003-0000-7000-8000-000000000003',
        at: '2025-03-01T08:05:02.000Z',
        state: 'highSeverity',
        flag: undefined,
        findings: [],
      },
      {
        reportId: '01950004-0000-7000-8000-000000000004',
        at: '2025-03-01T08:40:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000301 TROJAN high resolved'],
      },
      {
        reportId: '01950005-0000-7000-8000-000000000005',
        at: '2025-03-01T08:40:03.000Z',
        state: 'secured',
        flag: undefined,
        findings: [],
      },
      {
        reportId: '01950006-0000-7000-8000-000000000006',
        at: '2025-03-01T09:00:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000302 PORT_SCAN - open'],
      },
      {
        reportId: '01950007-0000-7000-8000-000000000007',
        at: '2025-03-01T09:00:30.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000302 PORT_SCAN - resolved'],
      },
      {
        reportId: '01950008-0000-7000-8000-000000000008',
        at: '2025-03-01T09:10:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000303 PCP_PAUSED medium open'],
      },
      {
        reportId: '01950009-0000-7000-8000-000000000009',
        at: '2025-03-01T09:12:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000304 MALICIOUS_CONTENT high resolved'],
      },
      {
        reportId: '01950010-0000-7000-8000-000000000010',
        at: '2025-03-01T09:20:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['00000000-0000-4000-8000-000000000305 EMBEDDED_PHISHING_URL - resolved'],
      },
    ]);
    expect(found[0]?.keys).toEqual([
      { type: 'managedDeviceId', value: '00000000-0000-4000-8000-000000000101' },
      { type: 'entraDeviceId', value: '00000000-0000-4000-8000-000000000101' },
      { type: 'vendorDeviceId', value: '00000000-0000-4000-8000-000000000001' },
      { type: 'email', value: 'ada@example.com' },
    ]);
    expect(found[1]).toMatchObject({
      keys: [{ type: 'vendorDeviceId', value: '00000000-0000-4000-8000-000000000001' }],
      findings: [{ title: 'Trojan: Free Torch', category: 'app.malware' }],
    });
  });

  test('of a real audit stream say nothing about devices', async () => {
    expect((await streamEvents('mra-v2-stream-audit.sse')).flatMap(signals)).toEqual([]);
  });

  test("in the shape of Lookout's own samples are understood too", () => {
    const [threat, device] = (JSON.parse(fixture('mra-v2-event-samples.json')) as unknown[]).map(signal);
    expect(threat && summary(threat)).toEqual({
      reportId: '0190bc7e-77f3-7ddc-b828-4ee717b57d5e',
      at: '2024-01-15T10:30:00.000Z',
      state: 'highSeverity',
      flag: undefined,
      findings: ['threat-12345 SMISHING_PERMISSIONS_NOT_ACCEPTED high open'],
    });
    expect(device && summary(device)).toMatchObject({ state: 'highSeverity', flag: undefined, findings: [] });
    expect(device?.keys).toEqual([
      { type: 'managedDeviceId', value: 'MDM-EXT-001' },
      { type: 'vendorDeviceId', value: 'd56816b8-1d18-40e3-9500-42bc3378111f' },
      { type: 'email', value: 'user@company.com' },
    ]);
  });

  test('of version 1 are understood too', () => {
    const found = (JSON.parse(fixture('mra-v1-events-excerpt.json')) as unknown[]).flatMap(signals);
    expect(
      found.map((s) => [s.reportId, s.state, s.findings.map((f) => `${f.type} ${f.severity} ${f.state}`).join()]),
    ).toEqual([
      ['128361833', undefined, 'VIRUS low resolved'],
      ['128361834', undefined, 'VIRUS low open'],
      ['128361835', undefined, 'SIDELOADED_APP low open'],
      ['128361836', undefined, 'VIRUS low resolved'],
      ['128361837', undefined, 'SIDELOADED_APP low resolved'],
      ['128361838', 'secured', ''],
    ]);
  });
});

describe("a device of Lookout's list", () => {
  const devices = (
    JSON.parse(fixture('mra-v2-devices-page.constructed.json')) as { devices: Record<string, unknown>[] }
  ).devices;
  const takenAt = '2025-03-01T10:00:00.000Z';

  test('means its posture at the time of reading', () => {
    expect(
      devices.map((device) => signal({ takenAt, device })).map((s) => [s.state, new Date(s.observedAt).toISOString()]),
    ).toEqual([
      ['secured', takenAt],
      ['mediumSeverity', takenAt],
      ['lowSeverity', takenAt],
    ]);
  });

  test('is the same report within one reading of the list, and another when its posture or last contact changed or the list is read again', () => {
    const [device] = devices;
    const id = (change: object, at = takenAt) =>
      signal({ round: 1, takenAt: at, device: { ...device, ...change } }).reportId;
    expect(id({}, '2025-03-01T22:00:00.000Z')).toBe(id({}));
    expect(signal({ round: 2, takenAt, device }).reportId).not.toBe(id({}));
    expect(id({ security_status: 'THREATS_HIGH' })).not.toBe(id({}));
    expect(id({ checkin_time: '2025-03-01T09:00:00.000+00:00' })).not.toBe(id({}));
  });
});

describe("Lookout's words", () => {
  const event = (status: object, more: object = {}) => ({
    id: 'e1',
    type: 'DEVICE',
    change_type: 'UPDATED',
    created_time: '2025-03-01T08:00:00Z',
    device: { guid: 'd-1', status },
    ...more,
  });

  test.each([
    ['SECURE', 'secured'],
    ['secure', 'secured'],
    ['THREATS_LOW', 'lowSeverity'],
    ['THREAT_LOW', 'lowSeverity'],
    ['THREATS_MEDIUM', 'mediumSeverity'],
    ['THREATS_HIGH', 'highSeverity'],
    ['THREATS_CRITICAL', 'highSeverity'],
  ])('%s means %s', (security_status, state) => {
    expect(signal(event({ security_status })).state).toBe(state);
  });

  test.each(['SOME_FUTURE_STATUS', 'SECURE_ISH', {}, [], 5, 'constructor'])(
    '%j is unknown: it is flagged and never secured',
    (security_status) => {
      const { state, flag } = signal(
        event({ security_status, activation_status: 'ACTIVATED', protection_status: 'PROTECTED' }),
      );
      expect(state).toBeUndefined();
      expect(flag).toMatch(/^unknown security_status/);
    },
  );

  test('about an app that does not work go before "secure", and do not hide danger', () => {
    expect(signal(event({ security_status: 'SECURE', activation_status: 'DEACTIVATED' })).state).toBe('deactivated');
    expect(
      signal(event({ security_status: 'SECURE', activation_status: 'ACTIVATED', protection_status: 'UNREACHABLE' }))
        .state,
    ).toBe('unresponsive');
    expect(signal(event({ security_status: 'THREATS_HIGH', protection_status: 'UNREACHABLE' })).state).toBe(
      'highSeverity',
    );
    expect(signal(event({ security_status: 'SECURE', protection_status: 'SOMETHING' }))).toMatchObject({
      flag: 'unknown protection_status "SOMETHING"',
      unknownTerms: [{ field: 'protection_status', value: 'SOMETHING', about: 'protection' }],
    });
    expect(signal(event({ security_status: 'SECURE', protection_status: 'SOMETHING' })).state).toBe('unknown');
    expect(signal(event({ security_status: 'THREATS_HIGH', protection_status: 'SOMETHING' })).state).toBe(
      'highSeverity',
    );
  });

  test.each([
    [{ activation_status: 'ACTIVATED', protection_status: 'UNINSTALLED' }, 'deactivated'],
    [{ activation_status: 'DELETED' }, 'deactivated'],
    [{ activation_status: 'PENDING' }, 'activated'],
    [{ activation_status: 'ACTIVATED', protection_status: 'DISCONNECTED' }, 'unresponsive'],
    [{ activation_status: 'PENDING', protection_status: 'DISCONNECTED' }, 'unresponsive'],
    [{ activation_status: 'PENDING', security_status: 'SECURE' }, 'activated'],
  ])('%j without a flag means %s', (status, state) => {
    const { state: told, flag } = signal(event(status));
    expect([told, flag]).toEqual([state, undefined]);
  });

  test.each([
    ['SECURE', { security_status: 'THREATS_HIGH' }, 'highSeverity', undefined],
    ['THREATS_MEDIUM', { security_status: 'SECURE' }, 'mediumSeverity', undefined],
    ['SECURE', { protection_status: 'UNINSTALLED' }, 'deactivated', undefined],
    ['SECURE', { protection_status: 'DISCONNECTED' }, 'unresponsive', undefined],
    [
      'SECURE',
      { security_status: 'SECURE', activation_status: 'ACTIVATED', protection_status: 'PROTECTED' },
      'secured',
      undefined,
    ],
    ['SECURE', { security_status: 'ODD' }, undefined, 'unknown parent security_status "ODD"'],
    ['SECURE', {}, 'secured', undefined],
  ])(
    'of a profile that is %s on a phone that is %j the worse counts',
    (security_status, parent_status, state, flag) => {
      const profile = {
        guid: 'd-1',
        profile_type: 'WORK',
        status: { security_status, activation_status: 'ACTIVATED', protection_status: 'PROTECTED' },
        parent_status: { parent_device_guid: 'p-1', ...parent_status },
      };
      const { state: told, flag: why } = signal(event({}, { device: profile }));
      expect([told, why]).toEqual([state, flag]);
      const { state: listed } = signal({ takenAt: '2025-03-01T10:00:00.000Z', device: profile });
      expect(listed).toBe(state);
    },
  );

  test('"secure" ends what was found before, in the stream and in the list', () => {
    const device = { guid: 'd-1', security_status: 'SECURE' };
    expect(
      [event({}), threat({}), { takenAt: '2025-03-01T10:00:00.000Z', device }].map(
        (raw) => signal(raw).securedEndsFindings,
      ),
    ).toEqual([300_000, 300_000, 300_000]);
  });

  test.each(['DELETED', 'PURGED', 'DELETE'])('a device that was %s is no longer watched', (change_type) => {
    expect(signal(event({ security_status: 'SECURE' }, { change_type })).state).toBe('deactivated');
  });

  const threat = (change: object) => ({
    id: 'e2',
    type: 'THREAT',
    change_type: 'CREATED',
    created_time: '2025-03-01T08:00:00Z',
    target: { guid: 'd-1', type: 'THREAT' },
    threat: {
      guid: 't-1',
      status: 'OPEN',
      severity: 'HIGH',
      type: 'NETWORK',
      classifications: ['ACTIVE_MITM'],
      details: { network_ssid: 'Cafe\u0000 <b>' },
      ...change,
    },
  });

  test('about a threat become a finding with a title and a next step', () => {
    expect(signal(threat({})).findings).toEqual([
      {
        id: 't-1',
        type: 'ACTIVE_MITM',
        severity: 'high',
        state: 'open',
        title: 'Active mitm: Cafe <b>',
        detectedAt: Date.parse('2025-03-01T08:00:00Z'),
        category: 'net.mitm',
      },
    ]);
  });

  test.each([
    [['CEO_FRAUD'], 'CEO_FRAUD', 'Ceo fraud'],
    [
      [{ category: 'CEO_FRAUD' }, { category: 'EMBEDDED_PHISHING_URL' }],
      'CEO_FRAUD',
      'Ceo fraud, embedded phishing url',
    ],
    [[{ alert_type: 'X' }], 'X', 'X'],
    [[], 'SMISHING_ALERT', 'Smishing alert'],
    ['odd', 'SMISHING_ALERT', 'Smishing alert'],
    [undefined, 'SMISHING_ALERT', 'Smishing alert'],
  ])('about a message with the detections %j keep them all', (detections, type, title) => {
    const alert = {
      id: 'e3',
      type: 'SMISHING_ALERT',
      created_time: '2025-03-01T08:00:00Z',
      target: { guid: 'd-1' },
      smishing_alert: { guid: 's-1', detections },
    };
    expect(signal(alert).findings).toMatchObject([{ id: 's-1', type, title, state: 'resolved' }]);
  });

  const version1 = (more: object) => ({
    id: '1583',
    eventTime: '2017-07-26T12:35:37.000Z',
    changeType: 'UPDATED',
    target: {
      type: 'DEVICE',
      id: '44444444-4444-4444-4444-444444444444',
      externalId: 'FD0B3692-8d5f-445b-a907-6388be740e43',
      emailAddress: 'ada@example.com',
      platform: 'IOS',
    },
    ...more,
  });

  test.each([
    [{ type: 'DEVICE', details: { type: 'DEVICE_STATUS', securityStatus: 'THREAT_HIGH' } }, 'highSeverity'],
    [
      {
        type: 'THREAT',
        details: { type: 'NETWORK', id: 't-1', action: 'DETECTED', severity: 'HIGH', classifications: ['ACTIVE_MITM'] },
      },
      undefined,
    ],
    [
      {
        type: 'DEVICE',
        details: { type: 'DEVICE_STATUS', securityStatus: 'SECURE' },
        parentDetails: { securityStatus: 'THREAT_MEDIUM' },
      },
      'mediumSeverity',
    ],
    [
      {
        type: 'DEVICE',
        details: { type: 'DEVICE_STATUS', activationStatus: 'ACTIVATED', protectionStatus: 'UNINSTALLED' },
      },
      'deactivated',
    ],
  ])('of version 1 name the device by all ids of their target: %j', (more, state) => {
    const { keys, state: told, flag } = signal(version1(more));
    expect([told, flag, keys.map(({ type, value }) => `${type}=${value}`)]).toEqual([
      state,
      undefined,
      [
        'managedDeviceId=fd0b3692-8d5f-445b-a907-6388be740e43',
        'entraDeviceId=fd0b3692-8d5f-445b-a907-6388be740e43',
        'vendorDeviceId=44444444-4444-4444-4444-444444444444',
        'email=ada@example.com',
      ],
    ]);
  });

  test('that we do not know leave a finding as it was', () => {
    expect(signal(threat({ severity: 'EXTREME' }))).toMatchObject({
      findings: [],
      flag: 'unknown severity "EXTREME"',
      unknownTerms: [{ field: 'severity', value: 'EXTREME', about: 'finding' }],
    });
    expect(signal(threat({ status: 'SHELVED' }))).toMatchObject({
      findings: [],
      flag: 'unknown threat status "SHELVED"',
    });
    expect(signal(threat({ status: null }))).toMatchObject({ findings: [], flag: 'unknown threat status "(none)"' });
    expect(signal(threat({ severity: 'EXTREME', status: 'RESOLVED' })).findings).toMatchObject([
      { id: 't-1', state: 'resolved' },
    ]);
  });

  test('never make the reader throw', () => {
    const word = fc.oneof(fc.constantFrom('SECURE', 'THREAT', 'DEVICE', 'OPEN'), fc.anything());
    const event = fc.record(
      {
        id: word,
        type: fc.constantFrom('DEVICE', 'THREAT', 'SMISHING_ALERT', 'AUDIT'),
        created_time: fc.oneof(fc.constant('2025-03-01T08:00:00Z'), fc.anything()),
        device: fc.oneof(fc.record({ guid: word, status: word, info: word }), fc.anything()),
        threat: fc.oneof(fc.record({ guid: word, status: word, classifications: word }), fc.anything()),
        target: fc.oneof(fc.record({ guid: word }), fc.anything()),
        details: word,
        takenAt: word,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(event, fc.anything()), (raw) => {
        for (const s of signals(raw)) expect(s.state === 'secured' && flagOfState(s) !== undefined).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

test('a device that an administrator of Lookout deleted takes with it what this record of it reported', () => {
  const event = (more: object) =>
    normaliseLookout(
      { id: 'e', type: 'DEVICE', created_time: '2026-03-02T08:00:00Z', target: { type: 'DEVICE', guid: 'g' }, ...more },
      'lookout',
      0,
    );
  expect(event({ change_type: 'DELETED', device: { guid: 'g' } })).toMatchObject([
    { state: 'deactivated', retires: true },
  ]);
  expect(
    event({ change_type: 'UPDATED', device: { guid: 'g', status: { activation_status: 'DELETED' } } }),
  ).toMatchObject([{ state: 'deactivated', retires: true }]);
  expect(
    event({ change_type: 'UPDATED', device: { guid: 'g', status: { protection_status: 'UNINSTALLED' } } })[0],
  ).not.toHaveProperty('retires');
});
