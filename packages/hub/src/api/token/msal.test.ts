import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { freePort } from '../../platform/free-port.ts';
import { loadSigningKeys } from '../../platform/signing-keys.ts';
import { ensureServerTls, type ServerTls } from '../../platform/tls.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { createAuthenticator } from './authenticator.ts';
import { createClientDirectory } from './client-directory.ts';
import { documentsOf, testApplication } from './testing.ts';
import { addTokenRoutes } from './token-routes.ts';

const TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const { body, secret } = testApplication(Date.now());
const log = pino({ level: 'silent' });
let dir = '';
let baseUrl = '';
let tls: ServerTls;
let app: FastifyInstance;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-msal-'));
  tls = await ensureServerTls(join(dir, 'tls'), [], Date.now());
  const keys = await loadSigningKeys(join(dir, 'keys'), systemClock);
  const clients = createClientDirectory(documentsOf([body]), log);
  const port = await freePort('127.0.0.1');
  baseUrl = `https://localhost:${port}`;
  const site = { baseUrl, tenantId: TENANT };
  app = createHttpServer({
    tls,
    behindProxy: false,
    hsts: false,
    log,
    clock: systemClock,
    authenticator: createAuthenticator({ site, keys, clients, clock: systemClock }),
  });
  await app.register(addTokenRoutes, { site, keys, clients, clock: systemClock });
  app.get('/users', { config: { access: { kind: 'permission', anyOf: ['User.Read.All'] } } }, (caller) => ({
    name: caller.caller?.displayName,
  }));
  await app.listen({ host: 'localhost', port });
});
afterAll(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

/** The library as it is published, in a process of its own because Node reads NODE_EXTRA_CA_CERTS at its start. */
async function msalToken(
  clientSecret: string,
): Promise<{ accessToken?: string; expiresInSeconds?: number; errorCode?: string }> {
  const script = `
    import { ConfidentialClientApplication } from '@azure/msal-node';
    const { authority, knownAuthority, clientId, clientSecret } = JSON.parse(process.env.TEST_CLIENT);
    const client = new ConfidentialClientApplication({ auth: { clientId, clientSecret, authority, knownAuthorities: [knownAuthority] } });
    try {
      const { accessToken, expiresOn } = await client.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });
      console.log(JSON.stringify({ accessToken, expiresInSeconds: (expiresOn - Date.now()) / 1000 }));
    } catch (error) {
      console.log(JSON.stringify({ errorCode: error.errorCode }));
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('.', import.meta.url).pathname,
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: tls.caFile,
      TEST_CLIENT: JSON.stringify({
        authority: `${baseUrl}/${TENANT}`,
        knownAuthority: new URL(baseUrl).host,
        clientId: body.appId,
        clientSecret,
      }),
    },
  });
  return JSON.parse(stdout);
}

test('an unmodified msal-node gets a token over TLS that opens a route', async () => {
  const { accessToken, expiresInSeconds } = await msalToken(secret);
  expect(expiresInSeconds).toBeGreaterThan(3500);
  const status = await new Promise((resolve, reject) => {
    request(`${baseUrl}/users`, { ca: tls.caPem, headers: { authorization: `Bearer ${accessToken}` } }, (answer) =>
      resolve(answer.resume().statusCode),
    )
      .once('error', reject)
      .end();
  });
  expect(status).toBe(200);
});

test('with a wrong secret it is told invalid_client', async () => {
  expect(await msalToken('wrong')).toEqual({ errorCode: 'invalid_client' });
});
