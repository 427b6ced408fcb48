import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceNamedBy, meantDevice } from './device-names.ts';

const ID = 'cfbc956f-698a-4282-839d-e71c4df6f120';

describe('a device id is read', () => {
  test.each([
    ID,
    ID.toUpperCase(),
    `{${ID}}`,
    `{${ID.toUpperCase()}}`,
    `(${ID})`,
    ID.replaceAll('-', ''),
    ` ${ID} `,
    `host/${ID}`,
    `urn:uuid:${ID}`,
    `URN:UUID:${ID.toUpperCase()}`,
    `urn:sallyport:device:${ID}`,
    `urn:example:mdm:deviceid:${ID}`,
    `AADDeviceId://${ID}`,
    `DeviceId://${ID}/`,
    `ID:ExampleMDM:GUID:${ID}`,
    `https://mdm.example.com/devices/${ID}`,
    `https://mdm.example.com/api/v1/device/${ID}/`,
    `spiffe://example.com/device/${ID}`,
  ])('in %s', (name) => {
    expect(deviceNamedBy(name)).toEqual({ id: ID, directory: 'any' });
  });

  test.each([
    `IntuneDeviceId://${ID}`,
    `intunedeviceid://${ID.toUpperCase()}/`,
    `IntuneDeviceId://%7B${ID}%7D`,
    `ID:Microsoft Endpoint Manager:GUID:${ID}`,
    `ID:Microsoft%20Endpoint%20Manager:GUID:${ID}`,
    `URI:ID:Microsoft Endpoint Manager:GUID:${ID}`,
    `id:intune:guid:{${ID}}`,
  ])("in %s, as Intune's", (name) => {
    expect(deviceNamedBy(name)).toEqual({ id: ID, directory: 'intune' });
  });
});

describe('no device id is read', () => {
  test.each([
    '',
    'Ada Lovelace',
    'ada@example.com',
    `${ID}@example.com`,
    `mailto:${ID}@example.com`,
    'S-1-5-21-1-2-3-1105',
    'tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1105',
    `https://intranet.example.com/people/${ID}`,
    `https://example.com/devices/${ID}/owner`,
    `https://example.com/?x=/devices/${ID}`,
    `urn:uuid:${ID.slice(1)}`,
    `{${ID}`,
    `${ID})`,
    `x${ID}`,
    `${ID} ${ID}`,
    'urn:uuid:other',
    'IntuneDeviceId://{{DeviceId}}',
    `urn:example:user:${ID}`,
    `phone.${ID}.example.com`,
    '00:11:22:33:44:55',
    '356938035643809',
    'F9FXK0ABCDEF',
    `${'a'.repeat(2_000)}://x/devices/${ID}`,
    '%zz',
  ])('in %j', (name) => {
    expect(deviceNamedBy(name)).toBeUndefined();
  });

  test('in a text that makes a pattern go back and forth', () => {
    for (const text of ['urn:'.repeat(4_000), `a://${'/devices/'.repeat(1_500)}`, 'a'.repeat(16_000)])
      expect(deviceNamedBy(text)).toBeUndefined();
  });
});

test('whatever a certificate names, never a phone is meant that it does not name, and never one of two', () => {
  const known = new Map([
    ['i1', 'p1'],
    ['e1', 'p1'],
    ['i2', 'p2'],
    ['e2', 'p2'],
  ]);
  const name = fc.record({
    id: fc.constantFrom('i1', 'e1', 'i2', 'e2', 'x', 'y'),
    directory: fc.constantFrom('intune' as const, 'any' as const),
  });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const devices = new Set(names.map(({ id }) => known.get(id)).filter((device) => device !== undefined));
      const meant = meantDevice(names, (id) => known.get(id));
      if (devices.size > 1) expect(meant).toHaveProperty('problem');
      if ('deviceId' in meant && devices.size === 1) expect(devices.has(meant.deviceId)).toBe(true);
      if ('deviceId' in meant && devices.size === 0) expect(known.has(meant.deviceId)).toBe(false);
    }),
  );
});
