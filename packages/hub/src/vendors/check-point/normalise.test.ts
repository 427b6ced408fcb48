import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { normaliseCheckPoint } from './normalise.ts';
import { checkPointSettings } from './settings.ts';
import { readTime } from './times.ts';

const CONNECTOR = 'd3ddeae8-441f-4681-b80f-aef644f7195a';
const NOW = Date.parse('2026-06-01T12:00:00Z');
const TAKEN = '2025-03-01T09:00:00.000Z';

type Objects = { objects: Record<string, unknown>[] };

function fixture<T>(name: string): T {
  return JSON.parse(sample(`check-point/${name}`)) as T;
}

function signals(raw: unknown): readonly Signal[] {
  return normaliseCheckPoint(raw, CONNECTOR, NOW);
}

function summary({ observedAt, state, findings, flag, keys }: Signal) {
  return {
    at: new Date(observedAt).toISOString(),
    state,
    flag,
    keys: keys.map((key) => `${key.type}=${key.value}`).join(' '),
    findings: findings.map((f) => `${f.type} ${f.severity ?? '-'} ${f.state}: ${f.title ?? ''}`),
  };
}

const MDM = (n: number) =>
  `managedDeviceId=11111111-0000-4000-8000-00000000000${n} entraDeviceId=11111111-0000-4000-8000-00000000000${n} `;

describe('Harmony Mobile records', () => {
  test('of the device list tell the posture', () => {
    const devices = fixture<Objects>('device-status-page.constructed.json').objects;
    expect(devices.flatMap((device) => signals({ takenAt: TAKEN, device })).map(summary)).toEqual([
      {
        at: TAKEN,
        state: 'secured',
        flag: undefined,
        findings: [],
        keys: `${MDM(1)}vendorDeviceId=1 email=ada@example.com`,
      },
      {
        at: TAKEN,
        state: 'highSeverity',
        flag: undefined,
        findings: [],
        keys: `${MDM(2)}vendorDeviceId=2 email=alan@example.com`,
      },
      {
        at: TAKEN,
        state: 'lowSeverity',
        flag: undefined,
        findings: [],
        keys: 'vendorDeviceId=3 email=grace@example.com',
      },
      {
        at: TAKEN,
        state: 'deactivated',
        flag: undefined,
        findings: [],
        keys: 'vendorDeviceId=4 email=edsger@example.com',
      },
    ]);
  });

  test('in the words of the console are understood too', () => {
    const [entry] = fixture<{ EntityResult: unknown }[]>('device-status-enriched-example.json');
    expect(signals({ takenAt: TAKEN, device: entry?.EntityResult }).map((signal) => signal.state)).toEqual([
      'highSeverity',
    ]);
  });

  test('of alerts tell what was found', () => {
    const alerts = ['alerts-v3-page1.constructed.json', 'alerts-v3-page2.constructed.json'].flatMap(
      (name) => fixture<Objects>(name).objects,
    );
    expect(alerts.flatMap(signals).map(summary)).toEqual([
      {
        at: '2025-03-01T08:00:05.000Z',
        state: undefined,
        flag: undefined,
        findings: ['Phishing - resolved: Phishing: Domain:bad.example'],
        keys: `${MDM(2)}vendorDeviceId=2 email=alan@example.com`,
      },
      {
        at: '2025-03-01T08:01:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['Network Protection (VPN) - resolved: Network Protection (VPN)'],
        keys: 'vendorDeviceId=3 email=grace@example.com',
      },
      {
        at: '2025-03-01T08:03:01.000Z',
        state: undefined,
        flag: undefined,
        findings: ['Malicious App high open: Malicious App, Rooted device: com.example.bad'],
        keys: `${MDM(2)}vendorDeviceId=2 email=alan@example.com`,
      },
      {
        at: '2025-03-01T08:04:00.000Z',
        state: undefined,
        flag: undefined,
        findings: ['OS update available - resolved: OS update available'],
        keys: `${MDM(1)}vendorDeviceId=1 email=ada@example.com`,
      },
    ]);
  });

  test.each(['auth-external.constructed.json', 'auth-required-error.constructed.json'])('%s is no record', (name) => {
    expect(signals(fixture(name))).toEqual([]);
  });
});

