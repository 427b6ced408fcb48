import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import { routeTable } from './http/route-table.ts';
import { waysInto, type WrongKeys } from './http/testing-access.ts';
import { issueAccessToken } from './api/token/access-token.ts';
import { compose } from './compose/compose.ts';
import type { Hub } from './compose/parts.ts';
import { systemClock } from './platform/clock.ts';
import { parseServeSettings } from './platform/settings.ts';
import { loadSigningKeys, type SigningKeys } from './platform/signing-keys.ts';

let dir = '';
let hub: Hub;
let keys: SigningKeys;
let adminToken = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-permissions-'));
  const parsed = parseServeSettings(['--data', dir, '--listen', '127.0.0.1:0'], {});
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  hub = await compose(parsed.settings, pino({ level: 'silent' }));
  keys = await loadSigningKeys(join(dir, 'keys'), systemClock);
  const { clientId, clientSecret, tokenEndpoint } = JSON.parse(
    await readFile(join(dir, 'admin.json'), 'utf8'),
  ) as Record<string, string>;
  const answer = await hub.app.inject({
    method: 'POST',
    url: new URL(tokenEndpoint ?? '').pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId ?? '',
      client_secret: clientSecret ?? '',
    }).toString(),
  });
  adminToken = answer.json().access_token;
});
afterAll(async () => {
  await hub.close();
  await rm(dir, { recursive: true });
});

/** Tokens of the administrator as the hub itself would sign them, with what the test wants in them. */
async function wrongKeys(): Promise<WrongKeys> {
  const claims = decodeJwt<{ azp: string; tid: string; key_id: string }>(adminToken);
  const site = { baseUrl: hub.baseUrl, tenantId: claims.tid };
  const sign = (permissions: readonly string[], at: number) =>
    issueAccessToken(
      keys,
      site,
      {
        objectId: claims.sub ?? '',
        appId: claims.azp,
        displayName: '',
        connectorId: undefined,
        credentials: [],
        roles: new Set(permissions),
        asking: { trustSet: null, obligations: new Set(), strictContext: false },
      },
      claims.key_id,
      at,
    );
  const stranger = await generateKeyPair('ES256');
  return {
    expired: await sign(PERMISSIONS, Date.now() - 3_700_000),
    forged: await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keys.current.kid })
      .sign(stranger.privateKey),
    tokenWith: (permissions) => sign(permissions, Date.now()),
  };
}

test('no route of the hub lets anybody in without the right token, permission or credentials', async () => {
  expect(await waysInto(hub.app, await wrongKeys())).toEqual([]);
});

/** To open another route to everybody is a decision, to be taken here as well. */
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /me/devices/:id',
  'POST /:tenant/oauth2/v2.0/token',
  'GET /:tenant/v2.0/.well-known/openid-configuration',
  'GET /:tenant/discovery/v2.0/keys',
  'GET /.well-known/oauth-authorization-server/:tenant/v2.0',
  'GET /.well-known/authzen-configuration',
  'GET /v1.0/$metadata',
  'GET /beta/$metadata',
];

test('no routes are public but those that have to be', () => {
  const open = routeTable(hub.app)
    .filter(({ access }) => access.kind === 'public')
    .map(({ method, path }) => `${method} ${path}`);
  expect(open.filter((route) => !OPEN.includes(route))).toEqual([]);
});

test('every route is described', async () => {
  expect(
    routeTable(hub.app)
      .filter(({ doc }) => doc === undefined)
      .map(({ method, path }) => `${method} ${path}`),
  ).toEqual([]);
});

/** They need no body. What comes to /intake is in the format of a vendor. */
const UNDESCRIBED = [
  'POST /partner/v1/heartbeat',
  'POST /partner/v1/provision',
  'POST /partner/v1/deprovision',
  'POST /admin/v1/doors/:id/rotateSecret',
  'POST /admin/v1/connectors/:connectorId/inventory-push/rotateSecret',
  'POST /admin/v1/connectors/:connectorId/vendor/fetchKeys',
  'POST /admin/v1/clock/confirm',
];

test('every route that takes a body says what it takes, and every route what it answers', () => {
  const rows = routeTable(hub.app).map(({ method, path, doc }) => ({ route: `${method} ${path}`, method, doc }));
  expect(
    rows
      .filter(
        ({ route, method, doc }) =>
          ['POST', 'PUT', 'PATCH'].includes(method) &&
          doc?.body === undefined &&
          !UNDESCRIBED.includes(route) &&
          !route.startsWith('POST /intake/'),
      )
      .map(({ route }) => route),
  ).toEqual([]);
  expect(rows.filter(({ doc }) => doc?.responses === undefined).map(({ route }) => route)).toEqual([]);
});

test('no route of ours ignores a query option that it does not know', async () => {
  const ours = routeTable(hub.app).filter(({ path }) => /^\/(?:admin|partner)\/v1\//.test(path));
  expect(ours.length).toBeGreaterThan(40);
  const keyring = await wrongKeys();
  const ignoring: string[] = [];
  for (const { method, path, access } of ours) {
    // A partner's client has to be bound to a connector, which the administrator's is not.
    if (access.kind !== 'permission') continue;
    const url = `${path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000')}?nobodyKnowsThis=1`;
    const answer = await hub.app.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${await keyring.tokenWith(PERMISSIONS)}`, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { payload: '{}' }),
    });
    if (answer.statusCode !== 400 || answer.json().error.target !== 'nobodyKnowsThis')
      ignoring.push(`${method} ${path} ${answer.statusCode}`);
  }
  expect(ignoring).toEqual([]);
});
