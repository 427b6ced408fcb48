import { createHmac, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  generateKeyPair,
  exportJWK,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttackedHub } from './attacked-hub.ts';

/** Tokens that somebody made, changed, kept too long or brought from elsewhere. */

let hub: AttackedHub;
let payload: JWTPayload;
let header: { alg: string; kid: string; typ: string };
let ourKey: CryptoKey;
const CONNECTOR = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const HOUR = 3_600;

beforeAll(async () => {
  hub = await AttackedHub.start();
  payload = decodeJwt(hub.adminToken);
  header = decodeProtectedHeader(hub.adminToken) as typeof header;
  ourKey = (await importJWK({ ...signingKey(), alg: 'ES256' })) as CryptoKey;
});
afterAll(() => hub.close());

/** What somebody would have who stole the hub's own key. */
function signingKey(): JWK {
  const { keys } = JSON.parse(readFileSync(join(hub.dataDir, 'keys/signing.json'), 'utf8')) as { keys: { jwk: JWK }[] };
  return keys[0]?.jwk ?? {};
}

/** One route behind the router, one before it, and one for partners. */
const ROUTES = [
  ['GET', '/v1.0/deviceManagement/managedDevices', undefined],
  [
    'POST',
    '/access/v1/evaluation',
    { subject: { type: 'user', id: 'a' }, action: { name: 'b' }, resource: { type: 'application', id: 'Exchange' } },
  ],
  ['POST', '/partner/v1/device-health', { reports: [{}] }],
] as const;

async function statuses(authorization: string): Promise<readonly number[]> {
  return Promise.all(
    ROUTES.map(async ([method, path, body]) => {
      const answer = await hub.call(path, { method, body, token: undefined, headers: { authorization } });
      if (answer.status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      return answer.status;
    }),
  );
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signedByUs(claims: JWTPayload, with_: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ ...header, ...with_ }).sign(ourKey);
}

