import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDeviceCas } from './device-ca.ts';
import { DeviceCertificates } from './device-certificate.ts';
import { PHONE } from './testing.ts';
import { issue, newTestCa } from './testing-certificates.ts';
import type { CertificateWish, TestCa } from './testing-certificates.ts';

const captured = JSON.parse(readFileSync(new URL('fixtures/device-certs.json', import.meta.url), 'utf8')) as {
  ca_pem: string; devices: { cn: string; pem: string }[];
};
const DURING = Date.parse('2026-12-01T00:00:00Z');
const DAY = 86_400_000;

describe('the captured device certificates', () => {
  const certificates = new DeviceCertificates(parseDeviceCas(captured.ca_pem, 'deviceCa'));

  test.each(captured.devices)('$cn is recognised, as PEM and as DER in base64', ({ cn, pem }) => {
    expect(certificates.check(pem, DURING)).toEqual({ valid: true, deviceId: cn });
    const der = pem.replace(/-----[^-]+-----|\s/gu, '');
    expect(certificates.check(der, DURING)).toEqual({ valid: true, deviceId: cn });
  });

  test('the time is compared at every call, also for a certificate seen before', () => {
    const pem = captured.devices[0]?.pem ?? '';
    expect(certificates.check(pem, DURING).valid).toBe(true);
    expect(certificates.check(pem, Date.parse('2026-12-25T00:00:00Z'))).toMatchObject({ valid: false, problem: expect.stringContaining('expired') });
    expect(certificates.check(pem, Date.parse('2026-11-01T00:00:00Z'))).toMatchObject({ valid: false, problem: expect.stringContaining('not valid yet') });
    expect(certificates.check(pem, DURING).valid).toBe(true);
  });

  test('a changed byte breaks the signature', () => {
    const der = Buffer.from((captured.devices[0]?.pem ?? '').replace(/-----[^-]+-----|\s/gu, ''), 'base64');
    der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
    expect(certificates.check(der.toString('base64'), DURING).valid).toBe(false);
  });

  test.each([
    ['nothing', ''], ['words', 'hello'], ['a broken PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['base64 of nothing', 'AAAAAAAAAAA='], ['a placeholder', '{http.request.tls.client.certificate_pem}'], ['too much', 'A'.repeat(20_000)],
    ['two at once', `${captured.devices[0]?.pem}${captured.devices[1]?.pem}`], ['the CA itself', captured.ca_pem],
    ['control characters', '\u0000\u0001\u0002'],
  ])('%s is refused', (_, text) => {
    expect(certificates.check(text, DURING).valid).toBe(false);
  });
});

describe('certificates made to get in', () => {
  let ca: TestCa;
  let certificates: DeviceCertificates;
  const check = async (wish: CertificateWish, from = ca) => certificates.check((await issue(from, wish)).pem, Date.now());

  beforeAll(async () => {
    ca = await newTestCa();
    certificates = new DeviceCertificates(parseDeviceCas(ca.pem, 'deviceCa'));
  });

  test('a good one passes', async () => {
    expect(await check({ uris: [`urn:uuid:${PHONE}`] })).toEqual({ valid: true, deviceId: PHONE });
  });

  test('beside a URI that names the device, the common name may be a person\'s, and not another device\'s', async () => {
    const uris = [`IntuneDeviceId://${PHONE}`];
    expect(await check({ subject: 'CN=ada@example.org', uris })).toEqual({ valid: true, deviceId: PHONE });
    expect((await check({ subject: 'CN=3f0c2f4e-0000-4000-8000-000000000099', uris })).valid).toBe(false);
    expect((await check({ subject: 'CN=ada@example.org', uris: ['https://example.org/ada'] }))).toEqual({ valid: true, deviceId: 'ada@example.org' });
  });

  test('one of another CA with the very same name does not', async () => {
    expect(await check({}, await newTestCa())).toMatchObject({ valid: false, problem: expect.stringContaining('not signed') });
  });

  test('one that is a CA itself does not', async () => {
    expect(await check({ isCa: true })).toMatchObject({ valid: false, problem: expect.stringContaining('CA certificate') });
  });

  test('one for servers only does not', async () => {
    expect(await check({ usages: ['1.3.6.1.5.5.7.3.1'] })).toMatchObject({ valid: false, problem: expect.stringContaining('client authentication') });
  });

  test('one without any extended key usage passes', async () => {
    expect((await check({ usages: [] })).valid).toBe(true);
  });

  test.each([
    ['an expired one', { notBefore: Date.now() - 3 * DAY, notAfter: Date.now() - DAY }],
    ['one of tomorrow', { notBefore: Date.now() + DAY, notAfter: Date.now() + 2 * DAY }],
    ['one that names nobody', { subject: 'O=Example' }],
    ['one with two names', { subject: `CN=${PHONE},CN=other` }],
    ['one whose URI names another device', { uris: ['urn:example:device:other'] }],
    ['one whose URIs name two devices', { subject: 'O=Example', uris: ['urn:uuid:a', 'IntuneDeviceId://b'] }],
  ] as const)('%s does not', async (_, wish) => {
    expect((await check(wish)).valid).toBe(false);
  });

  test.each([
    `urn:example:device:${PHONE}`, `urn:uuid:${PHONE.toUpperCase()}`, `IntuneDeviceId://${PHONE}`, `https://mdm.example.com/devices/${PHONE}`,
  ])('the device is found in %s alone', async (uri) => {
    expect(await check({ subject: 'O=Example', uris: [uri] })).toEqual({ valid: true, deviceId: PHONE });
  });

  test('a URI about something else is passed over', async () => {
    expect(await check({ uris: ['tag:microsoft.com,2022-09-14:sid:S-1-5-21-1'] })).toEqual({ valid: true, deviceId: PHONE });
  });

  test('a CA that has expired itself vouches for nobody', async () => {
    const old = await newTestCa('CN=Old CA', Date.now() - 1_000);
    const expired = new DeviceCertificates(parseDeviceCas(old.pem, 'deviceCa'));
    expect(expired.check((await issue(old)).pem, Date.now())).toMatchObject({ valid: false, problem: expect.stringContaining('expired') });
  });
});

describe('the list of device CAs', () => {
  test.each([
    ['no certificate', 'hello'], ['a device certificate', captured.devices[0]?.pem ?? ''],
    ['a private key beside it', `${captured.ca_pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`],
    ['too many', captured.ca_pem.repeat(21)],
  ])('is refused with %s, and the property is named', (_, pem) => {
    expect(() => parseDeviceCas(pem, 'deviceCa')).toThrow(expect.objectContaining({ code: 'invalid_request', details: { field: 'deviceCa' } }));
  });

  test('may hold several', () => {
    expect(parseDeviceCas(captured.ca_pem.repeat(2), 'deviceCa')).toHaveLength(2);
  });
});