describe("Harmony Mobile's traps", () => {
  const [listed] = fixture<Objects>('device-status-page.constructed.json').objects;
  const device = (change: object) => signals({ takenAt: TAKEN, device: { ...listed, ...change } })[0];
  const alert = (change: object) =>
    signals({ ...fixture<Objects>('alerts-v3-page2.constructed.json').objects[0], ...change })[0];

  test.each(['9', 'SAFE', 7, {}, 'toString', '__proto__'])(
    'the risk %j is unknown: it is flagged and never secured',
    (risk) => {
      expect(device({ risk })).toMatchObject({ flag: expect.stringMatching(/^unknown risk/) });
      expect(device({ risk })?.state).toBeUndefined();
    },
  );

  test('codes come as numbers too', () => {
    expect(device({ risk: 2, status: 1 })?.state).toBe('mediumSeverity');
  });

  test.each([
    ['-1', 'activated', undefined],
    ['0', 'activated', undefined],
    ['odd', 'unknown', 'unknown status "ODD"'],
  ])('a device with the status %s is %s, unless it is at risk', (status, state, flag) => {
    expect([device({ status })?.state, device({ status })?.flag]).toEqual([state, flag]);
    expect(device({ status, risk: '3' })?.state).toBe('highSeverity');
  });

  test('an app that is off outranks every risk', () => {
    expect(device({ status: '4', risk: '3' })?.state).toBe('deactivated');
  });

  test('a list that says nothing of a device says nothing', () => {
    expect(device({ risk: null })).toBeUndefined();
    expect(device({ internal_id: '' })).toBeUndefined();
  });

  test('zeros, "Blocked" and empty texts identify no device', () => {
    expect(alert({ mdm_uuid: '00000000-0000-0000-0000-0000000000', email: 'Blocked', device_id: ' ' })?.keys).toEqual(
      [],
    );
  });

  test('an alert told again with another event, severity or time is another report', () => {
    const ids = [{}, { severity: 'LOW' }, { event: 'Resolved' }, { backend_last_updated: '03/01/2025 08:03:02' }].map(
      (change) => alert(change)?.reportId,
    );
    expect(new Set(ids).size).toBe(4);
    expect(alert({ device_rooted: 'False' })?.reportId).toBe(ids[0]);
  });

  test.each([
    ['Detected', 'Critical', 'high open'],
    ['Installed', 'Critical', 'high open'],
    ['Noncompliant', 'Critical', 'high open'],
    ['Detected', 'Warning', 'medium open'],
    ['Blocked', 'Critical', 'high resolved'],
    ['Ended', 'Information', '- resolved'],
    ['Removed', 'Information', '- resolved'],
    ['Compliant', 'Warning', 'medium resolved'],
    ['Info', 'Critical', '- resolved'],
    ['Installed', 'Information', '- resolved'],
  ])('the event %s with the severity %s is %s', (event, severity, expected) => {
    const { findings, flag, state } = alert({ event, severity }) ?? {};
    expect([findings?.map((one) => `${one.severity ?? '-'} ${one.state}`), flag, state]).toEqual([
      [expected],
      undefined,
      undefined,
    ]);
  });

  test.each(['Inactive', 'Disconnected'])(
    '%s is about the app and no finding, and Active ends it and nothing else',
    (event) => {
      const lost = alert({ event, severity: 'Information' });
      expect([lost?.state, lost?.findings, lost?.flag]).toEqual(['unresponsive', [], undefined]);
      const back = alert({ event: 'Active', severity: 'Information' });
      expect([back?.state, back?.findings, back?.flag, lost?.reportId.startsWith(back?.endsReports ?? '?')]).toEqual([
        'activated',
        [],
        undefined,
        true,
      ]);
      expect(alert({ event: 'Detected' })?.reportId.startsWith(back?.endsReports ?? '')).toBe(false);
      expect(alert({ event: 'Active', device_id: 'another' })?.endsReports).not.toBe(back?.endsReports);
    },
  );

  test('a changed policy says nothing of the device', () => {
    expect(alert({ event: 'Policy changed', severity: 'Information' })).toBeUndefined();
  });

  test('"no risk" ends what was found before', () => {
    expect([device({}), alert({})].map((signal) => signal?.securedEndsFindings)).toEqual([900_000, 900_000]);
  });

  test('severities come in two cases and two vocabularies, and an unknown one is flagged', () => {
    expect(
      ['NONE', 'Information', 'LOW', 'medium', 'Critical'].map(
        (severity) => alert({ severity })?.findings[0]?.severity,
      ),
    ).toEqual([undefined, undefined, 'low', 'medium', 'high']);
    expect(alert({ severity: 'GRAVE' })).toMatchObject({ findings: [], flag: 'unknown severity "GRAVE"' });
    expect(alert({ event: 'Postponed' })).toMatchObject({ findings: [], flag: 'unknown event "POSTPONED"' });
  });

  test.each([
    ['03/01/2025 08:00:05', '2025-03-01T08:00:05.000Z'],
    ['2025-03-01T08:01:00+00:00', '2025-03-01T08:01:00.000Z'],
    ['2025-03-01T08:01:00.123456Z', '2025-03-01T08:01:00.123Z'],
    [' 12/31/2025 23:59:59 ', '2025-12-31T23:59:59.000Z'],
  ])('the time %j is understood', (text, iso) => {
    expect(new Date(readTime(text) ?? 0).toISOString()).toBe(iso);
  });

  test.each(['13/01/2025 08:00:00', '02/30/2025 08:00:00', '2025-03-01T08:01:00', 'No data', '', null, 1740816000, {}])(
    'the time %j is none',
    (value) => {
      expect(readTime(value)).toBeUndefined();
    },
  );

  test('an alert without a time is of the time it came in', () => {
    expect(alert({ backend_last_updated: 'No data', event_timestamp: null })?.observedAt).toBe(NOW);
  });

  test('the address may be pasted as the portal shows it', () => {
    const settings = (gatewayUrl: string) =>
      checkPointSettings.parse({ gatewayUrl, clientId: 'x', accessKey: 'y'.repeat(20) }).gatewayUrl;
    expect(settings('https://cloudinfra-gw-us.portal.checkpoint.com/auth/external')).toBe(
      'https://cloudinfra-gw-us.portal.checkpoint.com',
    );
    expect(settings('https://gw.example/')).toBe('https://gw.example');
    expect(() => settings('file:///etc')).toThrow();
  });

  test('never make the reader throw, nor call unknown words secured', () => {
    const names = [
      'takenAt',
      'device',
      'internal_id',
      'risk',
      'status',
      'mdm',
      'id',
      'event',
      'severity',
      'threat_factors',
      'backend_last_updated',
      'mdm_uuid',
      'email',
      'details',
    ];
    const raw = fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.anything()), fc.anything());
    fc.assert(
      fc.property(raw, raw, (one, other) => {
        for (const s of [...signals(one), ...signals({ takenAt: TAKEN, device: other })])
          expect(s.state === 'secured' && flagOfState(s) !== undefined).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
