import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueDeviceCertificate, newDeviceAuthority } from '@sallyport/simulators/device-ca';
import type { CertificateAndKey, Validity } from '@sallyport/simulators/certificates';
import { AttackedHub } from './attacked-hub.ts';

/** At a door: clients that write what only their gateway may, gateways with the keys of others, borrowed certificates. */

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const OTHER_PHONE = '4f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
let hub: AttackedHub;
let authority: CertificateAndKey;
let keys: Record<'front' | 'back', string>;
/** URL-encoded, as nginx writes it. */
let certificate = '';

beforeAll(async () => {
  hub = await AttackedHub.start();
  authority = await newDeviceAuthority();
  const other = await newDeviceAuthority();
  await hub.must('/v1.0/deviceManagement/mobileThreatDefenseConnectors', {
    id: '2c7790de-8b02-4814-85cf-e0c59380dee8',
    androidEnabled: true,
  });
  for (const [name, id] of [
    ['ada', PHONE],
    ['eve', OTHER_PHONE],
  ] as const) {
    await hub.must('/v1.0/users', {
      userPrincipalName: `${name}@example.com`,
      displayName: name,
      mailNickname: name,
      accountEnabled: true,
    });
    await hub.must('/v1.0/deviceManagement/managedDevices', {
      id,
      deviceName: name,
      operatingSystem: 'Android',
      osVersion: '14',
      serialNumber: name,
      userPrincipalName: `${name}@example.com`,
    });
  }
  await hub.must('/v1.0/identity/conditionalAccess/policies', {
    displayName: 'Compliant phones',
    state: 'enabled',
    conditions: {
      users: { includeUsers: ['All'] },
      applications: { includeApplications: ['All'] },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
  });
  const newDoor = async (id: string, ca: CertificateAndKey): Promise<string> =>
    (await hub.must('/admin/v1/doors', { id, displayName: id, defaultApplication: 'Exchange', deviceCa: ca.cert }))
      .secret;
  keys = { front: await newDoor('front', authority), back: await newDoor('back', other) };
  certificate = await certificateOf(PHONE);
});
afterAll(() => hub.close());

async function certificateOf(device: string, by = authority, validity: Validity = {}): Promise<string> {
  return encodeURIComponent((await issueDeviceCertificate(by, device, validity)).cert);
}

/** What nginx sends, with changes; several values make several lines. */
async function ask(
  changes: Record<string, string | readonly string[] | undefined> = {},
  door = 'front',
): Promise<{ status: number; text: string }> {
  const headers: Record<string, string | readonly string[] | undefined> = {
    'x-sallyport-door-key': keys.front,
    'x-original-uri': '/mail',
    'x-original-method': 'GET',
    'x-original-host': 'mail.example.com',
    'x-real-ip': '203.0.113.7',
    'x-ssl-client-verify': 'SUCCESS',
    'x-ssl-client-cert': certificate,
    ...changes,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  const text = await hub.talk(
    `GET /doors/${door} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`,
  );
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text };
}

test('a phone with its certificate is let in, so that what follows means something', async () => {
  expect((await ask()).status).toBe(204);
});

describe('nobody is let in', () => {
  const attempts: Record<string, () => Promise<{ status: number }> | ReturnType<typeof ask>> = {
    'without a certificate': () => ask({ 'x-ssl-client-verify': 'NONE', 'x-ssl-client-cert': undefined }),
    'with a certificate that the gateway did not verify': () => ask({ 'x-ssl-client-verify': 'NONE' }),
    'with a certificate that the gateway found wrong': () =>
      ask({ 'x-ssl-client-verify': 'FAILED:unable to verify the first certificate' }),
    "with a verification of its own beside the gateway's": () => ask({ 'x-ssl-client-verify': ['NONE', 'SUCCESS'] }),
    "with a certificate of its own beside the gateway's": async () =>
      ask({ 'x-ssl-client-cert': [certificate, await certificateOf(OTHER_PHONE)] }),
    'with a certificate by an authority of another': async () =>
      ask({ 'x-ssl-client-cert': await certificateOf(PHONE, await newDeviceAuthority()) }),
    'with a certificate that is over': async () =>
      ask({
        'x-ssl-client-cert': await certificateOf(PHONE, authority, {
          from: Date.now() - 100 * 864e5,
          to: Date.now() - 10 * 864e5,
        }),
      }),
    'with a certificate that is not valid yet': async () =>
      ask({
        'x-ssl-client-cert': await certificateOf(PHONE, authority, {
          from: Date.now() + 10 * 864e5,
          to: Date.now() + 20 * 864e5,
        }),
      }),
    'with a certificate of a phone that nobody knows': async () =>
      ask({ 'x-ssl-client-cert': await certificateOf('9f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10') }),
    'with the certificate of the authority itself': () =>
      ask({ 'x-ssl-client-cert': encodeURIComponent(authority.cert) }),
    'with two certificates in one': async () =>
      ask({
        'x-ssl-client-cert': encodeURIComponent(
          decodeURIComponent(await certificateOf('9f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10')) +
            decodeURIComponent(certificate),
        ),
      }),
    'with a certificate whose bits were turned': () => ask({ 'x-ssl-client-cert': turned(certificate) }),
    'with garbage for a certificate': () => ask({ 'x-ssl-client-cert': '%2D%2D%2D%2D%2DBEGIN%20CERTIFICATE' }),
    'with the headers of other gateways': () =>
      ask({
        'x-ssl-client-verify': 'NONE',
        'x-ssl-client-cert': undefined,
        'x-forwarded-client-cert': `Cert="${certificate}"`,
        'x-client-cert': certificate,
        'ssl-client-cert': certificate,
        'x-arr-clientcert': certificate,
        'x-tls-client-certificate': certificate,
        'x-forwarded-tls-client-cert': certificate,
        'x-ssl-cert': certificate,
        'client-cert': certificate,
        'x-sallyport-device': PHONE,
        'x-sallyport-user': 'ada@example.com',
        'x-sallyport-decision': 'grant',
        'x-remote-user': 'ada@example.com',
        'remote-user': 'ada@example.com',
        'x-forwarded-user': 'ada@example.com',
        'x-device-id': PHONE,
        'x-ms-device-id': PHONE,
      }),
    'without the key of the door': () => ask({ 'x-sallyport-door-key': undefined }),
    'with an empty key': () => ask({ 'x-sallyport-door-key': '' }),
    'with the key of another door': () => ask({ 'x-sallyport-door-key': keys.back }),
    'at another door with the key of this': () => ask({}, 'back'),
    'with two keys': () => ask({ 'x-sallyport-door-key': [keys.front, keys.front] }),
    'with a token of the administrator for a key': () =>
      ask({ 'x-sallyport-door-key': undefined, authorization: `Bearer ${hub.adminToken}` }),
    'at a door that is none': () => ask({}, '__proto__'),
    "at the door's address with a slash more": () => ask({ 'x-sallyport-door-key': undefined }, 'front/'),
    'when the gateway does not say what is asked for': () => ask({ 'x-original-uri': undefined }),
    'when the gateway forgot to fill in the address': () => ask({ 'x-real-ip': '$remote_addr' }),
    'with a second address': () => ask({ 'x-real-ip': ['203.0.113.7', '10.0.0.1'] }),
  };
  test.each(Object.keys(attempts))('%s', async (name) => {
    const { status } = await (attempts[name] as () => Promise<{ status: number }>)();
    expect([400, 401, 403, 404]).toContain(status);
  });
});

describe('a device certificate that a gateway hands on to the AuthZEN API', () => {
  const ASK = { action: { name: 'access' }, resource: { type: 'application', id: 'Exchange' } };

  async function decide(token: string, pem: string): Promise<{ decision: boolean; codes: string[]; hints: string }> {
    const subject = { type: 'user', id: 'ada@example.com', properties: { certificate: decodeURIComponent(pem) } };
    const { decision, context } = (await hub.call('/access/v1/evaluation', { token, body: { subject, ...ASK } })).json<{
      decision: boolean;
      context: { reasons: { code: string }[]; hints?: object[] };
    }>();
    return { decision, codes: context.reasons.map(({ code }) => code), hints: JSON.stringify(context.hints ?? []) };
  }

  test("counts where the client's own trust set holds its CA, and the CA of a door vouches nowhere else", async () => {
    const trial = await newDeviceAuthority();
    await hub.must('/admin/v1/trust-sets', {
      id: 'phones',
      displayName: 'Phones',
      certificateAuthorities: authority.cert,
    });
    await hub.must('/admin/v1/doors', {
      id: 'trial',
      displayName: 'Trial',
      defaultApplication: 'Exchange',
      deviceCa: trial.cert,
    });
    const gateway = await hub.newClient('gateway', ['Sallyport.Access.Evaluate']);
    expect(await decide(gateway.token, certificate)).toMatchObject({
      decision: false,
      codes: ['device_certificate_invalid'],
      hints: expect.stringContaining('deviceTrustSet'),
    });

    await hub.must(`/v1.0/applications/${gateway.objectId}`, { deviceTrustSet: 'phones' }, 'PATCH');
    expect(await decide(gateway.token, certificate)).toMatchObject({ decision: true, hints: '[]' });
    expect(await decide(gateway.token, await certificateOf(PHONE, trial))).toMatchObject({
      decision: false,
      codes: ['device_certificate_invalid'],
    });
    expect((await ask({ 'x-ssl-client-cert': await certificateOf(PHONE, trial) })).status).toBe(403);

    await hub.must('/admin/v1/trust-sets/phones', { certificateAuthorities: trial.cert }, 'PATCH');
    expect(await decide(gateway.token, certificate)).toMatchObject({ decision: false });
    expect((await hub.call('/admin/v1/trust-sets/phones', { method: 'DELETE' })).text).toContain('gateway');
    expect(
      (
        await hub.call(`/v1.0/applications/${gateway.objectId}`, {
          method: 'PATCH',
          body: { deviceTrustSet: 'no-such-set' },
        })
      ).status,
    ).toBe(400);
  });
});

test("all doors that are not one's own look alike", async () => {
  const bodies = await Promise.all([
    ask({ 'x-sallyport-door-key': 'wrong' }),
    ask({ 'x-sallyport-door-key': 'wrong' }, 'no-such-door'),
  ]);
  const [here, nowhere] = bodies.map(({ status, text }) => `${status} ${/"message":"[^"]*"/.exec(text)?.[0]}`);
  expect(here).toBe(nowhere);
});

test('what a user is told holds no line break and no markup of a client', async () => {
  const { text } = await ask({
    'x-original-uri': '/%0d%0aSet-Cookie:x=y/<script>',
    'x-original-host': '<script>alert(1)</script>',
    'accept-language': '<script>',
  });
  expect(text).not.toMatch(/set-cookie|<script>/i);
});

/** One character of the signature is another. */
function turned(pem: string): string {
  const at = pem.lastIndexOf('%0A-----END') > 0 ? pem.lastIndexOf('%0A-----END') - 8 : pem.length - 60;
  return `${pem.slice(0, at)}${pem[at] === 'A' ? 'B' : 'A'}${pem.slice(at + 1)}`;
}
