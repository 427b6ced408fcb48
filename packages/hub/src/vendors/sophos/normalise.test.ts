import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { sophosSettings } from './settings.ts';
import { normaliseSophos } from './normalise.ts';
import { meaningOfType } from './vocabulary.ts';

const CONNECTOR = '870b252b-0ef0-4707-8847-50fc571472b3';
const NOW = Date.parse('2025-03-01T12:00:00Z');
const SETTINGS = sophosSettings.parse({ clientId: 'c', clientSecret: 'long-enough' });

function fixture(name: string): { readonly items: readonly Record<string, unknown>[] } {
  return JSON.parse(sample(`sophos/${name}`)) as { items: Record<string, unknown>[] };
}

function signals(raw: unknown, more: object = {}): readonly Signal[] {
  return normaliseSophos(raw, CONNECTOR, NOW, { ...SETTINGS, ...more });
}

function device(more: object, settings: object = {}): Signal | undefined {
  const [base] = fixture('mobile-v1-devices.constructed.json').items;
  return signals({ takenAt: '2025-03-01T09:00:00.000Z', device: { ...base, ...more } }, settings)[0];
}

function event(more: object): Signal | undefined {
  return signals({ ...fixture('siem-v1-events.constructed.json').items[2], ...more })[0];
}

function posture(more: object, settings: object = {}) {
  const { state, flag } = device(more, settings) ?? {};
  return [state, flag];
}

describe('devices of Sophos', () => {
  test('are known by the serial number that was looked up', () => {
    expect(device({ serialNumber: 'SER1' })?.keys.map(({ type, value }) => `${type} ${value}`)[0]).toBe(
      'serialNumber SER1',
    );
    expect(device({ serialNumber: 'unknown' })?.keys.map(({ type }) => type)).toEqual(['vendorDeviceId', 'email']);
  });

  test('of the constructed list mean what their health and compliance tell', () => {
    const { items } = fixture('mobile-v1-devices.constructed.json');
    const found = items.flatMap((item) => signals({ takenAt: '2025-03-01T09:00:00.000Z', device: item }));
    expect(found.map(({ state, keys }) => [state, ...keys.map(({ type, value }) => `${type} ${value}`)])).toEqual([
      ['secured', 'vendorDeviceId 00000000-0000-4000-8000-000000000001', 'email ada@example.com'],
      ['highSeverity', 'vendorDeviceId 00000000-0000-4000-8000-000000000002', 'email alan@example.com'],
      ['mediumSeverity', 'vendorDeviceId 00000000-0000-4000-8000-000000000003', 'email grace@example.com'],
    ]);
    expect(found[0]).toMatchObject({ observedAt: Date.parse('2025-03-01T09:00:00Z'), findings: [] });
  });

  test.each([
    [{ compliance: { compliant: false } }, {}, ['mediumSeverity', undefined]],
    [{ compliance: { compliant: false } }, { nonCompliantLevel: 'none' }, ['secured', undefined]],
    [{ compliance: { compliant: false } }, { nonCompliantLevel: 'high' }, ['highSeverity', undefined]],
    [{ compliance: { compliant: 'false' }, healthState: { state: 'red' } }, {}, ['highSeverity', undefined]],
    [{ compliance: { compliant: false, severity: 'high' } }, {}, ['highSeverity', undefined]],
    [{ compliance: { compliant: false, severity: 'low' } }, {}, ['mediumSeverity', undefined]],
    [{ compliance: { compliant: false, severity: 'low' } }, { nonCompliantLevel: 'low' }, ['lowSeverity', undefined]],
    [{ compliance: { compliant: false, severity: 'high' } }, { nonCompliantLevel: 'none' }, ['secured', undefined]],
    [{ compliance: { compliant: true, severity: 'high' } }, {}, ['secured', undefined]],
    [
      { compliance: { compliant: false, severity: 'dire' } },
      {},
      ['mediumSeverity', 'unknown compliance severity "DIRE"'],
    ],
    [{ ixmAppLastSeenAt: '2025-02-22T10:00:00.000Z' }, {}, ['secured', undefined]],
    [{ ixmAppLastSeenAt: '2025-02-22T08:00:00.000Z' }, {}, ['unresponsive', undefined]],
    [{ ixmAppLastSeenAt: '2025-02-22T08:00:00.000Z', healthState: { state: 'red' } }, {}, ['highSeverity', undefined]],
    [{ ixmAppLastSeenAt: null }, {}, ['secured', undefined]],
    [{ compliance: { compliant: 'maybe' } }, {}, [undefined, 'unknown compliance "MAYBE"']],
    [{ compliance: null }, {}, ['secured', undefined]],
    [{ healthState: { state: 'purple' } }, {}, [undefined, 'unknown health state "PURPLE"']],
    [{ healthState: {} }, {}, [undefined, undefined]],
    [{ healthState: 'green' }, {}, [undefined, undefined]],
    [{ healthState: { state: ['green'] } }, {}, [undefined, 'unknown health state "[OBJECT]"']],
    [{ managedState: 'notManaged' }, {}, ['deactivated', undefined]],
    [{ managedState: 'wiping' }, {}, ['unknown', 'unknown managed state "WIPING"']],
    [{ managedState: 'wiping', healthState: { state: 'red' } }, {}, ['highSeverity', 'unknown managed state "WIPING"']],
    [{ managedState: 'MANAGED', healthState: { state: 'Amber' } }, {}, ['mediumSeverity', undefined]],
  ])('%j with %j mean %j', (more, settings, expected) => {
    expect(posture(more, settings)).toEqual(expected);
  });

  test('read twice are one report, and another one after the next contact', () => {
    const id = device({})?.reportId;
    expect(device({})?.reportId).toBe(id);
    expect(device({ lastSeenAt: '2025-03-01T08:30:00.000Z' })?.reportId).not.toBe(id);
    expect(device({ compliance: { compliant: false } })?.reportId).not.toBe(id);
  });
});