describe('a token is refused', () => {
  const seconds = Math.floor(Date.now() / 1_000);
  const attempts: Record<string, () => Promise<string> | string> = {
    'without a signature (alg none)': () => `${encoded({ ...header, alg: 'none' })}.${encoded(payload)}.`,
    'with the alg None in other letters': () => `${encoded({ ...header, alg: 'NoNe' })}.${encoded(payload)}.`,
    'with its signature cut off': () => `${hub.adminToken.split('.').slice(0, 2).join('.')}.`,
    'with another signature of the right length': () =>
      `${hub.adminToken.split('.').slice(0, 2).join('.')}.${Buffer.alloc(64, 1).toString('base64url')}`,
    'with a signature of zeroes (CVE-2022-21449)': () =>
      `${hub.adminToken.split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
    'signed by HS256 with our public key as the secret': async () => {
      const { d: _, ...publicKey } = signingKey();
      const pem = await exportSPKI((await importJWK(publicKey, 'ES256', { extractable: true })) as CryptoKey);
      const input = `${encoded({ ...header, alg: 'HS256' })}.${encoded(payload)}`;
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
    },
    'signed by a key of another, under our key id': async () =>
      new SignJWT(payload).setProtectedHeader(header).sign((await generateKeyPair('ES256')).privateKey),
    'signed by a key that it brings along (jwk)': async () => {
      const pair = await generateKeyPair('ES256', { extractable: true });
      return new SignJWT(payload)
        .setProtectedHeader({ ...header, jwk: await exportJWK(pair.publicKey) })
        .sign(pair.privateKey);
    },
    'signed by a key that it says where to fetch (jku)': async () =>
      new SignJWT(payload)
        .setProtectedHeader({ ...header, jku: 'https://attacker.example/keys' })
        .sign((await generateKeyPair('ES256')).privateKey),
    'under a key id that is a path': async () =>
      new SignJWT(payload)
        .setProtectedHeader({ ...header, kid: '../../../../dev/null' })
        .sign((await generateKeyPair('ES256')).privateKey),
    'under the key id __proto__': async () =>
      new SignJWT(payload)
        .setProtectedHeader({ ...header, kid: '__proto__' })
        .sign((await generateKeyPair('ES256')).privateKey),
    'signed by RS256': async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return new SignJWT(payload).setProtectedHeader({ ...header, alg: 'RS256' }).sign(privateKey);
    },
    'with roles written over': () => {
      const [first, , signature] = hub.adminToken.split('.');
      return `${first}.${encoded({ ...payload, roles: ['Sallyport.Access.Evaluate', 'update_device_health'] })}.${signature}`;
    },
    'of another tenant': () => signedByUs({ ...payload, tid: '11111111-1111-4111-8111-111111111111' }),
    'from another issuer': () =>
      signedByUs({ ...payload, iss: `https://login.microsoftonline.com/${String(payload.tid)}/v2.0` }),
    'for another audience': () => signedByUs({ ...payload, aud: 'https://graph.microsoft.com' }),
    'that has expired': () => signedByUs({ ...payload, exp: seconds - 1 }),
    'that never expires': () => {
      const { exp: _, ...rest } = payload;
      return signedByUs(rest);
    },
    'that is not valid yet': () => signedByUs({ ...payload, nbf: seconds + HOUR }),
    'that is no access token': () => signedByUs(payload, { typ: 'JWT' }),
    'of a client that does not exist': () => signedByUs({ ...payload, azp: '22222222-2222-4222-8222-222222222222' }),
    'for a secret that does not exist': () => signedByUs({ ...payload, key_id: 'other' }),
    'with roles that are no list': () => signedByUs({ ...payload, roles: 'Sallyport.Access.Evaluate' }),
    'with a critical header that nobody knows': () =>
      signedByUs(payload, { crit: ['x'], x: 1 }).catch(
        () => `${encoded({ ...header, crit: ['x'], x: 1 })}.${encoded(payload)}.AAAA`,
      ),
    'that is nothing of the kind': () => 'eyJ.eyJ.x',
    'of 12,000 characters': () => 'a'.repeat(12_000),
  };
  test.each(Object.keys(attempts))('%s', async (name) => {
    const token = await (attempts[name] as () => Promise<string> | string)();
    expect(await statuses(`Bearer ${token}`)).toEqual([401, 401, 401]);
  });

  test('while the one they were made from is let in', async () => {
    const again = await signedByUs(payload);
    expect(await statuses(`Bearer ${again}`)).toEqual([200, 200, 403]); // The administrator is bound to no connector.
  });

  test('made by another hub', async () => {
    const other = await AttackedHub.start();
    try {
      expect(await statuses(`Bearer ${other.adminToken}`)).toEqual([401, 401, 401]);
    } finally {
      await other.close();
    }
  });
});

describe('what a client may do ends at once', () => {
  const PERMISSIONS = ['DeviceManagementManagedDevices.Read.All', 'Sallyport.Access.Evaluate'];

  test('when its permissions are withdrawn', async () => {
    const client = await hub.newClient('Withdrawn', PERMISSIONS);
    expect((await statuses(`Bearer ${client.token}`)).slice(0, 2)).toEqual([200, 200]);
    await hub.must(`/v1.0/applications/${client.objectId}`, { permissions: ['User.Read.All'] }, 'PATCH');
    expect(await statuses(`Bearer ${client.token}`)).toEqual([403, 403, 403]);
  });

  test('when its secret is removed', async () => {
    const client = await hub.newClient('Removed secret', PERMISSIONS);
    expect((await statuses(`Bearer ${client.token}`)).slice(0, 2)).toEqual([200, 200]);
    await hub.must(`/v1.0/applications/${client.objectId}/removePassword`, { keyId: client.keyId });
    expect(await statuses(`Bearer ${client.token}`)).toEqual([401, 401, 401]);
  });

  test('when it is deleted', async () => {
    const client = await hub.newClient('Deleted', PERMISSIONS);
    expect((await statuses(`Bearer ${client.token}`)).slice(0, 2)).toEqual([200, 200]);
    expect((await hub.call(`/v1.0/applications/${client.objectId}`, { method: 'DELETE' })).status).toBe(204);
    expect(await statuses(`Bearer ${client.token}`)).toEqual([401, 401, 401]);
  });

  test('and a permission that is given later is not in a token from before', async () => {
    const client = await hub.newClient('Given later', ['User.Read.All']);
    await hub.must(`/v1.0/applications/${client.objectId}`, { permissions: PERMISSIONS }, 'PATCH');
    expect(await statuses(`Bearer ${client.token}`)).toEqual([403, 403, 403]);
  });
});

