import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import { GoogleKeys } from '@sallyport/simulators/managements';
import { openInventory, type Inventory } from '../open.ts';
import { phone, testPipeline, type TestPipeline } from '../../pipeline/testing.ts';
import { createDataKey } from '../../platform/data-key.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { permissionsAsToken } from '../../http/testing-authenticator.ts';

const FIXTURES = new URL('../collect/fixtures/', import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8');
const VECTOR = JSON.parse(fixture('nanomdm-hmac.vector.json')) as { key: string; body: string; value: string };
const KEY = 'a-key-of-the-webhook';
const IPHONE = '00000000-0000-4000-8000-00000000000a';
const BYOD = '00000000-0000-4000-8000-00000000000b';
const PIXEL = '00000000-0000-4000-8000-00000000000c';
const UDID = '00008120-001A2B3C4D5E6F70';
const ENROLMENT = 'D6F1C0A0-0000-0000-0000-000000000001';

let hub: TestPipeline;
let app: FastifyInstance;
let http: Outbound;
let inventory: Inventory;
let google: GoogleKeys;
let logged: string;

beforeEach(async () => {
  logged = '';
  google = await GoogleKeys.create();
  await google.listen();
  hub = await testPipeline();
  http = createOutbound({ allow: ['127.0.0.1'] });
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    clock: hub.clock,
    log: pino(
      { level: 'trace' },
      {
        write: (line: string) => {
          logged += line;
        },
      },
    ),
    authenticator: permissionsAsToken,
  });
  inventory = await openInventory({
    store: hub.store,
    view: hub.decider.view,
    configuration: hub.configuration,
    clock: hub.clock,
    site: { baseUrl: 'https://hub.example', tenantId: 'tenant' },
    dataKey: createDataKey(new Uint8Array(32)),
    http,
    log: app.log,
    googleKeysUrl: `${google.url}/certs`,
  });
  await app.register(inventory.routes);
  const device = (id: string, more: object) =>
    hub.devices.put('test', phone(id, hub.clock.now(), { userId: null, ...more }));
  await device(IPHONE, { operatingSystem: 'iOS', managedDeviceOwnerType: 'company', udid: UDID });
  await device(BYOD, { operatingSystem: 'iOS', managedDeviceOwnerType: 'personal' });
  await device(PIXEL, {
    operatingSystem: 'Android',
    managedDeviceOwnerType: 'company',
    serialNumber: '37241FDJH00000',
  });
});
afterEach(async () => {
  await inventory.close();
  await app.close();
  http.close();
  await google.close();
  await hub.close();
});

