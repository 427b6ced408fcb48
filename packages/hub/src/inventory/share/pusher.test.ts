import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import { InventoryWebhook, type Received } from '@sallyport/simulators/partners';
import { createHttpServer } from '../../http/http-server.ts';
import { permissionsAsToken } from '../../http/testing-authenticator.ts';
import { openInventory, type Inventory } from '../open.ts';
import { LOOKOUT, phone, testPipeline, type TestPipeline } from '../../pipeline/testing.ts';
import { createDataKey } from '../../platform/data-key.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import { PushTurn } from './push-turn.ts';

const IPHONE = '00000000-0000-4000-8000-00000000000a';
const MAIL = { appId: 'com.example.mail', name: 'Example Mail', managed: true };
const SWITCH = 'allowPartnerToCollectIOSApplicationMetadata';

/** `any`, because tests look into messages freely. */
type Partner = InventoryWebhook<any>;

let hub: TestPipeline;
let app: FastifyInstance;
let http: Outbound;
let inventory: Inventory;
let partner: Partner;
let url: string;
let logged: string;
const waits: number[] = [];

beforeEach(async () => {
  logged = '';
  waits.length = 0;
  partner = new InventoryWebhook();
  url = await partner.listen();
  hub = await testPipeline();
  http = createOutbound({ allow: ['127.0.0.1'] });
  await open();
  await connector({});
  await hub.devices.put(
    'test',
    phone(IPHONE, hub.clock.now(), { operatingSystem: 'iOS', managedDeviceOwnerType: 'company', userId: null }),
  );
});
afterEach(async () => {
  await shut();
  http.close();
  partner.close();
  await hub.close();
});

/** Starts it, or starts it again as after a restart of the hub. */
async function open(more: { readonly sharesDatabase?: boolean } = {}): Promise<void> {
  const log = pino(
    { level: 'trace' },
    {
      write: (line: string) => {
        logged += line;
      },
    },
  );
  app = createHttpServer({ behindProxy: false, hsts: false, clock: hub.clock, log, authenticator: permissionsAsToken });
  inventory = await openInventory({
    store: hub.store,
    view: hub.decider.view,
    configuration: hub.configuration,
    clock: hub.clock,
    site: { baseUrl: 'https://hub.example', tenantId: 'tenant' },
    dataKey: createDataKey(new Uint8Array(32)),
    http,
    log,
    ...more,
    // Waits between tries are cut short; resting until something changes is not.
    wait: async (ms, signal) => {
      waits.push(ms);
      await sleep(ms === 60_000 ? 2 ** 30 : 2, undefined, { signal, ref: false });
    },
  });
  await app.register(inventory.routes);
}

async function shut(): Promise<void> {
  await inventory.close();
  await app.close();
}

async function connector(body: Record<string, unknown>): Promise<void> {
  await hub.configuration.write('admin', async (tx, changed) => {
    const before = (await tx.documents.get('mobileThreatDefenseConnector', LOOKOUT))?.body;
    await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, { ...before, ...body }, hub.clock.now());
    changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before, after: { ...before, ...body } });
  });
}

