import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import type { IntakeRunner } from '../../../intake/links/intake-runner.ts';
import { logCollectorRoutes } from '../../../intake/webhooks/log-collector-routes.ts';
import { ssfPushRoutes } from '../../../intake/ssf/push-routes.ts';
import type { TestIntake } from '../../../intake/testing.ts';
import { testIntake } from '../../../intake/testing.ts';
import { webhookRoutes } from '../../../intake/webhooks/webhook-routes.ts';
import { ZIMPERIUM } from '../../../pipeline/testing.ts';
import { createDataKey } from '../../../platform/data-key.ts';
import { createHttpServer } from '../../../http/http-server.ts';
import { vendorLinkRoutes } from './vendor-links.ts';

/** When a secret that vendors show to us is replaced, nothing that they send in the meantime is lost. */

const LINK = `/admin/v1/connectors/${ZIMPERIUM}/vendor`;
const HOUR = 3_600_000;
const OLD = 'the-old-secret-of-some-length';
const NEW = 'the-new-secret-of-some-length';
const WORKSPACE = '11111111-2222-4333-8444-555555555555';
let t: TestIntake;
let runner: IntakeRunner;
let app: FastifyInstance;

beforeEach(async () => {
  t = await testIntake();
  runner = await t.start();
  const { store, configuration, devices, clock } = t.hub;
  const log = pino({ level: 'silent' });
  const authenticator = {
    authenticate: async () => ({ appId: 'admin-app', displayName: 'Admin', roles: new Set<string>(PERMISSIONS) }),
  };
  app = createHttpServer({ behindProxy: false, hsts: false, log, authenticator, clock });
  await app.register(
    vendorLinkRoutes({
      store,
      configuration,
      devices,
      vocabulary: t.hub.vocabulary,
      clock,
      runner,
      dataKey: t.dataKey,
      http: t.http,
      log,
    }),
  );
  await app.register(webhookRoutes({ runner }));
  await app.register(logCollectorRoutes({ runner, clock }));
  await app.register(ssfPushRoutes({ runner, http: t.http, clock }));
});
afterEach(async () => {
  await app.close();
  await t.close();
});

async function call(method: 'GET' | 'PUT', url: string, payload?: object) {
  const answer = await app.inject({ method, url, headers: { authorization: 'x' }, ...(payload && { payload }) });
  return { status: answer.statusCode, text: answer.body, body: answer.json() };
}

