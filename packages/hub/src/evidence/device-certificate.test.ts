import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDeviceCas } from './device-ca.ts';
import { DeviceCertificates } from './device-certificate.ts';
import { PHONE } from '../api/access/testing.ts';
import {
  issueCertificate,
  newAuthority,
  type CertificateWish,
  type CertificateAndKey,
} from '@sallyport/simulators/certificates';

const captured = JSON.parse(readFileSync(new URL('fixtures/device-certs.json', import.meta.url), 'utf8')) as {
  ca_pem: string;
  devices: { cn: string; pem: string }[];
};
const DURING = Date.parse('2026-12-01T00:00:00Z');
const DAY = 86_400_000;
/** Of the same phone. */
const ENTRA = 'c0ffee00-1234-4abc-9def-0123456789ab';
const OTHER = '9f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const STRANGER = '3d57f7fc-7098-44ee-b736-fc74aed48db3';
/** The record of the first phone before it was enrolled again. */
const RETIRED = '7a1f2b3c-0000-4000-8000-000000000007';
/** Two phones; the first is known by two ids, and by the record that it superseded. */
const view = {
  deviceId: ({ value }: { readonly value: string }) =>
    new Map([
      [PHONE, PHONE],
      [ENTRA, PHONE],
      [OTHER, OTHER],
      [RETIRED, RETIRED],
    ]).get(value),
  successorOf: (id: string): string | undefined => (id === RETIRED ? PHONE : undefined),
};