async function admin(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  roles: readonly string[] = PERMISSIONS,
) {
  const answer = await app.inject({
    method,
    url: `/admin/v1/inventory-sources${path}`,
    headers: { authorization: roles.join(',') },
    ...(body && { payload: body }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.body === '' ? undefined : answer.json() };
}

const addSource = async (body: object = {}): Promise<string> =>
  (await admin('POST', '', { displayName: 'MDM', kind: 'nanomdm', secret: KEY, ...body })).body.id;
const signed = (body: string, key = KEY): string => createHmac('sha256', key).update(body).digest('base64');

async function push(
  source: string,
  body: string,
  headers: Record<string, string> = { 'x-hmac-signature': signed(body) },
) {
  const answer = await app.inject({
    method: 'POST',
    url: `/intake/inventory/${source}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.json() };
}

interface Event {
  readonly udid?: string;
  readonly id?: string;
  readonly type?: string;
  readonly parent?: string;
  readonly at?: string;
  readonly status?: string;
  readonly topic?: string;
}

/** An event as NanoMDM sends it; `lists` is what is in the dictionary of the answer. */
function event(
  lists: string,
  {
    udid,
    id = udid ?? UDID,
    type = 'Device',
    parent,
    at = '2026-03-02T08:00:00Z',
    status = 'Acknowledged',
    topic = 'mdm.Connect',
  }: Event = {},
): string {
  const of = { ids: { id, type, ...(parent && { parent_id: parent }) }, ...(udid && { udid }) };
  const plist = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0"><dict>${lists}<key>Status</key><string>${status}</string></dict></plist>`;
  return JSON.stringify({
    topic,
    event_id: 'e',
    created_at: at,
    ...(topic === 'mdm.Connect'
      ? { acknowledge_event: { ...of, status, raw_payload: Buffer.from(plist).toString('base64') } }
      : { checkin_event: { ...of, raw_payload: '' } }),
  });
}
const installed = (...ids: string[]): string =>
  `<key>InstalledApplicationList</key><array>${ids.map((id) => `<dict><key>Identifier</key><string>${id}</string></dict>`).join('')}</array>`;
const managed = (apps: Record<string, string>): string =>
  `<key>ManagedApplicationList</key><dict>${Object.entries(apps)
    .map(([id, status]) => `<key>${id}</key><dict><key>Status</key><string>${status}</string></dict>`)
    .join('')}</dict>`;

async function keptOf(id: string): Promise<Record<string, boolean | undefined>> {
  const [row] = await hub.store.appInventory.ofDevices([id]);
  return Object.fromEntries((row?.apps ?? []).map((each) => [each.appId, each.managed]));
}

describe('the webhook of NanoMDM', () => {
  test('an event with the signature of the published vector is taken', async () => {
    const source = await addSource({ secret: 'webhook-key-1-is-short' });
    // The vector's key is shorter than we let administrators choose; the signature of its body under ours is as good.
    expect(signed(VECTOR.body, VECTOR.key)).toBe(VECTOR.value);
    expect(
      await push(source, VECTOR.body, { 'x-hmac-signature': signed(VECTOR.body, 'webhook-key-1-is-short') }),
    ).toEqual({ status: 200, body: { kept: 1, older: 0, unmatched: 0, silent: 0 } });
    const [row] = await hub.store.appInventory.ofDevices([IPHONE]);
    expect(row).toMatchObject({
      platform: 'iOS',
      source,
      apps: expect.arrayContaining([
        expect.objectContaining({ appId: 'net.sideload.flashlight', validated: false, adHocSigned: true }),
      ]),
    });
  });

  test('nobody without the right signature gets in, and nobody learns which sources there are', async () => {
    const source = await addSource();
    const other = await addSource({ secret: 'another-key-for-another' });
    const off = await addSource({ enabled: false });
    const bad = await addSource();
    await hub.store.transaction(async (tx) => {
      await tx.documents.put(
        'inventorySource',
        bad,
        { ...(await tx.documents.get('inventorySource', bad))?.body, kind: 'other' },
        0,
      );
    });
    const body = event(installed('a'), { udid: UDID });
    const answers = await Promise.all([
      push(source, body, {}),
      push(source, body, { 'x-hmac-signature': '' }),
      push(source, body, { 'x-hmac-signature': 'AAAA' }),
      push(source, body, { 'x-hmac-signature': signed(`${body} `) }),
      push(source, body, { 'x-hmac-signature': signed(body, 'another-key-for-another') }),
      push(source, body, { 'x-hmac-signature': Buffer.from(signed(body), 'base64').toString('hex') }),
      push(other, body),
      push(off, body),
      push(bad, body),
      push('00000000-0000-0000-0000-000000000000', body),
      push(source, body, { authorization: 'Bearer a.b.c' }),
      push(source, '', { 'x-hmac-signature': signed('x') }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map((answer) => answer.body.error.message)).size).toBe(1);
    expect(await keptOf(IPHONE)).toEqual({});
  });

  test('the two lists are joined, whichever comes first', async () => {
    const source = await addSource();
    await push(source, event(installed('mail', 'diary', 'notes'), { udid: UDID }));
    expect(await keptOf(IPHONE)).toEqual({ mail: undefined, diary: undefined, notes: undefined });
    await push(
      source,
      event(managed({ mail: 'Managed', notes: 'UserInstalledApp' }), { udid: UDID, at: '2026-03-02T08:00:05Z' }),
    );
    expect(await keptOf(IPHONE)).toEqual({ mail: true, diary: false, notes: false });
    await push(source, event(installed('mail', 'maps'), { udid: UDID, at: '2026-03-02T08:10:00Z' }));
    expect(await keptOf(IPHONE)).toEqual({ mail: true, maps: false });
    await push(source, event(managed({ maps: 'Managed' }), { udid: UDID, at: '2026-03-02T08:11:00Z' }));
    expect(await keptOf(IPHONE)).toEqual({ mail: false, maps: true });
    expect(
      (await push(source, event(managed({ mail: 'Managed' }), { udid: UDID, at: '2026-03-02T08:01:00Z' }))).body,
    ).toMatchObject({ older: 1 });
    expect(
      (await push(source, event(installed('old'), { udid: UDID, at: '2026-03-02T08:01:00Z' }))).body,
    ).toMatchObject({ older: 1 });
  });

  test('of a personal device only managed apps remain once it is known which they are', async () => {
    const source = await addSource();
    const byod: Event = { id: ENROLMENT, type: 'User Enrollment (Device)' };
    expect((await push(source, event(installed('mail', 'dating'), byod))).body).toMatchObject({ unmatched: 1 });
    expect((await admin('GET', `/${source}`)).body.status).toMatchObject({
      unmatched: 1,
      strangers: [ENROLMENT],
      lastDateTime: '2026-03-02T09:00:00.000Z',
    });
    expect(
      (
        await admin('POST', `/${source}/assign`, {
          ownId: ENROLMENT.toLowerCase(),
          managedDeviceId: BYOD.toUpperCase(),
        })
      ).status,
    ).toBe(204);
    await push(source, event(installed('mail', 'dating'), byod));
    await push(source, event(managed({ mail: 'Managed' }), { ...byod, at: '2026-03-02T08:00:01Z' }));
    expect(await keptOf(BYOD)).toEqual({ mail: true });
    expect((await admin('GET', `/${source}`)).body.status).toMatchObject({ kept: 2, strangers: [] });
    await push(source, event(installed('mail', 'dating', 'bank'), { ...byod, at: '2026-03-02T08:30:00Z' }));
    expect(await keptOf(BYOD)).toEqual({ mail: true });
  });

  describe('an app of a personal device that becomes managed', () => {
    const byod = (at: string): Event => ({ id: ENROLMENT, type: 'User Enrollment (Device)', at });
    let source: string;
    beforeEach(async () => {
      source = await addSource();
      await admin('POST', `/${source}/assign`, { ownId: ENROLMENT, managedDeviceId: BYOD });
      hub.clock.advance(86_400_000);
      await push(source, event(managed({ mail: 'Managed' }), byod('2026-03-02T08:00:00Z')));
      await push(source, event(installed('mail', 'dating'), byod('2026-03-02T08:00:01Z')));
    });
    const appsNext = () => push(source, event(installed('mail', 'dating', 'crm'), byod('2026-03-03T08:00:00Z')));
    const managedNext = (at = '2026-03-03T08:00:05Z') =>
      push(source, event(managed({ mail: 'Managed', crm: 'Managed' }), byod(at)));

    test('is there whichever list comes first', async () => {
      await appsNext();
      expect(await keptOf(BYOD)).toEqual({ mail: true });
      await managedNext();
      expect(await keptOf(BYOD)).toEqual({ mail: true, crm: true });
      await managedNext('2026-03-04T08:00:00Z');
      await push(source, event(installed('mail', 'dating', 'crm'), byod('2026-03-04T08:00:05Z')));
      expect(await keptOf(BYOD)).toEqual({ mail: true, crm: true });
    });

    test('waits unreadable, and neither longer than an hour nor than the second list takes', async () => {
      const waiting = () => hub.store.appInventory.pendingApps(BYOD);
      expect(await waiting()).toBeUndefined();
      await appsNext();
      expect(await waiting()).toMatchObject({
        until: hub.clock.now() + 3_600_000,
        sealed: expect.not.stringMatching(/dating|crm/),
      });
      expect(await hub.store.appInventory.count()).toBe(1);
      await managedNext();
      expect(await waiting()).toBeUndefined();
      await push(source, event(installed('mail', 'dating', 'chat'), byod('2026-03-03T08:10:00Z')));
      hub.clock.advance(3_600_000);
      await push(source, event(managed({ mail: 'Managed', chat: 'Managed' }), byod('2026-03-03T08:20:00Z')));
      expect(await keptOf(BYOD)).toEqual({ mail: true });
    });

    test('is forgotten with the device', async () => {
      await appsNext();
      await push(source, event('', { ...byod('2026-03-03T08:00:03Z'), topic: 'mdm.CheckOut' }));
      await managedNext();
      expect([await keptOf(BYOD), await hub.store.appInventory.pendingApps(BYOD)]).toEqual([{}, undefined]);
    });
  });

  describe('apps that declarations manage, which the list of managed apps leaves out', () => {
    const BYOD_EVENT = { id: ENROLMENT, type: 'User Enrollment (Device)' };
    let source: string;
    beforeEach(async () => {
      source = await addSource();
      await admin('POST', `/${source}/assign`, { ownId: ENROLMENT, managedDeviceId: BYOD });
    });
    /** A DeclarativeManagement check-in as NanoMDM passes it on. */
    const checkIn = (report: string, at: string, keys = '<key>Endpoint</key><string>status</string>'): string => {
      const plist = `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>MessageType</key><string>DeclarativeManagement</string>${keys}<key>Data</key><data>${Buffer.from(report).toString('base64')}</data></dict></plist>`;
      return JSON.stringify({
        topic: 'mdm.DeclarativeManagement',
        created_at: at,
        checkin_event: {
          ids: { id: BYOD_EVENT.id, type: BYOD_EVENT.type },
          raw_payload: Buffer.from(plist).toString('base64'),
        },
      });
    };
    const status = (list: unknown, at: string, more: object = {}): string =>
      checkIn(JSON.stringify({ StatusItems: { app: { managed: { list } } }, Errors: [], ...more }), at);
    const app = (identifier: string, state: string): object => ({
      identifier,
      state,
      name: identifier,
      'declaration-identifier': 'd',
    });
    const appsAt = (at: string, ...ids: string[]) => push(source, event(installed(...ids), { ...BYOD_EVENT, at }));

    test('belong to the inventory of a personal device, whatever comes first', async () => {
      expect(
        (await push(source, status([app('crm', 'managed'), app('chat', 'optional')], '2026-03-02T08:00:00Z'))).body,
      ).toMatchObject({ kept: 1 });
      await appsAt('2026-03-02T08:00:01Z', 'crm', 'chat', 'dating');
      expect(await keptOf(BYOD)).toEqual({ crm: true });
      await push(source, event(managed({ mail: 'Managed' }), { ...BYOD_EVENT, at: '2026-03-02T08:00:02Z' }));
      expect(await keptOf(BYOD)).toEqual({ crm: true });
      await appsAt('2026-03-02T08:00:03Z', 'crm', 'mail', 'dating');
      expect(await keptOf(BYOD)).toEqual({ crm: true, mail: true });
      await appsAt('2026-03-03T08:00:00Z', 'crm', 'mail', 'wiki', 'dating');
      await push(source, status([app('wiki', 'managed')], '2026-03-03T08:00:01Z'));
      expect(await keptOf(BYOD)).toEqual({ crm: true, mail: true, wiki: true });
      await push(source, event(managed({ mail: 'Managed' }), { ...BYOD_EVENT, at: '2026-03-03T08:00:02Z' }));
      expect(await keptOf(BYOD)).toEqual({ crm: true, mail: true, wiki: true });
    });

    test('are what changed, until a full report says all', async () => {
      await push(source, status([app('crm', 'managed'), app('wiki', 'managed')], '2026-03-02T08:00:00Z'));
      await push(
        source,
        status(
          [
            { identifier: 'wiki', _removed: true },
            { identifier: 'crm', 'update-state': 'available' },
          ],
          '2026-03-02T08:01:00Z',
        ),
      );
      await appsAt('2026-03-02T08:02:00Z', 'crm', 'wiki');
      expect(await keptOf(BYOD)).toEqual({ crm: true });
      await push(source, status([app('wiki', 'installing')], '2026-03-02T08:03:00Z', { FullReport: true }));
      await appsAt('2026-03-02T08:04:00Z', 'crm', 'wiki');
      expect(await keptOf(BYOD)).toEqual({ wiki: true });
      expect((await push(source, status([app('crm', 'managed')], '2026-03-02T08:02:30Z'))).body).toMatchObject({
        older: 1,
      });
    });

    test('of reports without them, other messages and other users nothing is taken; what cannot be read is refused', async () => {
      const silent = [
        checkIn(JSON.stringify({ StatusItems: { device: { model: { family: 'iPhone' } } } }), '2026-03-02T08:00:00Z'),
        checkIn('{}', '2026-03-02T08:00:00Z'),
        checkIn(
          JSON.stringify({ StatusItems: { app: { managed: { list: [app('crm', 'managed')] } } } }),
          '2026-03-02T08:00:00Z',
          '<key>Endpoint</key><string>tokens</string>',
        ),
        checkIn(
          JSON.stringify({ StatusItems: { app: { managed: { list: [app('crm', 'managed')] } } } }),
          '2026-03-02T08:00:00Z',
          '<key>Endpoint</key><string>status</string><key>UserID</key><string>501</string>',
        ),
        JSON.stringify({
          topic: 'mdm.DeclarativeManagement',
          created_at: '2026-03-02T08:00:00Z',
          checkin_event: { ids: { id: ENROLMENT, type: 'Device' } },
        }),
      ];
      for (const body of silent) expect((await push(source, body)).body).toMatchObject({ silent: 1, kept: 0 });
      for (const body of [
        checkIn('private', '2026-03-02T08:00:00Z'),
        status({}, '2026-03-02T08:00:00Z'),
        status(['private'], '2026-03-02T08:00:00Z'),
        checkIn('['.repeat(50_000), '2026-03-02T08:00:00Z'),
      ]) {
        const answer = await push(source, body);
        expect([answer.status, answer.body.error.target]).toEqual([400, 'checkin_event.raw_payload']);
        expect(JSON.stringify(answer.body)).not.toContain('private');
      }
    });
  });

  test('a device is who the MDM server says it is, not who its answer claims to be', async () => {
    const source = await addSource();
    await push(
      source,
      event(`<key>UDID</key><string>${UDID}</string>${installed('evil')}`, { id: 'somebody-else', type: 'Device' }),
    );
    expect(await keptOf(IPHONE)).toEqual({});
  });

  test('certificates are taken, and a device that checks out is forgotten', async () => {
    const source = await addSource();
    await push(source, event(installed('mail'), { udid: UDID }));
    const certificates =
      /<key>CertificateList<\/key>\s*<array>.*<\/array>/s.exec(fixture('certificate_list.plist'))?.[0] ?? '';
    expect((await push(source, event(certificates, { udid: UDID }))).body).toMatchObject({ kept: 1 });
    expect(
      (await hub.store.certificateInventory.ofDevices([IPHONE]))[0]?.certificates.map((each) => each.commonName),
    ).toContain('zentral');
    expect((await push(source, event('', { udid: UDID, topic: 'mdm.CheckOut' }))).body).toMatchObject({ kept: 1 });
    expect([await keptOf(IPHONE), await hub.store.certificateInventory.ofDevices([IPHONE])]).toEqual([{}, []]);
  });

  test('events that say nothing about what is installed are quietly taken', async () => {
    const source = await addSource();
    const silent = [
      event('<key>QueryResponses</key><dict/>', { udid: UDID }),
      event(installed('a'), { udid: UDID, status: 'NotNow' }),
      event(installed('a'), { udid: UDID, status: 'Error' }),
      event('', { udid: UDID, topic: 'mdm.TokenUpdate' }),
      event(installed('a'), { udid: UDID, id: `${UDID}:501`, type: 'User', parent: UDID }),
    ];
    for (const body of silent)
      expect((await push(source, body)).body).toEqual({ kept: 0, older: 0, unmatched: 0, silent: 1 });
    expect(await keptOf(IPHONE)).toEqual({});
  });

  test('what cannot be read is refused, and no log line and no answer repeats it', async () => {
    const source = await addSource();
    const bad = [
      'no json',
      '[]',
      '{}',
      JSON.stringify({
        topic: 'mdm.Connect',
        created_at: '2026-03-02T08:00:00Z',
        acknowledge_event: { status: 'Acknowledged', raw_payload: '###' },
      }),
      JSON.stringify({ topic: 'mdm.Connect', created_at: 'yesterday' }),
      event('<key>InstalledApplicationList</key><dict/>', { udid: UDID }),
      event('<key>ManagedApplicationList</key><array/>', { udid: UDID }),
      JSON.stringify({
        topic: 'mdm.Connect',
        created_at: '2026-03-02T08:00:00Z',
        acknowledge_event: {
          udid: UDID,
          status: 'Acknowledged',
          raw_payload: Buffer.from('bplist00private').toString('base64'),
        },
      }),
      event(`${installed('com.example.private')}<key>broken`, { udid: UDID }),
      event(installed('com.example.private').replace('</array>', ''), { udid: UDID }),
    ];
    for (const body of bad) {
      const answer = await push(source, body);
      expect([body.slice(0, 40), answer.status]).toEqual([body.slice(0, 40), 400]);
      expect(JSON.stringify(answer.body)).not.toContain('private');
    }
    await push(source, event(installed('com.example.private'), { udid: UDID }));
    expect(logged).toContain('/intake/inventory/');
    expect(logged).not.toContain('com.example.private');
  });
});

describe('devices of the Android Management API', () => {
  const device = () => JSON.parse(fixture('android-device.json')) as Record<string, unknown>;
  const android = (body: object = {}) => addSource({ kind: 'androidManagement', ...body });
  const pubsub = (data: object, notificationType = 'STATUS_REPORT') =>
    JSON.stringify({
      message: {
        data: Buffer.from(JSON.stringify(data)).toString('base64'),
        attributes: { notificationType },
        messageId: '1',
      },
      subscription: 'projects/p/subscriptions/s',
    });

  test('one device, a list of devices and a push of Pub/Sub are taken', async () => {
    const source = await android();
    expect((await push(source, JSON.stringify(device()))).body).toMatchObject({ kept: 1 });
    const [row] = await hub.store.appInventory.ofDevices([PIXEL]);
    expect(row?.collectedAt).toBe(hub.clock.now());
    expect(row?.apps).toHaveLength(5);
    expect(row?.apps).toContainEqual({
      id: expect.any(String),
      appPlatform: 'androidDedicatedAndFullyManaged',
      listed: true,
      appId: 'com.spotify.music',
      name: 'Spotify',
      version: '124000000',
      shortVersion: '9.0.12',
      fromAppStore: true,
    });
    const stranger = { ...device(), name: 'enterprises/x/devices/stranger', hardwareInfo: { serialNumber: 'unknown' } };
    expect(
      (await push(source, JSON.stringify({ devices: [device(), stranger, { name: 'enterprises/x/devices/quiet' }] })))
        .body,
    ).toEqual({ kept: 1, older: 0, unmatched: 1, silent: 1 });
    expect((await push(source, pubsub({ ...device(), applicationReports: [] }))).body).toMatchObject({ kept: 1 });
    expect(await keptOf(PIXEL)).toEqual({});
    expect((await push(source, pubsub({ name: 'operation' }, 'COMMAND'))).body).toEqual({
      kept: 0,
      older: 0,
      unmatched: 0,
      silent: 0,
    });
    expect(
      (await push(source, JSON.stringify({ message: { attributes: { notificationType: 'test' } } }))).body,
    ).toEqual({ kept: 0, older: 0, unmatched: 0, silent: 0 });
  });

  test('what cannot be read is refused, and the field is named', async () => {
    const source = await android();
    const wrong: readonly (readonly [string, string])[] = [
      [JSON.stringify({ ...device(), lastStatusReportTime: 'yesterday' }), 'lastStatusReportTime'],
      [JSON.stringify({ message: { data: '***', attributes: { notificationType: 'STATUS_REPORT' } } }), 'message.data'],
      [JSON.stringify({ message: 'text' }), 'message'],
      [
        JSON.stringify({ devices: [device(), { ...device(), applicationReports: [{ packageName: 7 }] }] }),
        'devices[1].applicationReports[0].packageName',
      ],
    ];
    for (const [body, target] of wrong)
      expect(await push(source, body)).toMatchObject({ status: 400, body: { error: { target } } });
    expect(await keptOf(PIXEL)).toEqual({});
  });

  test('a wrong value of one fact, and nothing where a part may be, are as if the device had not told them', async () => {
    const source = await android();
    const odd = {
      ...device(),
      networkInfo: null,
      managementMode: 7,
      applicationReports: [
        { packageName: 'a', displayName: null, versionName: 12, versionCode: { x: 1 }, applicationSource: null },
      ],
    };
    expect((await push(source, JSON.stringify(odd))).body).toMatchObject({ kept: 1 });
    expect((await hub.store.appInventory.ofDevices([PIXEL]))[0]?.apps).toEqual([
      expect.objectContaining({ appId: 'a' }),
    ]);
    expect((await push(source, JSON.stringify({ ...device(), applicationReports: null }))).body).toMatchObject({
      silent: 1,
    });
  });

  test('apps in a work profile are managed; removed ones are left out; a deleted device is forgotten', async () => {
    const source = await android();
    const byod: Record<string, unknown> = {
      ...device(),
      ownership: 'PERSONALLY_OWNED',
      managementMode: 'PROFILE_OWNER',
      applicationReports: [
        { packageName: 'work', state: 'INSTALLED' },
        { packageName: 'old', state: 'REMOVED' },
      ],
    };
    await push(source, JSON.stringify(byod));
    expect(await keptOf(PIXEL)).toEqual({ work: true });
    await push(source, JSON.stringify({ name: byod['name'], state: 'DELETED' }));
    expect(await keptOf(PIXEL)).toEqual({});
  });

  describe('pushed with a token of Google', () => {
    const PUSH = { audience: 'https://hub.example/intake', serviceAccount: 'push@project.iam.gserviceaccount.com' };
    const CLAIMS = {
      iss: 'https://accounts.google.com',
      aud: PUSH.audience,
      email: PUSH.serviceAccount,
      email_verified: true,
    };
    const token = (claims: object, { kid = 'k1', key = google.privateKey, expires = 600 } = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuedAt(hub.clock.now() / 1000)
        .setExpirationTime(hub.clock.now() / 1000 + expires)
        .sign(key);
    const pushWith = async (source: string, bearer: string) =>
      (await push(source, pubsub(device()), { authorization: `Bearer ${bearer}` })).status;

    test('the right one gets in, and the keys are kept for a while', async () => {
      const source = await android({ pubsub: PUSH });
      expect(await pushWith(source, await token(CLAIMS))).toBe(200);
      expect(await pushWith(source, await token(CLAIMS))).toBe(200);
      expect(google.requests).toHaveLength(1);
    });

    test('no other one does', async () => {
      const source = await android({ pubsub: PUSH });
      const without = await android();
      const { privateKey: forged } = await generateKeyPair('RS256');
      expect(await pushWith(without, await token(CLAIMS))).toBe(401);
      const wrong = [
        await token({ ...CLAIMS, aud: 'https://elsewhere.example' }),
        await token({ ...CLAIMS, iss: 'https://evil.example' }),
        await token({ ...CLAIMS, email: 'push@other.example' }),
        await token({ ...CLAIMS, email_verified: false }),
        await token(CLAIMS, { key: forged }),
        await token(CLAIMS, { kid: 'k2' }),
        await token(CLAIMS, { expires: -60 }),
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}.x`,
        'x',
        '',
      ];
      for (const [i, bearer] of wrong.entries()) expect([i, await pushWith(source, bearer)]).toEqual([i, 401]);
    });
  });
});

describe('sources', () => {
  test('their secrets are shown once, and never kept in the open', async () => {
    const created = await admin('POST', '', { displayName: 'MDM', kind: 'nanomdm' });
    expect(created.status).toBe(201);
    const { id, secret } = created.body;
    expect(secret).toHaveLength(43);
    expect(
      [
        (await admin('GET', `/${id}`)).text,
        (await admin('GET', '')).text,
        JSON.stringify(await hub.store.documents.list('inventorySource')),
        JSON.stringify(await hub.store.audit.list(10, 0)),
        logged,
      ].join(),
    ).not.toContain(secret);
    const body = event(installed('a'), { udid: UDID });
    expect((await push(id, body, { 'x-hmac-signature': signed(body, secret) })).status).toBe(200);
    expect((await admin('PATCH', `/${id}`, { secret: 'a-secret-that-is-new' })).body).toMatchObject({ enabled: true });
    expect((await push(id, body, { 'x-hmac-signature': signed(body, secret) })).status).toBe(401);
    expect((await push(id, body, { 'x-hmac-signature': signed(body, 'a-secret-that-is-new') })).status).toBe(200);
    expect((await admin('DELETE', `/${id}`)).status).toBe(204);
    expect((await push(id, body, { 'x-hmac-signature': signed(body, 'a-secret-that-is-new') })).status).toBe(401);
  });

  test('one that cannot be read is listed as such, and the others are', async () => {
    const good = await addSource();
    await hub.store.transaction((tx) => tx.documents.put('inventorySource', 'bad', { displayName: 'MDM' }, 0));
    expect((await admin('GET', '')).body.value).toMatchObject([
      { id: 'bad', unreadable: true },
      { id: good, displayName: 'MDM' },
    ]);
    expect((await admin('PATCH', '/bad', { enabled: true })).status).toBe(409);
    expect((await admin('DELETE', '/bad')).status).toBe(204);
  });

  test('wrong settings and callers without the permission are refused', async () => {
    const id = await addSource();
    for (const body of [
      {},
      { displayName: 'x', kind: 'jamf' },
      { displayName: 'x', kind: 'nanomdm', secret: 'short' },
      { displayName: 'x', kind: 'nanomdm', pubsub: { audience: 'a', serviceAccount: 'a@b.example' } },
    ]) {
      expect((await admin('POST', '', body)).status).toBe(400);
    }
    expect((await admin('POST', `/${id}/assign`, { ownId: 'x', managedDeviceId: 'nobody' })).status).toBe(404);
    expect((await admin('GET', '/nothing')).status).toBe(404);
    expect(
      (await admin('POST', '', { displayName: 'x', kind: 'nanomdm' }, ['DeviceManagementServiceConfig.Read.All']))
        .status,
    ).toBe(403);
    expect((await admin('GET', '', undefined, ['User.Read.All'])).status).toBe(403);
    const other = await addSource({
      kind: 'androidManagement',
      pubsub: { audience: 'a', serviceAccount: 'a@b.example' },
    });
    expect((await admin('PATCH', `/${other}`, { pubsub: null })).body.pubsub).toBeNull();
  });
});