const put = async (vendor: string, settings: object, more: object = {}) => {
  const answer = await call('PUT', LINK, { vendor, settings, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer;
};
const header = (webhookSecret: string | undefined, more: object = {}) => put('zimperium', { webhookSecret }, more);
const former = async () => (await call('GET', `${LINK}/status`)).body.formerSecrets;
const until = (ms: number) => new Date(t.hub.clock.now() + ms).toISOString();

/** Whether a call is let in; what it says is no matter here. */
async function letsIn(path: string, headers: Record<string, string>, payload = '{}'): Promise<boolean> {
  const { statusCode } = await app.inject({
    method: 'POST',
    url: `/intake/${ZIMPERIUM}${path}`,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return statusCode !== 401;
}
const shows = (secret: string) => letsIn('', { 'x-sallyport-secret': secret });

test('the secret that was replaced is accepted for a day beside the new one, and no longer', async () => {
  expect((await header(OLD)).body.formerSecrets).toEqual([]);
  expect([await shows(OLD), await shows(NEW)]).toEqual([true, false]);
  const accepted = [{ name: 'webhookSecret', acceptedUntilDateTime: until(24 * HOUR) }];
  expect((await header(NEW)).body.formerSecrets).toEqual(accepted);
  expect(await former()).toEqual(accepted);
  expect([await shows(OLD), await shows(NEW), await shows('another-secret-of-some-length')]).toEqual([
    true,
    true,
    false,
  ]);
  t.hub.clock.advance(24 * HOUR - 1);
  expect(await shows(OLD)).toBe(true);
  t.hub.clock.advance(1);
  expect([await shows(OLD), await shows(NEW)]).toEqual([false, true]);
  expect(await former()).toEqual([]);
});

test('other changes neither end nor prolong it, and it lasts over a restart', async () => {
  await header(OLD);
  await header(NEW);
  const accepted = await former();
  t.hub.clock.advance(HOUR);
  await header(undefined, { settings: { pollMinutes: 7 } });
  await header(NEW);
  expect(await former()).toEqual(accepted);
  const again = await t.start();
  expect(again.link(ZIMPERIUM)?.knows({ 'x-sallyport-secret': OLD })).toBe(true);
  t.hub.clock.advance(23 * HOUR);
  expect([await shows(OLD), again.link(ZIMPERIUM)?.knows({ 'x-sallyport-secret': OLD })]).toEqual([false, false]);
});

test('it ends at once when that is asked for, with the change or later', async () => {
  await header(OLD);
  expect((await header(NEW, { endFormerSecrets: true })).body.formerSecrets).toEqual([]);
  expect([await shows(OLD), await shows(NEW)]).toEqual([false, true]);
  await header(OLD);
  expect(await shows(NEW)).toBe(true);
  await header(undefined, { endFormerSecrets: true });
  expect([await shows(OLD), await shows(NEW), await former()]).toEqual([true, false, []]);
});

test('only the last one is accepted, none of another vendor, and none after the secret was taken away', async () => {
  await header(OLD);
  await header('the-secret-in-between-of-length');
  await header(NEW);
  expect([await shows(OLD), await shows('the-secret-in-between-of-length'), await shows(NEW)]).toEqual([
    false,
    true,
    true,
  ]);
  await put(
    'zimperium',
    { webhookSecret: null, consoleUrl: 'https://one.example', clientId: 'c', clientSecret: 'x'.repeat(30) },
    { enabled: false },
  );
  await put('zimperium', { webhookSecret: OLD, clientSecret: null });
  expect([await former(), await shows(NEW), await shows(OLD)]).toEqual([[], false, true]);
  await put('pradeo', { webhookSecret: NEW });
  expect([await former(), await shows(OLD)]).toEqual([[], false]);
});

test('it is sealed, shown nowhere, and the audit log tells of it', async () => {
  await header(OLD);
  const answers = [
    (await header(NEW)).text,
    (await call('GET', LINK)).text,
    (await call('GET', `${LINK}/status`)).text,
  ];
  const rows = await t.hub.store.audit.list(10, 0);
  for (const text of [
    ...answers,
    JSON.stringify((await t.hub.store.documents.get('vendorLink', ZIMPERIUM))?.body),
    JSON.stringify(rows),
  ]) {
    expect(text).not.toContain(OLD);
    expect(text).not.toContain(NEW);
  }
  expect(JSON.stringify(rows)).toContain(until(24 * HOUR));
});

test('a secret that a lost data key sealed can be replaced, and is not accepted', async () => {
  await header(OLD);
  const row = await t.hub.store.documents.get('vendorLink', ZIMPERIUM);
  await t.hub.store.transaction(async (tx) => {
    await tx.documents.put(
      'vendorLink',
      ZIMPERIUM,
      { ...row?.body, secrets: { webhookSecret: createDataKey(new Uint8Array(32).fill(9)).seal(OLD, 'x') } },
      1,
    );
  });
  expect((await header(NEW)).body.formerSecrets).toEqual([]);
  expect([await shows(OLD), await shows(NEW)]).toEqual([false, true]);
});

test('signatures with the former secret of a webhook are accepted too', async () => {
  const settings = (webhookSecret: string) => ({
    webhookSecret,
    map: { deviceKeys: { serialNumber: '$.serial' }, observedAt: { path: '$.at' }, state: { path: '$.state' } },
  });
  const signs = (secret: string) =>
    letsIn('', { 'x-sallyport-signature': createHmac('sha256', secret).update('{}').digest('hex') });
  await put('webhook', settings(OLD));
  await put('webhook', settings(NEW));
  expect([await signs(OLD), await signs(NEW), await signs('another-secret-of-some-length')]).toEqual([
    true,
    true,
    false,
  ]);
  await put('webhook', settings(NEW), { endFormerSecrets: true });
  expect([await signs(OLD), await signs(NEW)]).toEqual([false, true]);
});

test('so is the former Authorization value of a transmitter', async () => {
  const settings = (pushAuthorization: string) => ({
    issuer: 'https://ssf.example',
    jwksUrl: 'https://ssf.example/keys',
    audience: 'us',
    pushAuthorization,
  });
  const authorises = (authorization: string) =>
    letsIn('/ssf', { authorization, 'content-type': 'application/secevent+jwt' }, 'x');
  await put('shared-signals', settings(OLD));
  await put('shared-signals', settings(NEW));
  expect([await authorises(OLD), await authorises(NEW), await authorises('another-secret-of-some-length')]).toEqual([
    true,
    true,
    false,
  ]);
  t.hub.clock.advance(24 * HOUR);
  expect([await authorises(OLD), await authorises(NEW)]).toEqual([false, true]);
});

test('and rows signed with the former shared key', async () => {
  const key = (text: string) => Buffer.from(text).toString('base64');
  const signs = (text: string) => {
    const date = new Date(t.hub.clock.now()).toUTCString();
    const signature = createHmac('sha256', text)
      .update(`POST\n2\napplication/json\nx-ms-date:${date}\n/api/logs`)
      .digest('base64');
    return letsIn('/api/logs', {
      authorization: `SharedKey ${WORKSPACE}:${signature}`,
      'x-ms-date': date,
      'log-type': 'Rows',
    });
  };
  await put('better', { workspaceId: WORKSPACE, sharedKey: key(OLD) });
  await put('better', { workspaceId: WORKSPACE, sharedKey: key(NEW) });
  expect([await signs(OLD), await signs(NEW), await signs('another-secret-of-some-length')]).toEqual([
    true,
    true,
    false,
  ]);
  t.hub.clock.advance(24 * HOUR);
  expect([await signs(OLD), await signs(NEW)]).toEqual([false, true]);
});