describe('events and alerts of Sophos', () => {
  test('of the constructed feed tell of a threat and its end, and of a breach and its end', () => {
    const found = fixture('siem-v1-events.constructed.json').items.flatMap((item) => signals(item));
    expect(
      found.map(({ reportId, observedAt, state, findings }) => [
        reportId.slice(-4),
        new Date(observedAt).toISOString().slice(11, 16),
        state,
        ...findings.map((f) => `${f.id} ${f.type} ${f.severity ?? '-'} ${f.state}`),
      ]),
    ).toEqual([
      ['6002', '08:00', undefined, 'NON_COMPLIANT NON_COMPLIANT medium open'],
      ['6003', '08:00', undefined, 'MALWARE:Andr/Example-A MALWARE high open'],
      ['6004', '08:30', undefined, 'MALWARE:Andr/Example-A MALWARE - resolved'],
      ['6005', '08:31', undefined, 'NON_COMPLIANT NON_COMPLIANT - resolved'],
    ]);
    expect(found[1]).toMatchObject({
      keys: [{ type: 'vendorDeviceId', value: '00000000-0000-4000-8000-000000000002' }],
      findings: [{ title: 'Malware detected: Andr/Example-A' }],
    });
  });

  test('of a real alert about a certificate say nothing about a device', () => {
    expect((fixture('common-v1-alert-mobile.json') as unknown as unknown[]).flatMap((item) => signals(item))).toEqual(
      [],
    );
  });

  test('an alert and the event of the same threat are one finding', () => {
    const alert = {
      id: 'a1',
      product: 'mobile',
      category: 'mobiles',
      severity: 'HIGH',
      type: 'Event::Endpoint::Threat::Detected',
      description: 'Malware detected: Andr/Example-A',
      raisedAt: '2025-03-01T08:01:00.000Z',
      managedAgent: { id: '00000000-0000-4000-8000-000000000002', type: 'mobile' },
    };
    expect(signals(alert)[0]).toMatchObject({
      reportId: 'alert:a1',
      findings: [{ id: event({})?.findings[0]?.id, state: 'open' }],
    });
    expect(signals({ ...alert, managedAgent: {} })).toEqual([]);
    expect(signals({ ...alert, product: 'endpoint', category: 'malware' })).toEqual([]);
  });

  test('of all public type identifiers either mean something or say nothing', () => {
    const { types } = fixture('mobile-event-type-identifiers.json') as unknown as { types: readonly string[] };
    const telling = types.filter((type) => meaningOfType(type.toUpperCase()) !== undefined);
    expect(telling.length).toBe(27);
    expect(
      types
        .filter((type) => !telling.includes(type))
        .every((type) => /Added|Enroll|Eas|Placeholder|Action|Tem|Uem|Afw|Dep|Apns|UserEmail/.test(type)),
    ).toBe(true);
  });

  test.each([
    [{ type: 'Event::Endpoint::Mobile::UnenrolledByUser' }, { state: 'deactivated', findings: [] }],
    [{ type: 'Event::Smc::MitmAttackEvent::3' }, { findings: [{ type: 'MITM_ATTACK', state: 'resolved' }] }],
    [{ severity: 'purple' }, { findings: [], flag: 'unknown severity "PURPLE"' }],
    [{ severity: null }, { findings: [], flag: 'unknown severity "(none)"' }],
    [{ severity: 'none' }, { findings: [{ state: 'open' }] }],
    [{ threat: 'Andr/Other' }, { findings: [{ id: 'MALWARE:Andr/Other' }] }],
    [{ name: 'Something happened' }, { findings: [{ id: 'MALWARE' }] }],
    [{ when: 'yesterday', created_at: '2025-03-01T08:02:00Z' }, { observedAt: Date.parse('2025-03-01T08:02:00Z') }],
    [{ when: null, created_at: null }, { observedAt: NOW }],
  ])('%j becomes %j', (more, expected) => {
    expect(event(more)).toMatchObject(expected);
  });

  test('about computers, of unknown types or without a device say nothing', () => {
    expect(event({ endpoint_type: 'computer', group: 'MALWARE' })).toBeUndefined();
    expect(event({ type: 'Event::Endpoint::Mobile::Brand::New' })).toBeUndefined();
    expect(event({ type: 'constructor::prototype' })).toBeUndefined();
    expect(event({ endpoint_id: '' })).toBeUndefined();
    expect(event({ endpoint_id: 'unknown' })).toBeUndefined();
  });
});

test('nothing that comes in makes it throw, and what is not understood is never secured', () => {
  const words = fc.oneof(fc.constantFrom('green', 'managed', 'purple', 'true', null, undefined), fc.anything());
  const record = fc.record(
    {
      id: words,
      healthState: fc.oneof(fc.record({ state: words }), fc.anything()),
      compliance: fc.record({ compliant: words }),
      managedState: words,
      email: words,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(record, fc.anything()), (raw) => {
      for (const signal of [...signals(raw), ...signals({ takenAt: '2025-03-01T09:00:00Z', device: raw })]) {
        const health = (raw as { healthState?: { state?: unknown } }).healthState?.state;
        if (signal.state === 'secured')
          expect([flagOfState(signal), String(health).trim().toUpperCase()]).toEqual([undefined, 'GREEN']);
      }
    }),
    { numRuns: 300 },
  );
});