describe('the captured device certificates', () => {
  const certificates = new DeviceCertificates(parseDeviceCas(captured.ca_pem, 'deviceCa'));

  test('one that names a phone is recognised, as PEM and as DER in base64', () => {
    const { cn, pem = '' } = captured.devices[0] ?? {};
    expect(certificates.check(pem, DURING, view)).toEqual({ valid: true, deviceId: cn, unknown: [] });
    const der = pem.replace(/-----[^-]+-----|\s/gu, '');
    expect(certificates.check(der, DURING, view)).toEqual({ valid: true, deviceId: cn, unknown: [] });
  });

  test("one whose name is no device id is nobody's", () => {
    expect(captured.devices[1]?.cn).toBe('bad-device-77');
    expect(certificates.check(captured.devices[1]?.pem ?? '', DURING, view)).toMatchObject({
      valid: false,
      problem: expect.stringContaining('names no device'),
    });
  });

  test('the time is compared at every call, also for a certificate seen before', () => {
    const pem = captured.devices[0]?.pem ?? '';
    expect(certificates.check(pem, DURING, view).valid).toBe(true);
    expect(certificates.check(pem, Date.parse('2026-12-25T00:00:00Z'), view)).toMatchObject({
      valid: false,
      problem: expect.stringContaining('expired'),
    });
    expect(certificates.check(pem, Date.parse('2026-11-01T00:00:00Z'), view)).toMatchObject({
      valid: false,
      problem: expect.stringContaining('not valid yet'),
    });
    expect(certificates.check(pem, DURING, view).valid).toBe(true);
  });

  test('a changed byte breaks the signature', () => {
    const der = Buffer.from((captured.devices[0]?.pem ?? '').replace(/-----[^-]+-----|\s/gu, ''), 'base64');
    der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
    expect(certificates.check(der.toString('base64'), DURING, view).valid).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['a broken PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['base64 of nothing', 'AAAAAAAAAAA='],
    ['a placeholder', '{http.request.tls.client.certificate_pem}'],
    ['too much', 'A'.repeat(20_000)],
    ['two at once', `${captured.devices[0]?.pem}${captured.devices[1]?.pem}`],
    ['the CA itself', captured.ca_pem],
    ['control characters', '\u0000\u0001\u0002'],
  ])('%s is refused', (_, text) => {
    expect(certificates.check(text, DURING, view).valid).toBe(false);
  });
});

describe('certificates made to get in', () => {
  let ca: CertificateAndKey;
  let certificates: DeviceCertificates;
  const check = async (wish: CertificateWish, from = ca) =>
    certificates.check((await issueCertificate(from, wish)).cert, Date.now(), view);

  beforeAll(async () => {
    ca = await newAuthority();
    certificates = new DeviceCertificates(parseDeviceCas(ca.cert, 'deviceCa'));
  });

  const MEANT = { valid: true, deviceId: PHONE, unknown: [] };

  test('a good one passes', async () => {
    expect(await check({ uris: [`urn:uuid:${PHONE}`] })).toEqual(MEANT);
  });

  test('one of another CA with the very same name does not', async () => {
    expect(await check({}, await newAuthority())).toMatchObject({
      valid: false,
      problem: expect.stringContaining('not signed'),
    });
  });

  test('one that is a CA itself does not', async () => {
    expect(await check({ isCa: true })).toMatchObject({
      valid: false,
      problem: expect.stringContaining('CA certificate'),
    });
  });

  test('one for servers only does not', async () => {
    expect(await check({ usages: ['1.3.6.1.5.5.7.3.1'] })).toMatchObject({
      valid: false,
      problem: expect.stringContaining('client authentication'),
    });
  });

  test('one without any extended key usage passes', async () => {
    expect((await check({ usages: [] })).valid).toBe(true);
  });

  test.each([
    ['an expired one', { from: Date.now() - 3 * DAY, to: Date.now() - DAY }],
    ['one of tomorrow', { from: Date.now() + DAY, to: Date.now() + 2 * DAY }],
    ['one that names nobody', { subject: 'O=Example' }],
    ['one that names a person only', { subject: 'CN=ada@example.org', uris: ['https://example.org/ada'] }],
    [
      'one that names another known phone in its common name',
      { subject: `CN=${OTHER}`, uris: [`IntuneDeviceId://${PHONE}`] },
    ],
    [
      'one that names another known phone as Cisco ISE reads it',
      { uris: [`ID:Microsoft Endpoint Manager:GUID:${OTHER}`] },
    ],
    ['one with two common names of known phones', { subject: `CN=${PHONE},CN=${OTHER}` }],
    [
      'one whose URIs name two known phones',
      { subject: 'O=Example', uris: [`urn:uuid:${PHONE}`, `urn:uuid:${OTHER}`] },
    ],
    [
      'one with two Intune ids, of which one is not known',
      { subject: 'O=Example', uris: [`IntuneDeviceId://${PHONE}`, `IntuneDeviceId://${STRANGER}`] },
    ],
    [
      'one with two Intune ids in two forms',
      { subject: 'O=Example', uris: [`IntuneDeviceId://${PHONE}`, `ID:Microsoft Endpoint Manager:GUID:${STRANGER}`] },
    ],
  ] as const)('%s does not', async (_, wish) => {
    expect((await check(wish)).valid).toBe(false);
  });

  test.each([
    [
      'the Entra id in the common name and the Intune id in a URI',
      { subject: `CN=${ENTRA}`, uris: [`IntuneDeviceId://${PHONE}`] },
    ],
    [
      'the Intune id and the Entra id in two URIs',
      { subject: 'CN=Ada', uris: [`IntuneDeviceId://${PHONE}`, `urn:uuid:${ENTRA}`] },
    ],
    ['the Entra id alone', { subject: `CN=${ENTRA}` }],
    ["a person's name beside a URI", { subject: 'CN=ada@example.org', uris: [`IntuneDeviceId://${PHONE}`] }],
    [
      'a SID and an intranet address beside it',
      {
        uris: ['tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1105', `https://intranet.example.com/people/${OTHER}`],
      },
    ],
    [
      'the same id in several forms',
      {
        uris: [
          `urn:uuid:${PHONE}`,
          `ID:Microsoft Endpoint Manager:GUID:${PHONE}`,
          `IntuneDeviceId://${PHONE.toUpperCase()}`,
        ],
      },
    ],
  ] as const)('one and the same phone: %s', async (_, wish) => {
    expect(await check(wish)).toEqual(MEANT);
  });

  test('ids of two records of one phone name one device, the superseded one, which is at the worse of both', async () => {
    expect(await check({ subject: `CN=${ENTRA}`, uris: [`IntuneDeviceId://${RETIRED}`] })).toEqual({
      ...MEANT,
      deviceId: RETIRED,
    });
    expect((await check({ subject: `CN=${OTHER}`, uris: [`IntuneDeviceId://${RETIRED}`] })).valid).toBe(false);
  });

  test.each([
    ['in the common name', { subject: `CN=${STRANGER}`, uris: [`IntuneDeviceId://${PHONE}`] }],
    ['in a URI', { uris: [`urn:uuid:${STRANGER}`] }],
  ] as const)("an id that no device has, beside the phone's, is told for a warning: %s", async (_, wish) => {
    expect(await check(wish)).toEqual({ valid: true, deviceId: PHONE, unknown: [STRANGER] });
  });

  test('where no id is known, the first is the device that is not known', async () => {
    expect(await check({ subject: `CN=${STRANGER}` })).toEqual({ valid: true, deviceId: STRANGER, unknown: [] });
  });

  test('a name of another kind in the subject alternative name is no obstacle', async () => {
    expect(
      await check({
        names: [
          { type: 'upn', value: 'ada@example.org' },
          { type: 'email', value: `${OTHER}@example.org` },
          { type: 'dns', value: 'phone.example.org' },
        ],
      }),
    ).toEqual(MEANT);
    expect(await check({ subject: 'O=Example', names: [{ type: 'upn', value: `host/${PHONE}` }] })).toEqual(MEANT);
  });

  test('a CA that has expired itself vouches for nobody', async () => {
    const old = await newAuthority('CN=Old CA', { to: Date.now() - 1_000 });
    const expired = new DeviceCertificates(parseDeviceCas(old.cert, 'deviceCa'));
    expect(expired.check((await issueCertificate(old)).cert, Date.now(), view)).toMatchObject({
      valid: false,
      problem: expect.stringContaining('expired'),
    });
  });
});

describe('the list of device CAs', () => {
  test.each([
    ['no certificate', 'hello'],
    ['a device certificate', captured.devices[0]?.pem ?? ''],
    ['a private key beside it', `${captured.ca_pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`],
    ['too many', captured.ca_pem.repeat(21)],
  ])('is refused with %s, and the property is named', (_, pem) => {
    expect(() => parseDeviceCas(pem, 'deviceCa')).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { field: 'deviceCa' } }),
    );
  });

  test('may hold several', () => {
    expect(parseDeviceCas(captured.ca_pem.repeat(2), 'deviceCa')).toHaveLength(2);
  });
});
