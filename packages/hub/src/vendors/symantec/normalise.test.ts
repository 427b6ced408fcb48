import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { normaliseSymantec } from './normalise.ts';
import { symantecSettings } from './settings.ts';
import { incidentsIn } from './wire.ts';

const CONNECTOR = '28fd67fd-b179-4629-a8b0-dad420b697c7';
const NOW = Date.parse('2026-06-01T12:00:00Z');
const TAKEN = '2025-03-01T09:00:00.000Z';

type Item = Record<string, unknown>;

function fixture<T>(name: string): T {
  return JSON.parse(sample(`symantec/${name}`)) as T;
}

function signals(raw: unknown, atRiskLevel: 'low' | 'medium' | 'high' = 'medium'): readonly Signal[] {
  return normaliseSymantec(raw, CONNECTOR, NOW, { atRiskLevel });
}

function summary({ observedAt, state, findings, flag, keys }: Signal) {
  return {
    at: new Date(observedAt).toISOString(),
    state,
    flag,
    keys: keys.map((key) => `${key.type}=${key.value}`).join(' '),
    findings: findings.map((f) => `${f.type} ${f.category ?? ''} ${f.severity ?? '-'} ${f.state}: ${f.title ?? ''}`),
  };
}

describe('Symantec records', () => {
  test('of the device list tell the posture', () => {
    const { devices } = fixture<{ devices: Item[] }>('ses-v1-devices-mobile.constructed.json');
    expect(devices.flatMap((device) => signals({ takenAt: TAKEN, device })).map(summary)).toEqual([
      { at: TAKEN, state: 'secured', flag: undefined, findings: [], keys: 'vendorDeviceId=ses-dev-0001' },
      { at: TAKEN, state: 'highSeverity', flag: undefined, findings: [], keys: 'vendorDeviceId=ses-dev-0002' },
      { at: TAKEN, state: 'mediumSeverity', flag: undefined, findings: [], keys: 'vendorDeviceId=ses-dev-0003' },
    ]);
  });

  test('of SEP Mobile tell the posture and what was found', () => {
    expect(
      fixture<unknown[]>('sep-mobile-incidents.constructed.json')
        .flatMap((raw) => signals(raw))
        .map(summary),
    ).toEqual([
      {
        at: '2025-03-01T08:00:00.000Z',
        state: 'highSeverity',
        flag: undefined,
        findings: ['Malware app.malware high open: Malware (Trojan): com.example.bad'],
        keys: 'email=alan@example.com',
      },
      {
        at: '2025-03-01T08:05:00.000Z',
        state: 'mediumSeverity',
        flag: undefined,
        findings: ['Network net.content_tampering medium open: Network (ContentManipulation)'],
        keys: 'email=grace@example.com',
      },
      {
        at: '2025-03-01T08:06:00.000Z',
        state: 'lowSeverity',
        flag: undefined,
        findings: ['VulnerableOs vuln.update_pending low open: VulnerableOs (UpgradableOs)'],
        keys: '',
      },
    ]);
  });

  test('that hold a token are no records', () => {
    expect(signals(fixture('ses-oauth2-token.constructed.json'))).toEqual([]);
  });

  test('are found in a body as one, as a list and under a name', () => {
    const list = fixture<unknown[]>('sep-mobile-incidents.constructed.json');
    expect([list, { incidents: list }, { events: list }].map((body) => incidentsIn(body)?.length)).toEqual([3, 3, 3]);
    expect(incidentsIn(list[0])).toHaveLength(1);
    expect([7, 'text', null].map(incidentsIn)).toEqual([undefined, undefined, undefined]);
  });
});

