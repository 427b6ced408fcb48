import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, SignJWT, generateKeyPair, createLocalJWKSet, jwtVerify } from 'jose';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApplicationDocument } from '../../platform/application.ts';
import { loadSigningKeys, type SigningKeys } from '../../platform/signing-keys.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { createAuthenticator } from './authenticator.ts';
import { createClientDirectory, type ClientDirectory } from './client-directory.ts';
import { documentsOf, testApplication } from './testing.ts';
import { addTokenRoutes } from './token-routes.ts';

const START = Date.UTC(2026, 0, 1);
const TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const site = { baseUrl: 'https://hub.example.com', tenantId: TENANT };
const log = pino({ level: 'silent' });

let dir = '';
let keys: SigningKeys;
let now = START;
const clock = { now: () => now };
let bodies: ApplicationDocument[] = [];
let secret = '';
let clients: ClientDirectory;
let app: FastifyInstance;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-token-'));
  keys = await loadSigningKeys(dir, clock);
});
afterAll(() => rm(dir, { recursive: true }));

beforeEach(async () => {
  now = START;
  const made = testApplication(now);
  bodies = [made.body];
  secret = made.secret;
  clients = createClientDirectory(documentsOf(bodies), log);
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    clock,
    authenticator: createAuthenticator({ site, keys, clients, clock }),
  });
  await app.register(addTokenRoutes, { site, keys, clients, clock });
  app.get('/users', { config: { access: { kind: 'permission', anyOf: ['User.Read.All'] } } }, (request) => ({
    name: request.caller?.displayName,
  }));
});
afterEach(() => app.close());

const CLIENT_ID = '11111111-2222-3333-4444-555555555555';
const good = () => ({
  grant_type: 'client_credentials',
  client_id: CLIENT_ID,
  client_secret: secret,
  scope: 'https://graph.microsoft.com/.default',
});
const ask = (
  form: Record<string, string> | string,
  options: { headers?: Record<string, string>; tenant?: string } = {},
) =>
  app.inject({
    method: 'POST',
    url: `/${options.tenant ?? TENANT}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...options.headers },
    payload: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
const getToken = async () => (await ask(good())).json().access_token as string;
const call = (token: string) => app.inject({ url: '/users', headers: { authorization: `Bearer ${token}` } });
const basic = (id: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString('base64')}`,
});

