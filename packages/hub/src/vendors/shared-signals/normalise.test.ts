import fc from 'fast-check';
import { UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { normaliseSharedSignals } from './normalise.ts';
import { sharedSignalsSettings } from './settings.ts';
import { DEVICE_COMPLIANCE_CHANGE, OKTA_DEVICE_RISK_CHANGE, RISK_LEVEL_CHANGE, SESSION_REVOKED } from './vocabulary.ts';

const ISSUER = 'https://mtd.example/ssf';
const NOW = Date.parse('2026-03-02T09:00:00Z');
const GUID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const DEVICE = { format: 'iss_sub', iss: ISSUER, sub: 'dev-1' };

/** What a verified token says; the signature is `verify-set`'s business. */
function signals(claims: object, more: object = {}): readonly Signal[] {
  const settings = sharedSignalsSettings.parse({
    issuer: ISSUER,
    audience: 'us',
    pushAuthorization: 'Bearer a-long-random-text',
    ...more,
  });
  return normaliseSharedSignals(
    { set: new UnsecuredJWT({ iss: ISSUER, jti: 'j1', iat: NOW / 1000 - 60, ...claims }).encode() },
    'connector',
    NOW,
    settings,
  );
}

function told(type: string, event: object, more: object = {}, sub_id: unknown = DEVICE) {
  const [signal, ...rest] = signals({ sub_id, events: { [type]: event } }, more);
  expect(rest).toEqual([]);
  return signal;
}

const risk = (current_level: unknown, more: object = {}, event: object = {}) =>
  told(RISK_LEVEL_CHANGE, { principal: 'DEVICE', current_level, ...event }, more);
const okta = (current_level: unknown) => told(OKTA_DEVICE_RISK_CHANGE, { current_level });
const compliance = (current_status: unknown, more: object = {}) =>
  told(DEVICE_COMPLIANCE_CHANGE, { current_status, previous_status: 'compliant' }, more);

function keysOf(sub_id: unknown, more: object = {}): readonly string[] | undefined {
  return told(
    DEVICE_COMPLIANCE_CHANGE,
    { current_status: 'not-compliant', previous_status: 'compliant' },
    more,
    sub_id,
  )?.keys.map(({ type, value }) => `${type} ${value}`);
}

describe('events', () => {
  test.each([
    ['HIGH', {}, 'high open'],
    ['MEDIUM', {}, 'medium open'],
    ['LOW', {}, 'low open'],
    ['high', {}, 'high open'],
    ['LOW', { lowRisk: 'secured' }, 'secured resolved'],
  ])('risk-level-change to %s with %j is %s', (level, more, expected) => {
    const [finding] = risk(level, more)?.findings ?? [];
    expect(`${finding?.severity ?? '-'} ${finding?.state}`).toBe(expected);
  });

  test.each([
    ['secure', 'secured resolved'],
    ['Low', 'low open'],
    ['medium', 'medium open'],
    ['high', 'high open'],
  ])("Okta's device-risk-change to %s is %s", (level, expected) => {
    const [finding] = okta(level)?.findings ?? [];
    expect(`${finding?.severity ?? '-'} ${finding?.state}`).toBe(expected);
  });

  test('Okta\'s "none" tells no level, and so nothing', () => {
    expect(okta('none')).toBeUndefined();
  });

  test.each([
    ['not-compliant', {}, 'high open'],
    ['not-compliant', { notCompliantLevel: 'low' }, 'low open'],
    ['compliant', {}, '- resolved'],
    ['compliant', { compliantIsSecured: true }, 'secured resolved'],
  ])('device-compliance-change to %s with %j is %s', (status, more, expected) => {
    const [finding] = compliance(status, more)?.findings ?? [];
    expect(`${finding?.severity ?? '-'} ${finding?.state}`).toBe(expected);
  });

  test('of one event by two names that differ, the worse counts', () => {
    for (const levels of [
      ['HIGH', 'LOW'],
      ['LOW', 'HIGH'],
    ]) {
      const [first = '', second = ''] = levels;
      const both = signals({
        sub_id: DEVICE,
        events: {
          [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: first },
          [OKTA_DEVICE_RISK_CHANGE]: { current_level: second },
        },
      });
      expect(both.map(({ findings }) => findings.map(({ severity, state }) => [severity, state]))).toEqual([
        [['high', 'open']],
      ]);
    }
  });

  test('unknown words are flagged and say nothing', () => {
    expect(risk('CATASTROPHIC')).toMatchObject({ findings: [], flag: 'unknown risk level "CATASTROPHIC"' });
    expect(okta('extreme')).toMatchObject({ findings: [], flag: 'unknown risk level "EXTREME"' });
    expect(compliance('sort-of')).toMatchObject({ findings: [], flag: 'unknown compliance status "SORT-OF"' });
  });

  test('no event gives a posture: risk and compliance stand beside each other', () => {
    expect(risk('HIGH')?.state).toBeUndefined();
    expect(new Set([risk('HIGH')?.findings[0]?.id, compliance('compliant')?.findings[0]?.id]).size).toBe(2);
  });

  test('the risk of a user, a session or a tenant is no word about a device', () => {
    for (const principal of ['USER', 'SESSION', 'TENANT', 'GROUP', 'NEW_KIND'])
      expect(told(RISK_LEVEL_CHANGE, { principal, current_level: 'HIGH' })).toBeUndefined();
  });

  test('a revoked session is shown where a device is named, and raises nothing', () => {
    const user = { format: 'email', email: 'alice@example.com' };
    const revoked = told(SESSION_REVOKED, {}, {}, { format: 'complex', user, device: DEVICE });
    expect(revoked?.findings).toMatchObject([{ type: 'SESSION_REVOKED', state: 'resolved' }]);
    expect(revoked?.findings[0]?.severity).toBeUndefined();
    for (const subject of [
      user,
      { format: 'complex', user },
      { format: 'complex', user, session: { format: 'opaque', id: 's' } },
    ])
      expect(told(SESSION_REVOKED, {}, {}, subject)).toBeUndefined();
  });

  test('the reasons are told, in English where there is any', () => {
    const signal = risk(
      'HIGH',
      {},
      {
        risk_reason: 'NETWORK_MITM',
        reason_admin: { sv: 'Nät', en: 'Bad network' },
        reason_user: { nl: 'Verlaat dit netwerk.' },
      },
    );
    expect(signal?.findings).toMatchObject([
      { type: 'NETWORK_MITM', title: 'Device risk: high. Bad network', recommendedAction: 'Verlaat dit netwerk.' },
    ]);
  });

  test.each([
    ['in seconds', { event_timestamp: 1_772_438_400 }, {}, '2026-03-02T08:00:00.000Z'],
    [
      'in milliseconds, as older drafts have it',
      { event_timestamp: 1_772_438_400_123 },
      {},
      '2026-03-02T08:00:00.123Z',
    ],
    ['in toe', {}, { toe: 1_772_438_401 }, '2026-03-02T08:00:01.000Z'],
    ['in iat', {}, {}, '2026-03-02T08:59:00.000Z'],
  ])('the time is found %s', (_, event, claims, expected) => {
    const [signal] = signals({
      ...claims,
      sub_id: DEVICE,
      events: { [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: 'HIGH', ...event } },
    });
    expect(new Date(signal?.observedAt ?? 0).toISOString()).toBe(expected);
  });

  test('the report goes by the jti, also a very long one', () => {
    expect(risk('HIGH')?.reportId).toBe('set:j1');
    const [long] = signals({
      jti: 'x'.repeat(900),
      sub_id: DEVICE,
      events: { [SESSION_REVOKED]: {}, [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: 'LOW' } },
    });
    expect(long?.reportId.length).toBeLessThan(257);
  });
});

describe('subjects', () => {
  test.each([
    ['an id of the transmitter', DEVICE, ['vendorDeviceId dev-1']],
    [
      'an id of somebody else',
      { ...DEVICE, iss: 'https://other.example' },
      ['vendorDeviceId https://other.example dev-1'],
    ],
    [
      'a GUID',
      { format: 'opaque', id: GUID.toUpperCase() },
      [`managedDeviceId ${GUID}`, `entraDeviceId ${GUID}`, `vendorDeviceId ${GUID}`],
    ],
    [
      'a UDID',
      { format: 'opaque', id: '00008030-001A2B3C4D5E802E' },
      ['udid 00008030-001A2B3C4D5E802E', 'vendorDeviceId 00008030-001A2B3C4D5E802E'],
    ],
    [
      'a URN',
      { format: 'uri', uri: `urn:uuid:${GUID}` },
      [`managedDeviceId ${GUID}`, `entraDeviceId ${GUID}`, `vendorDeviceId ${GUID}`],
    ],
    [
      'one of several names',
      {
        format: 'aliases',
        identifiers: [
          { format: 'opaque', id: 'a' },
          { format: 'email', email: 'A@Example.com' },
          { format: 'aliases', identifiers: [] },
        ],
      },
      ['vendorDeviceId a', 'email a@example.com'],
    ],
    [
      'a device and its user',
      { format: 'complex', device: DEVICE, user: { format: 'email', email: 'alice@example.com' } },
      ['vendorDeviceId dev-1', 'email alice@example.com'],
    ],
    [
      'a device and a user by another id',
      { format: 'complex', device: DEVICE, user: { format: 'iss_sub', iss: ISSUER, sub: 'u-1' } },
      ['vendorDeviceId dev-1'],
    ],
    [
      'a user only: all devices of the user, found if there is one',
      { format: 'complex', user: { format: 'email', email: 'alice@example.com' } },
      ['email alice@example.com'],
    ],
    ['an account', { format: 'account', uri: 'acct:alice@example.com' }, ['email alice@example.com']],
    ['nothing that names a device', { format: 'complex', tenant: { format: 'opaque', id: 'acme' } }, []],
    ['a telephone', { format: 'phone_number', phone_number: '+46123' }, []],
    ['an address', { format: 'ip-addresses', 'ip-addresses': ['192.0.2.1'] }, []],
    ['a placeholder', { format: 'opaque', id: '0000-0000' }, []],
    ['a format to come', { format: 'hologram', id: 'x' }, []],
  ])('%s', (_, subject, expected) => {
    expect(keysOf(subject)).toEqual(expected);
  });

  test('ids are what the administrator says', () => {
    expect(keysOf({ format: 'opaque', id: 'R58M12' }, { deviceId: 'serialNumber' })).toEqual([
      'serialNumber R58M12',
      'vendorDeviceId R58M12',
    ]);
    expect(keysOf({ format: 'opaque', id: 'not an imei' }, { deviceId: 'imei' })).toEqual([
      'vendorDeviceId not an imei',
    ]);
  });
});

test('a user that is no mail address is flagged, and the device counts', () => {
  const signal = told(
    DEVICE_COMPLIANCE_CHANGE,
    { current_status: 'not-compliant', previous_status: 'compliant' },
    {},
    { device: DEVICE, user: { format: 'email', email: 'CORP\\ada' } },
  );
  expect(signal).toMatchObject({
    flag: 'unusable email "CORP\\ada"',
    keys: [{ type: 'vendorDeviceId', value: 'dev-1' }],
  });
});

test('what is no kept token says nothing', () => {
  for (const raw of [null, 7, {}, { set: 7 }, { set: 'x' }, { set: 'a.b.c' }])
    expect(normaliseSharedSignals(raw, 'connector', NOW, {})).toEqual([]);
});

test('nothing that comes in makes it throw', () => {
  const types = fc.constantFrom(
    RISK_LEVEL_CHANGE,
    OKTA_DEVICE_RISK_CHANGE,
    DEVICE_COMPLIANCE_CHANGE,
    SESSION_REVOKED,
    'https://x.example/y',
  );
  const events = fc.dictionary(
    types,
    fc.oneof(
      fc.record(
        {
          principal: fc.constant('DEVICE'),
          current_level: fc.jsonValue(),
          current_status: fc.jsonValue(),
          subject: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(events, fc.jsonValue(), (happened, sub_id) => {
      for (const signal of signals({ events: happened, sub_id })) expect(signal.state).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