describe("Symantec's traps", () => {
  const {
    devices: [listed],
  } = fixture<{ devices: Item[] }>('ses-v1-devices-mobile.constructed.json');
  const device = (change: object, level?: 'low' | 'high') =>
    signals({ takenAt: TAKEN, device: { ...listed, ...change } }, level)[0];
  const [first] = fixture<(Item & { device: Item })[]>('sep-mobile-incidents.constructed.json');
  const incident = (change: object, onDevice: object = {}) =>
    signals({ ...first, ...change, device: { ...first?.device, ...onDevice } })[0];

  test('the administrator says what "at risk" means', () => {
    expect([
      device({ device_status: 'AT_RISK' }, 'low')?.state,
      device({ device_status: 'at_risk' }, 'high')?.state,
    ]).toEqual(['lowSeverity', 'highSeverity']);
    expect(device({ device_status: 'COMPROMISED' }, 'low')?.state).toBe('highSeverity');
  });

  test('a device status that was not computed says nothing, and is no unknown word', () => {
    expect(device({ device_status: 'NOT_COMPUTED' })).toBeUndefined();
  });

  test.each(['FINE', 7, {}, 'constructor'])('the device status %j is flagged and never secured', (device_status) => {
    expect(device({ device_status })).toMatchObject({ flag: expect.stringMatching(/^unknown device status/) });
    expect(device({ device_status })?.state).toBeUndefined();
  });

  test('computers and records without an id or a status say nothing', () => {
    expect([device({ device_type: 'SERVER' }), device({ id: null }), device({ device_status: null })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('identifiers that are placeholders are not used', () => {
    expect(
      device({ serial_number: 'unknown', imei: '000000000000000', udid: '', email: 'none' })?.keys.map(
        (key) => key.type,
      ),
    ).toEqual(['vendorDeviceId']);
  });

  test('an unknown word of SEP Mobile is flagged, and a known risk beside it counts', () => {
    expect(incident({ severity: 'Grave' })).toMatchObject({
      state: 'highSeverity',
      findings: [],
      flag: 'unknown severity "GRAVE"',
    });
    expect(incident({ event_type: 'incident_paused' })).toMatchObject({
      findings: [],
      flag: 'unknown event type "INCIDENT_PAUSED"',
    });
    expect(incident({ event_type: null })).toMatchObject({ findings: [], flag: 'unknown event type "(none)"' });
    expect(incident({}, { risk: 'Odd' })).toMatchObject({ flag: 'unknown risk "ODD"' });
    expect(incident({}, { risk: 'Odd' })?.state).toBeUndefined();
    expect(incident({}, { risk: 'Minimal', health_status: 'Odd' })?.state).toBe('unknown');
    expect(incident({ id: null })).toMatchObject({ findings: [], flag: 'incident without id' });
  });

  test('an app that is off outranks the risk, one that is not heard of does not', () => {
    expect(incident({}, { health_status: 'Uninstalled' })?.state).toBe('deactivated');
    expect(incident({}, { health_status: 'Disconnected' })?.state).toBe('highSeverity');
    expect(incident({}, { health_status: 'Disconnected', risk: 'Minimal' })?.state).toBe('unresponsive');
  });

  test('an incident that ends is another report about the same finding', () => {
    const ended = incident(
      { event_type: 'incident_closed', timestamp: '2025-03-01T09:00:00.000Z' },
      { risk: 'Minimal' },
    );
    expect(ended).toMatchObject({ state: 'secured', findings: [{ id: '1001', state: 'resolved' }] });
    expect(ended?.reportId).not.toBe(incident({})?.reportId);
    expect(incident({})?.reportId).toBe(incident({ kill_chain_incident_ids: [1] })?.reportId);
  });

  test("a time without a zone is nobody's time", () => {
    expect(incident({ timestamp: '2025-03-01T09:00:00' })?.observedAt).toBe(NOW);
  });

  test('one part of the settings needs the other', () => {
    const problem = (settings: object) => symantecSettings.safeParse(settings).error?.issues[0]?.path.join('.');
    expect([
      problem({}),
      problem({ clientId: 'x' }),
      problem({ clientSecret: 'x'.repeat(20) }),
      problem({ webhookSecret: 'short' }),
    ]).toEqual(['clientId', 'clientSecret', 'clientId', 'webhookSecret']);
    expect([
      problem({ clientId: 'x', clientSecret: 'x'.repeat(20) }),
      problem({ webhookSecret: 'x'.repeat(24) }),
    ]).toEqual([undefined, undefined]);
  });

  test('never make the reader throw, nor call unknown words secured', () => {
    const names = [
      'takenAt',
      'device',
      'id',
      'device_status',
      'device_type',
      'type',
      'severity',
      'event_type',
      'user',
      'risk',
      'health_status',
      'timestamp',
    ];
    const raw = fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.anything()), fc.anything());
    fc.assert(
      fc.property(raw, raw, (one, other) => {
        const all = [
          ...signals(one),
          ...signals({ takenAt: TAKEN, device: other }),
          ...signals({ type: 'x', severity: 'LOW', device: other }),
        ];
        for (const s of all) expect(s.state === 'secured' && s.flag?.startsWith('unknown device')).not.toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