async function admin(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  roles: readonly string[] = PERMISSIONS,
) {
  const answer = await app.inject({
    method,
    url: `/admin/v1${path}`,
    headers: { authorization: roles.join(',') },
    ...(body && { payload: body }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.body === '' ? undefined : answer.json() };
}
const TARGET = `/connectors/${LOOKOUT.toUpperCase()}/inventory-push`;
const putTarget = (more: object = {}) => admin('PUT', TARGET, { url, kinds: ['apps'], ...more });
const putApps = (...names: string[]) =>
  admin('PUT', `/devices/${IPHONE}/apps`, { apps: names.map((name) => ({ ...MAIL, name })) });
const disclosures = async () => (await admin('GET', '/inventory-disclosures')).body.value;

async function stateBecomes(state: string): Promise<any> {
  for (;;) {
    const { body } = await admin('GET', TARGET);
    if (body.status.apps.state === state) return body.status.apps;
    await sleep(2);
  }
}

test('what is allowed is pushed, signed as Standard Webhooks says, and on record', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  const { body: target } = await putTarget();
  await partner.until(1);
  const [{ headers, body, message }] = partner.received as [Received<any>];
  expect(message).toMatchObject({
    type: 'inventory.apps',
    data: {
      accountId: 'tenant',
      restart: true,
      more: false,
      value: [{ managedDeviceId: IPHONE, scope: 'all', apps: [{ name: 'Mail' }] }],
    },
  });
  const key = Buffer.from(target.secret.slice('whsec_'.length), 'base64');
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`,
  );
  expect(await stateBecomes('upToDate')).toMatchObject({
    problem: null,
    lastSuccessDateTime: '2026-03-02T09:00:00.000Z',
  });
  expect(await disclosures()).toMatchObject([
    {
      connectorId: LOOKOUT,
      recipient: new URL(url).host,
      channel: 'push',
      disclosureId: headers['webhook-id'],
      deviceCount: 1,
      itemCount: 1,
    },
  ]);
  await putApps('Mail', 'Maps');
  await partner.until(2);
  expect(partner.received[1]?.message.data).toMatchObject({
    restart: false,
    value: [{ apps: [{ name: 'Mail' }, { name: 'Maps' }] }],
  });
});

test('nothing is pushed that the connector does not allow; it begins when it does', async () => {
  await putApps('Mail');
  await putTarget();
  await stateBecomes('notShared');
  expect([partner.received, await disclosures()]).toEqual([[], []]);
  await connector({ [SWITCH]: true });
  await partner.until(1);
});

test('the answers to setting a target and its key say at once that nothing is shared, as the next look does', async () => {
  const answers = [
    await putTarget({ kinds: ['apps', 'certificates'] }),
    await admin('GET', TARGET),
    await admin('POST', `${TARGET}/rotateSecret`),
    await putTarget(),
  ];
  for (const { body } of answers)
    for (const { state } of Object.values<{ state: string }>(body.status)) expect(state).toBe('notShared');
  partner.answers.push({ status: 0 }, { status: 0 });
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await partner.until(1);
  expect((await admin('POST', `${TARGET}/rotateSecret`)).body.status.apps.state).toBe('sending');
});

test('a target that cannot be read gets nothing, shows so, and keeps no other one from being served', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  const bad = '99999999-9999-4999-8999-999999999999';
  await hub.store.transaction((tx) =>
    tx.documents.put('inventoryPush', bad, { url, enabled: true, kinds: 'apps', sealedSecret: 'x' }, 0),
  );
  await putTarget();
  await partner.until(1);
  await stateBecomes('upToDate');
  expect(partner.received).toHaveLength(1);
  expect((await admin('GET', `/connectors/${bad}/inventory-push`)).body).toMatchObject({
    connectorId: bad,
    unreadable: true,
  });
  expect((await admin('POST', `/connectors/${bad}/inventory-push/rotateSecret`)).status).toBe(409);
  expect((await admin('DELETE', `/connectors/${bad}/inventory-push`)).status).toBe(204);
});

test('a withdrawal cuts off what is being sent', async () => {
  partner.answers.push({ status: 0 });
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await connector({ [SWITCH]: false });
  await stateBecomes('notShared');
  await putApps('Mail', 'Maps');
  await stateBecomes('notShared');
  expect(partner.received).toHaveLength(1);
});

test('what fails is sent again, the same message and on record once, later each time', async () => {
  partner.answers.push(
    { status: 500 },
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    { status: 429, headers: { 'retry-after': '3600' } },
  );
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(4);
  await stateBecomes('upToDate');
  expect(new Set(partner.received.map((each) => each.headers['webhook-id'])).size).toBe(1);
  expect(await disclosures()).toHaveLength(1);
  const between = waits.filter((ms) => ms !== 60_000);
  expect(between[0]).toBeLessThanOrEqual(1_000);
  expect(between[1]).toBeLessThanOrEqual(2_000);
  expect(between[2]).toBe(3_600_000);
});

test('after a restart it goes on where it was', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await stateBecomes('upToDate');
  await shut();
  await open();
  await putApps('Maps');
  await partner.until(2);
  expect(partner.received[1]?.message.data.restart).toBe(false);
});

test('who may not be given anything any more is told once to delete what it holds', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await stateBecomes('upToDate');
  await connector({ [SWITCH]: false });
  await partner.until(2);
  expect(partner.received[1]?.message.data).toMatchObject({
    restart: true,
    more: false,
    value: [],
    disclosureId: null,
  });
  await stateBecomes('notShared');
  await shut();
  await open();
  await stateBecomes('notShared');
  expect(partner.received).toHaveLength(2);
  await connector({ [SWITCH]: true });
  await partner.until(3);
  expect(partner.received[2]?.message.data).toMatchObject({ restart: true, value: [{ managedDeviceId: IPHONE }] });
});

test('of several hubs on one database one pushes, and another goes on when it ends', async () => {
  await shut();
  await open({ sharesDatabase: true });
  const first = { app, inventory };
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await stateBecomes('upToDate');
  await open({ sharesDatabase: true });
  expect((await admin('GET', TARGET)).body.status.apps.state).toBe('elsewhere');
  await first.inventory.close();
  await first.app.close();
  await stateBecomes('upToDate');
  await putApps('Maps');
  await partner.until(2);
  expect(partner.received.map(({ message }) => message.data.restart)).toEqual([true, false]);
});

test('what is too large for a partner goes out in smaller messages', async () => {
  partner.mostDevices = 1;
  await connector({ [SWITCH]: true });
  const phones = ['b', 'c'].map((end) => `${IPHONE.slice(0, -1)}${end}`);
  for (const id of phones)
    await hub.devices.put(
      'test',
      phone(id, hub.clock.now(), { operatingSystem: 'iOS', managedDeviceOwnerType: 'company', userId: null }),
    );
  for (const id of [IPHONE, ...phones]) await admin('PUT', `/devices/${id}/apps`, { apps: [MAIL] });
  await putTarget();
  await stateBecomes('upToDate');
  const taken = partner.received.map(({ message }) => message.data.value).filter((value) => value.length <= 1);
  expect(
    taken
      .flat()
      .map((each) => each.managedDeviceId)
      .sort(),
  ).toEqual([IPHONE, ...phones]);
  expect(partner.received.length - taken.length).toBeLessThan(6);
});

test('a turn that a clock ahead of ours took for months is not waited for', async () => {
  const wait = (_ms: number, signal: AbortSignal) => sleep(2 ** 30, undefined, { signal, ref: false });
  const log = { info: () => undefined, warn: () => undefined };
  const ahead = new PushTurn({ store: hub.store, clock: { now: () => hub.clock.now() + 60 * 86_400_000 }, wait, log });
  await ahead.start(() => undefined);
  const ours = new PushTurn({ store: hub.store, clock: hub.clock, wait, log });
  await ours.start(() => undefined);
  expect(ours.isMine).toBe(true);
  await ours.close();
  await ahead.close();
});

test('a hub that vanished is followed by another after its turn', async () => {
  const vanished = new PushTurn({
    store: hub.store,
    clock: hub.clock,
    wait: (_ms, signal) => sleep(2 ** 30, undefined, { signal, ref: false }),
    log: { info: () => undefined, warn: () => undefined },
  });
  await vanished.start(() => undefined);
  await shut();
  await open({ sharesDatabase: true });
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  expect((await admin('GET', TARGET)).body.status.apps.state).toBe('elsewhere');
  expect(partner.received).toHaveLength(0);
  hub.clock.advance(61_000);
  await partner.until(1);
  await vanished.close();
});

test('a new address begins anew, and a removed target gets nothing', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await stateBecomes('upToDate');
  expect((await putTarget({ url: `${url}&v=2` })).body).not.toHaveProperty('secret');
  await partner.until(2);
  expect(partner.received[1]?.message.data.restart).toBe(true);
  expect((await admin('DELETE', TARGET)).status).toBe(204);
  await putApps('Maps');
  expect((await admin('GET', TARGET)).status).toBe(404);
  expect(partner.received).toHaveLength(2);
});

test('a target that the hub may not call any more is not called, and its status says why', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Mail');
  await putTarget();
  await partner.until(1);
  await shut();
  http.close();
  http = createOutbound({ allow: [] });
  await open();
  await putApps('Maps');
  expect((await stateBecomes('failing')).problem.message).toContain('SALLYPORT_OUTBOUND_ALLOW');
});

test('secrets are shown once, and neither they nor what is installed are in a log', async () => {
  await connector({ [SWITCH]: true });
  await putApps('Dating');
  const {
    body: { secret },
  } = await putTarget();
  partner.answers.push({ status: 500 });
  const {
    body: { secret: rotated },
  } = await admin('POST', `${TARGET}/rotateSecret`);
  await partner.until(1);
  const seen = [
    (await admin('GET', TARGET)).text,
    JSON.stringify(await hub.store.documents.list('inventoryPush')),
    JSON.stringify(await hub.store.audit.list(20, 0)),
    logged,
  ].join();
  for (const text of [secret, rotated, 'Dating']) expect(seen).not.toContain(text);
});

test('wrong settings and callers without the permission are refused', async () => {
  for (const body of [
    {},
    { url: 'ftp://x.example', kinds: ['apps'] },
    { url: 'https://u:p@x.example', kinds: ['apps'] },
    { url, kinds: [] },
    { url, kinds: ['mail'] },
    { url, kinds: ['apps'], secret: 'mine' },
  ]) {
    expect((await admin('PUT', TARGET, body)).status).toBe(400);
  }
  const called = partner.received.length;
  for (const [address, reason] of [
    ['http://partner.example/in', 'only https'],
    ['https://127.0.0.2/in', 'not a public address'],
    ['https://10.1.2.3/in', 'not a public address'],
    ['https://[::1]/in', 'not a public address'],
    ['https://169.254.169.254/latest', 'not a public address'],
    ['https://localhost:8443/in', 'not a public address'],
    ['https://db.LOCALHOST./in', 'not a public address'],
  ]) {
    const answer = await admin('PUT', TARGET, { url: address, kinds: ['apps'], enabled: false });
    expect([answer.status, answer.body.error.target, answer.body.error.message]).toEqual([
      400,
      'url',
      expect.stringContaining(reason ?? ''),
    ]);
  }
  expect([partner.received.length, (await admin('GET', TARGET)).status]).toEqual([called, 404]);
  expect((await admin('PUT', '/connectors/nothing/inventory-push', { url, kinds: ['apps'] })).status).toBe(404);
  expect(
    (await admin('PUT', TARGET, { url, kinds: ['apps'] }, ['DeviceManagementServiceConfig.Read.All'])).status,
  ).toBe(403);
});