describe('a token is issued', () => {
  test('for a secret in the body, and it opens a route', async () => {
    const answer = await ask(good());
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect((await call(answer.json().access_token)).json()).toEqual({ name: 'Test client' });
  });

  test('with the claims that clients and we look for', async () => {
    const token = await getToken();
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: `https://hub.example.com/${TENANT}/v2.0`,
      aud: 'https://hub.example.com',
      sub: `object-${CLIENT_ID}`,
      appid: CLIENT_ID,
      azp: CLIENT_ID,
      tid: TENANT,
      roles: ['User.Read.All'],
      iat: START / 1000,
      exp: START / 1000 + 3600,
    });
    expect(claims.jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('for a secret in a Basic header', async () => {
    expect((await ask({ grant_type: 'client_credentials' }, { headers: basic(CLIENT_ID, secret) })).statusCode).toBe(
      200,
    );
  });

  test.each(['https://hub.example.com/.default', 'https://graph.microsoft.com/.default', 'api://x/.default', ''])(
    'for the scope "%s"',
    async (scope) => {
      expect((await ask({ ...good(), scope })).statusCode).toBe(200);
    },
  );

  test('that the published keys verify', async () => {
    const metadata = (await app.inject(`/${TENANT}/v2.0/.well-known/openid-configuration`)).json();
    expect(metadata.token_endpoint).toBe(`https://hub.example.com/${TENANT}/oauth2/v2.0/token`);
    const jwks = (await app.inject(new URL(metadata.jwks_uri).pathname)).json();
    await expect(
      jwtVerify(await getToken(), createLocalJWKSet(jwks), { issuer: metadata.issuer, currentDate: new Date(now) }),
    ).resolves.toBeDefined();
  });
});

describe('a token request is refused', () => {
  test.each([
    ['another tenant', {}, { tenant: '00000000-0000-0000-0000-000000000000' }, 400, 'invalid_request'],
    ['no grant type', { grant_type: '' }, {}, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
    ['another scope', { scope: 'User.Read' }, {}, 400, 'invalid_scope'],
    ['two scopes', { scope: 'a/.default b/.default' }, {}, 400, 'invalid_scope'],
    ['no client', { client_id: '' }, {}, 400, 'invalid_request'],
    ['no secret', { client_secret: '' }, {}, 401, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, {}, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, {}, 401, 'invalid_client'],
    ['the secret twice', {}, { headers: basic('x', 'y') }, 400, 'invalid_request'],
    ['an assertion', { client_assertion: 'x' }, {}, 401, 'invalid_client'],
    ['JSON', {}, { headers: { 'content-type': 'application/json' } }, 415, 'invalid_request'],
    [
      'another charset',
      {},
      { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=iso-8859-1' } },
      415,
      'invalid_request',
    ],
  ] as const)('%s', async (_name, form, options, status, error) => {
    const answer = await ask({ ...good(), ...form }, options);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error).toBe(error);
    expect(answer.json().error_description).toBeTypeOf('string');
    expect(answer.headers['cache-control']).toBe('no-store');
    if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(answer.body).not.toContain(secret);
  });

  test('a repeated parameter', async () => {
    expect((await ask(`${new URLSearchParams(good())}&client_id=x`)).json().error).toBe('invalid_request');
  });

  test('no body, too much of a body, and bytes that are no text', async () => {
    expect((await ask('')).statusCode).toBe(400);
    const tooMuch = await ask({ ...good(), x: 'x'.repeat(20_000) });
    expect(tooMuch.statusCode).toBe(413);
    expect(tooMuch.json().error_description).toContain('the 16384 bytes that this route takes');
    const broken = await app.inject({
      method: 'POST',
      url: `/${TENANT}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: Buffer.from([0xff, 0xfe]),
    });
    expect(broken.statusCode).toBe(400);
  });

  test.each(['Basic', 'Basic !!!', 'Basic eA==', 'Bearer x', `Basic ${Buffer.from('%:%').toString('base64')}`])(
    'the header "%s"',
    async (authorization) => {
      const answer = await ask({ grant_type: 'client_credentials' }, { headers: { authorization } });
      expect(answer.statusCode).toBe(401);
      expect(answer.json().error).toBe('invalid_client');
    },
  );

  test('an expired secret', async () => {
    now = START + 366 * 86_400_000;
    expect((await ask(good())).json()).toMatchObject({
      error: 'invalid_client',
      error_description: expect.stringContaining('expired'),
    });
  });

  test('an unknown client and a wrong secret look the same', async () => {
    const wrong = await ask({ ...good(), client_secret: 'wrong' });
    const unknown = await ask({ ...good(), client_id: 'nobody' });
    expect(unknown.json()).toEqual(wrong.json());
  });
});

test.each([[1_000], [10 * 366 * 86_400_000]])(
  'a secret whose start lies %s ms ahead is valid: the clock is behind, and bad news has to come through',
  async (ms) => {
    now = START - ms;
    expect((await ask(good())).statusCode).toBe(200);
  },
);

describe('guessing is slowed down', () => {
  const fail = async (times: number, clientId = CLIENT_ID) => {
    for (let i = 0; i < times; i += 1) await ask({ ...good(), client_id: clientId, client_secret: `guess ${i}` });
  };

  test('after ten failures even the right secret has to wait, as Retry-After says', async () => {
    await fail(10);
    const blocked = await ask(good());
    expect(blocked.statusCode).toBe(429);
    expect(blocked.headers['retry-after']).toBe('60');
    now += 60_000;
    expect((await ask(good())).statusCode).toBe(200);
  });

  test('a clock that is set back ends the wait', async () => {
    await fail(10);
    now -= 3 * 86_400_000;
    expect((await ask({ ...good(), client_secret: 'guess' })).statusCode).toBe(401);
  });

  test('a success forgives earlier failures', async () => {
    for (let round = 0; round < 3; round += 1) {
      await fail(9);
      expect((await ask(good())).statusCode).toBe(200);
    }
  });

  test('who tries many clients from one address is stopped as well', async () => {
    for (let client = 0; client < 12; client += 1) await fail(9, `client-${client}`);
    expect((await ask({ ...good(), client_id: 'another' })).statusCode).toBe(429);
  });

  test('another address is not locked out by it', async () => {
    await fail(10);
    const answer = await app.inject({
      method: 'POST',
      url: `/${TENANT}/oauth2/v2.0/token`,
      remoteAddress: '192.0.2.1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(good()).toString(),
    });
    expect(answer.statusCode).toBe(200);
  });
});

describe('a bearer token is refused', () => {
  const forged = async (
    claims: Record<string, unknown>,
    options: { keys?: SigningKeys; typ?: string; kid?: string } = {},
  ) => {
    const payload = { ...decodeJwt(await getToken()), ...claims };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: options.typ ?? 'at+jwt', kid: options.kid ?? keys.current.kid })
      .sign(keys.current.privateKey);
  };
  const refusal = async (token: string) => {
    const answer = await call(token);
    expect(answer.statusCode).toBe(401);
    expect(answer.json().error.code).toBe('InvalidAuthenticationToken');
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    return answer.json().error.message as string;
  };

  test('but not because the clock of another hub is some minutes ahead', async () => {
    now = START + 4 * 60_000;
    const token = await getToken();
    now = START;
    expect((await call(token)).statusCode).toBe(200);
  });

  test('after sixty minutes, also when it was verified before', async () => {
    const token = await getToken();
    expect((await call(token)).statusCode).toBe(200);
    now += 3_600_000;
    expect(await refusal(token)).toContain('expired');
    expect(await refusal(token)).toContain('expired');
  });

  test.each([
    ['of another tenant', { tid: 'ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee' }],
    ['from another issuer', { iss: 'https://evil.example.com' }],
    ['for another audience', { aud: 'https://other.example.com' }],
    ['that is not valid yet', { nbf: START / 1000 + 100 }],
    ['without an end', { exp: undefined }],
    ['without roles', { roles: undefined }],
    ['without the secret it is for', { key_id: undefined }],
    ['of an unknown client', { azp: 'nobody' }],
  ])('%s', async (_name, claims) => {
    await refusal(await forged(claims));
  });

  test('that was issued while the clock was ahead, with what to do', async () => {
    now = START + 86_400_000;
    const token = await getToken();
    now = START;
    expect(await refusal(token)).toContain('clock of the hub was ahead. Get a new one');
  });

  test('that is another kind of JWT, or names another key', async () => {
    await refusal(await forged({}, { typ: 'JWT' }));
    await refusal(await forged({}, { kid: 'another' }));
  });

  test('with no algorithm, with our public key as a shared secret, or signed by somebody else', async () => {
    const payload = decodeJwt(await getToken());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    await refusal(`${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(payload)}.`);
    await refusal(`${encode({ alg: 'none', typ: 'at+jwt', kid: keys.current.kid })}.${encode(payload)}.AAAA`);
    const shared = new TextEncoder().encode(JSON.stringify(keys.jwks.keys[0]));
    await refusal(
      await new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: keys.current.kid })
        .sign(shared),
    );
    const stranger = await generateKeyPair('ES256');
    await refusal(
      await new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keys.current.kid })
        .sign(stranger.privateKey),
    );
  });

  test('with a changed claim under the old signature', async () => {
    const [header, , signature] = (await getToken()).split('.');
    const payload = Buffer.from(
      JSON.stringify({ ...decodeJwt(await getToken()), roles: ['Directory.ReadWrite.All'] }),
    ).toString('base64url');
    await refusal(`${header}.${payload}.${signature}`);
  });

  test.each(['', 'x', 'a.b.c', '....', 'x'.repeat(9000)])('that is no token: "%.10s"', async (token) => {
    await refusal(token);
  });

  test('at once when its application is deleted, its secret removed or the application unreadable', async () => {
    const token = await getToken();
    expect((await call(token)).statusCode).toBe(200);
    const [application] = bodies as [ApplicationDocument];
    for (const after of [
      [],
      [{ ...application, passwordCredentials: [] }],
      [{ ...application, permissions: 'all' } as unknown as ApplicationDocument],
    ]) {
      bodies.splice(0, 1, ...after);
      clients.invalidate();
      await refusal(token);
      bodies.splice(0, bodies.length, application);
      clients.invalidate();
      expect((await call(token)).statusCode).toBe(200);
    }
  });

  test('for a permission that its application does not have any more', async () => {
    const token = await getToken();
    expect((await call(token)).statusCode).toBe(200);
    bodies[0] = { ...(bodies[0] as ApplicationDocument), permissions: [] };
    clients.invalidate();
    expect((await call(token)).statusCode).toBe(403);
  });
});

describe('a token that was good a moment ago is known without waiting', () => {
  test('only after it was verified, until it ends, and while its client is as it was', async () => {
    const authenticator = createAuthenticator({ site, keys, clients, clock });
    const header = `Bearer ${await getToken()}`;
    const peek = () => authenticator.peek?.(header)?.displayName;
    expect(peek()).toBeUndefined();
    await authenticator.authenticate(header);
    expect(peek()).toBe('Test client');

    clients.invalidate();
    expect(peek()).toBeUndefined();
    await authenticator.authenticate(header);
    expect(peek()).toBe('Test client');

    const [application] = bodies as [ApplicationDocument];
    bodies[0] = { ...application, passwordCredentials: [] };
    clients.invalidate();
    await expect(authenticator.authenticate(header)).rejects.toThrow('has been removed');
    expect(peek()).toBeUndefined();

    bodies[0] = application;
    clients.invalidate();
    await authenticator.authenticate(header);
    now += 3_600_000;
    expect(peek()).toBeUndefined();
  });
});