describe('the token endpoint', () => {
  const ask = (
    form: Record<string, string>,
    path = new URL(hub.admin.tokenEndpoint).pathname,
    headers: Record<string, string> = {},
  ) =>
    hub.call(path, {
      token: undefined,
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const good = () => ({
    grant_type: 'client_credentials',
    client_id: hub.admin.clientId,
    client_secret: hub.admin.clientSecret,
  });

  test('knows one tenant', async () => {
    const answer = await ask(good(), '/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain('access_token');
  });

  test.each([
    ['a wrong secret', { client_secret: 'x'.repeat(43) }],
    ['an empty secret', { client_secret: '' }],
    ['an unknown client', { client_id: '33333333-3333-4333-8333-333333333333' }],
    ['the client id of Object.prototype', { client_id: '__proto__' }],
    ['another grant', { grant_type: 'password' }],
    ['the scope of a permission', { scope: 'User.Read' }],
  ])('refuses %s', async (_, change) => {
    const answer = await ask({ ...good(), ...change });
    expect([400, 401]).toContain(answer.status);
    expect(answer.json()).toHaveProperty('error');
  });

  test('does not say whether the client or the secret was wrong', async () => {
    const wrongSecret = await ask({ ...good(), client_secret: 'x'.repeat(43) });
    const unknown = await ask({ ...good(), client_id: '33333333-3333-4333-8333-333333333333' });
    const { error, error_description } = wrongSecret.json<{ error: string; error_description: string }>();
    expect(unknown.json()).toMatchObject({ error, error_description });
  });

  test('refuses the same parameter twice', async () => {
    const body = `${new URLSearchParams(good()).toString()}&client_id=other`;
    const answer = await hub.call(new URL(hub.admin.tokenEndpoint).pathname, {
      token: undefined,
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(400);
  });

  test("does not take a client's credentials from the address", async () => {
    const answer = await ask(
      {},
      `${new URL(hub.admin.tokenEndpoint).pathname}?${new URLSearchParams(good()).toString()}`,
    );
    expect(answer.status).toBe(400);
  });
});

describe("a partner's client", () => {
  test('speaks for its own connector only', async () => {
    const other = '08a8455c-48dd-45ff-ad82-7211355354f3';
    for (const id of [CONNECTOR, other])
      await hub.must('/v1.0/deviceManagement/mobileThreatDefenseConnectors', { id, androidEnabled: true });
    const partner = await hub.newClient('Partner', ['update_device_health'], CONNECTOR);
    const before = (await hub.call(`/v1.0/deviceManagement/mobileThreatDefenseConnectors/${other}`)).json();
    const report = {
      reportId: 'r-1',
      connectorId: other,
      mobileThreatDefenseConnectorId: other,
      device: { serialNumber: 'S-1' },
      observedDateTime: new Date().toISOString(),
      threatState: 'compromised',
    };
    const post = (path: string) =>
      hub.call(path, {
        token: partner.token,
        headers: { 'x-connector-id': other },
        body: { connectorId: other, reports: [report] },
      });
    expect((await post(`/partner/v1/device-health?connectorId=${other}`)).status).toBe(400);
    expect((await post('/partner/v1/device-health')).status).toBe(200);
    const waiting = (await hub.call('/admin/v1/reports')).json<{ value: { connectorId: string; reportId: string }[] }>()
      .value;
    expect(waiting.filter(({ reportId }) => reportId === 'r-1').map(({ connectorId }) => connectorId)).toEqual([
      CONNECTOR,
    ]);
    expect((await hub.call(`/v1.0/deviceManagement/mobileThreatDefenseConnectors/${other}`)).json()).toEqual(before);
  });
});
