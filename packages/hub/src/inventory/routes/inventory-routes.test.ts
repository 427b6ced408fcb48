import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HubError, PERMISSIONS } from '@sallyport/contracts';
import { openInventory, type Inventory } from '../open.ts';
import { LOOKOUT, PHONE, phone, testPipeline, ZIMPERIUM, type TestPipeline } from '../../pipeline/testing.ts';
import { createDataKey } from '../../platform/data-key.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import { eventually } from '../../platform/testing.ts';
import { createHttpServer } from '../../http/http-server.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const IPAD = '00000000-0000-4000-8000-00000000000a';
const IPHONE = '00000000-0000-4000-8000-00000000000b';
const MAC = '00000000-0000-4000-8000-00000000000c';
const GROUP = '99999999-0000-4000-8000-000000000001';

const MAIL = {
  appId: 'com.example.mail',
  version: '54873',
  shortVersion: '4.2.1',
  name: 'Example Mail',
  bundleSize: 100,
  dynamicSize: 7,
  validated: true,
  managed: true,
  fromAppStore: true,
  deviceBasedVpp: true,
};
const DATING = { appId: 'com.example.dating', name: 'Dating', managed: false };
const NULLS = {
  appId: null,
  version: null,
  shortVersion: null,
  name: null,
  bundleSize: null,
  dynamicSize: null,
  validated: null,
  managed: null,
  adHocSigned: null,
  fromAppStore: null,
  betaApp: null,
  deviceBasedVpp: null,
};

let hub: TestPipeline;
let app: FastifyInstance;
let http: Outbound;
let inventory: Inventory;
let logged: string;

beforeEach(async () => {
  logged = '';
  hub = await testPipeline();
  http = createOutbound({ allow: [] });
  await open();
  await connector(LOOKOUT, {});
  await connector(ZIMPERIUM, {});
  for (const id of [LOOKOUT, ZIMPERIUM]) await hub.intake.heartbeat(id);
  await device(IPAD, 'iPadOS', 'company', { azureADDeviceId: 'aaaaaaaa-0000-4000-8000-00000000000a' });
  await device(IPHONE, 'iOS', 'personal');
  await device(PHONE, 'Android', 'company');
  await device(MAC, 'macOS', 'company');
});
afterEach(async () => {
  await inventory.close();
  await app.close();
  http.close();
  await hub.close();
});

/** Starts it, or starts it again as after a restart of the hub. */
async function open(): Promise<void> {
  const log = pino(
    { level: 'trace' },
    {
      write: (line: string) => {
        logged += line;
      },
    },
  );
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    clock: hub.clock,
    // The token says the roles, or the connector of a partner.
    authenticator: {
      authenticate: async (authorization) => {
        if (authorization === undefined) throw new HubError('unauthenticated', 'no token');
        return authorization.startsWith('partner ')
          ? {
              appId: 'partner-app',
              displayName: 'Partner',
              roles: new Set(['update_device_health']),
              connectorId: authorization.slice(8),
            }
          : { appId: 'admin-app', displayName: 'Admin', roles: new Set(authorization.split(',')) };
      },
    },
  });
  inventory = await openInventory({
    store: hub.store,
    view: hub.decider.view,
    configuration: hub.configuration,
    clock: hub.clock,
    site: { baseUrl: 'https://hub.example', tenantId: TENANT },
    dataKey: createDataKey(new Uint8Array(32)),
    http,
    log,
    keepDisclosuresDays: 30,
  });
  await app.register(inventory.routes);
}

async function reopen(): Promise<void> {
  await inventory.close();
  await app.close();
  await open();
}

async function connector(id: string, body: Record<string, unknown>): Promise<void> {
  await hub.configuration.write('admin', async (tx, changed) => {
    const before = (await tx.documents.get('mobileThreatDefenseConnector', id))?.body;
    const after = { ...before, ...body };
    await tx.documents.put('mobileThreatDefenseConnector', id, after, hub.clock.now());
    changed({ kind: 'mobileThreatDefenseConnector', id, before, after });
  });
}

async function device(
  id: string,
  operatingSystem: string,
  managedDeviceOwnerType: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  await hub.devices.put(
    'test',
    phone(id, hub.clock.now(), { operatingSystem, managedDeviceOwnerType, userId: null, ...more }),
  );
}

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, token: string, body?: object) {
  const answer = await app.inject({ method, url, headers: { authorization: token }, ...(body && { payload: body }) });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
}
const admin = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object) =>
  call(method, `/admin/v1${url}`, PERMISSIONS.join(','), body);
const putApps = (id: string, apps: readonly object[] = [MAIL, DATING]) => admin('PUT', `/devices/${id}/apps`, { apps });
const fetchApps = (query = '', id = LOOKOUT) => call('GET', `/partner/v1/app-inventory${query}`, `partner ${id}`);
const namesOf = (answer: { body: any }) =>
  Object.fromEntries(
    answer.body.value.map((each: any) => [each.managedDeviceId, each.removed ?? each.apps.map((one: any) => one.name)]),
  );

describe('without the organisation having allowed it', () => {
  test('a partner is given nothing, and nothing goes on record', async () => {
    for (const id of [IPAD, IPHONE, PHONE]) await putApps(id);
    expect(await fetchApps()).toMatchObject({
      status: 403,
      body: { error: { innerError: { code: 'inventory_not_shared' } } },
    });
    await connector(LOOKOUT, {
      iosEnabled: true,
      androidEnabled: true,
      allowPartnerToCollectIOSPersonalApplicationMetadata: true,
    });
    expect((await fetchApps()).status).toBe(403);
    expect((await admin('GET', '/inventory-disclosures')).body.value).toEqual([]);
  });

  test('no other client gets in: not an administrator, and not a partner that is bound to nothing', async () => {
    await connector(LOOKOUT, { allowPartnerToCollectIOSApplicationMetadata: true });
    const everything = PERMISSIONS.join(',');
    expect((await call('GET', '/partner/v1/app-inventory', everything)).status).toBe(403);
    expect((await call('GET', '/partner/v1/app-inventory', 'update_device_health')).status).toBe(403);
    expect((await fetchApps('', 'no-such-connector')).status).toBe(403);
  });
});

test('a partner that was never heard is given nothing', async () => {
  const id = '77777777-0000-4000-8000-000000000001';
  await connector(id, { allowPartnerToCollectIOSApplicationMetadata: true });
  expect((await fetchApps('', id)).status).toBe(409);
  await hub.intake.heartbeat(id);
  expect((await fetchApps('', id)).status).toBe(200);
});

describe('with App Sync for iOS', () => {
  beforeEach(async () => {
    for (const id of [IPAD, IPHONE, PHONE, MAC]) await putApps(id);
    await connector(LOOKOUT, { allowPartnerToCollectIOSApplicationMetadata: true });
  });

  test('company devices come with all apps, personal ones with managed apps, other platforms not at all', async () => {
    const answer = await fetchApps();
    expect(answer).toMatchObject({ status: 200, body: { accountId: TENANT, restart: true, more: false } });
    expect(namesOf(answer)).toEqual({ [IPAD]: ['Example Mail', 'Dating'], [IPHONE]: ['Example Mail'] });
    expect(answer.body.value[0]).toEqual({
      managedDeviceId: IPAD,
      entraDeviceId: 'aaaaaaaa-0000-4000-8000-00000000000a',
      platform: 'iOS',
      ownerType: 'company',
      scope: 'all',
      collectedDateTime: '2026-03-02T09:00:00.000Z',
      apps: [
        { ...NULLS, ...MAIL },
        { ...NULLS, ...DATING },
      ],
    });
  });

  test('another partner still gets nothing', async () => {
    expect((await fetchApps('', ZIMPERIUM)).status).toBe(403);
  });

  test('with the second switch personal devices come whole, once they have told it again', async () => {
    const first = await fetchApps();
    await connector(LOOKOUT, { allowPartnerToCollectIOSPersonalApplicationMetadata: true });
    await putApps(IPHONE);
    const second = await fetchApps(`?changedSince=${first.body.cursor}`);
    expect(second.body.restart).toBe(true);
    expect(namesOf(second)).toEqual({ [IPAD]: ['Example Mail', 'Dating'], [IPHONE]: ['Example Mail', 'Dating'] });
  });

  test('what nobody may see of a personal device is not even kept', async () => {
    const [kept] = await hub.store.appInventory.ofDevices([IPHONE]);
    expect(kept?.apps.map((each) => each.name)).toEqual(['Example Mail']);
  });

  test('only changes come after a cursor, page by page', async () => {
    const first = await fetchApps('?limit=1');
    expect([first.body.value.length, first.body.more]).toEqual([1, true]);
    const second = await fetchApps(`?limit=1&changedSince=${first.body.cursor}`);
    expect([second.body.value.length, second.body.restart]).toEqual([1, false]);
    const third = await fetchApps(`?changedSince=${second.body.cursor}`);
    expect(third.body).toMatchObject({ value: [], more: false, restart: false, disclosureId: null });
    await putApps(IPAD, [MAIL]);
    await putApps(IPHONE, [{ ...MAIL, dynamicSize: 8 }]);
    expect(namesOf(await fetchApps(`?changedSince=${third.body.cursor}`))).toEqual({ [IPAD]: ['Example Mail'] });
  });

  test('a withdrawal stops it at once and is in the audit log; what is allowed later begins anew', async () => {
    const {
      body: { cursor },
    } = await fetchApps();
    await connector(LOOKOUT, { allowPartnerToCollectIOSApplicationMetadata: false });
    expect((await fetchApps(`?changedSince=${cursor}`)).status).toBe(403);
    const [row] = await hub.store.audit.list(1, 0);
    expect(row).toMatchObject({
      actor: 'admin',
      operation: 'Patch',
      resourceId: LOOKOUT,
      changes: [{ property: 'allowPartnerToCollectIOSApplicationMetadata', oldValue: 'true', newValue: 'false' }],
    });
    await connector(LOOKOUT, { allowPartnerToCollectAndroidApplicationMetadata: true });
    const other = await fetchApps(`?changedSince=${cursor}`);
    expect([other.body.restart, Object.keys(namesOf(other))]).toEqual([true, [PHONE]]);
  });

  test('when less is shared than before, the next page begins anew, so that the rest is deleted', async () => {
    await connector(LOOKOUT, {
      allowPartnerToCollectIOSPersonalApplicationMetadata: true,
      allowPartnerToCollectAndroidApplicationMetadata: true,
    });
    await putApps(IPHONE);
    const {
      body: { cursor: everything },
    } = await fetchApps();
    await connector(LOOKOUT, { allowPartnerToCollectIOSPersonalApplicationMetadata: false });
    // What nobody may see any more is forgotten meanwhile, and a device that changes under the page is left for the next one.
    await eventually(async () => expect((await hub.store.appInventory.ofDevices([IPHONE]))[0]?.apps).toHaveLength(1));
    const managed = await fetchApps(`?changedSince=${everything}`);
    expect(managed.body.restart).toBe(true);
    expect(namesOf(managed)[IPHONE]).toEqual(['Example Mail']);
    await connector(LOOKOUT, { allowPartnerToCollectIOSApplicationMetadata: false });
    const android = await fetchApps(`?changedSince=${managed.body.cursor}`);
    expect([android.body.restart, Object.keys(namesOf(android))]).toEqual([true, [PHONE]]);
    expect((await fetchApps(`?changedSince=${android.body.cursor}`)).body).toMatchObject({ restart: false, value: [] });
  });

  test("users' own apps are forgotten when the last partner may not see them any more", async () => {
    const names = async () =>
      (await hub.store.appInventory.ofDevices([IPAD, IPHONE]))
        .map(({ deviceId, apps }) => [deviceId, apps.length])
        .sort();
    for (const id of [LOOKOUT, ZIMPERIUM])
      await connector(id, {
        allowPartnerToCollectIOSApplicationMetadata: true,
        allowPartnerToCollectIOSPersonalApplicationMetadata: true,
      });
    await putApps(IPHONE);
    await connector(LOOKOUT, { allowPartnerToCollectIOSPersonalApplicationMetadata: false });
    expect(await names()).toEqual([
      [IPAD, 2],
      [IPHONE, 2],
    ]);
    await connector(ZIMPERIUM, { allowPartnerToCollectIOSApplicationMetadata: false });
    await eventually(async () =>
      expect(await names()).toEqual([
        [IPAD, 2],
        [IPHONE, 1],
      ]),
    );
  });

  test('an empty beginning is one beginning', async () => {
    await connector(LOOKOUT, { enrolmentGroupIds: [GROUP] });
    const {
      body: { cursor },
    } = await fetchApps();
    await connector(ZIMPERIUM, { allowPartnerToCollectIosCertificateMetadata: true });
    const certificates = (query = '') =>
      call('GET', `/partner/v1/certificate-inventory${query}`, `partner ${ZIMPERIUM}`);
    const { body: first } = await certificates();
    expect([first.restart, first.value]).toEqual([true, []]);
    expect((await certificates(`?changedSince=${first.cursor}`)).body.restart).toBe(false);
    expect((await fetchApps(`?changedSince=${cursor}`)).body.restart).toBe(false);
  });

  test('a cursor of another partner is refused, and one of what was never committed begins anew', async () => {
    await connector(ZIMPERIUM, { allowPartnerToCollectIOSApplicationMetadata: true });
    const {
      body: { cursor },
    } = await fetchApps();
    expect(await fetchApps(`?changedSince=${cursor}`, ZIMPERIUM)).toMatchObject({
      status: 400,
      body: { error: { target: 'changedSince' } },
    });
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const ahead = Buffer.from(JSON.stringify(parts.with(2, 1_000_000))).toString('base64url');
    const answer = await fetchApps(`?changedSince=${ahead}`);
    expect([answer.body.restart, answer.body.value.length]).toEqual([true, 2]);
  });

  test('a partner that has withdrawn is given nothing until it comes back', async () => {
    await hub.provisioning.provision(LOOKOUT, false);
    expect(await fetchApps()).toMatchObject({
      status: 409,
      body: { error: { innerError: { code: 'connector_unavailable' } } },
    });
    await hub.provisioning.provision(LOOKOUT, true);
    expect((await fetchApps()).status).toBe(200);
  });

  test('partners for certain groups are given the devices of those groups only', async () => {
    await hub.configuration.write('admin', async (tx, changed) => {
      await tx.documents.put('group', GROUP, { displayName: 'Sales' }, hub.clock.now());
      await tx.members.add(GROUP, [IPHONE]);
      changed({ kind: 'group', id: GROUP, after: {} });
    });
    const all = await fetchApps();
    await connector(LOOKOUT, { enrolmentGroupIds: [GROUP] });
    const some = await fetchApps(`?changedSince=${all.body.cursor}`);
    expect(some.body.restart).toBe(true);
    expect(namesOf(some)).toEqual({ [IPAD]: true, [IPHONE]: ['Example Mail'] });
  });

  test('who was given a device is told when it goes, and nobody else', async () => {
    await connector(ZIMPERIUM, { allowPartnerToCollectIOSApplicationMetadata: true });
    const {
      body: { cursor },
    } = await fetchApps();
    const {
      body: { cursor: late },
    } = await fetchApps('?limit=1', ZIMPERIUM);
    await hub.devices.remove('admin', IPAD);
    expect((await admin('DELETE', `/devices/${IPHONE}/inventory`)).status).toBe(204);
    expect(await admin('DELETE', `/devices/${IPHONE}/inventory`)).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('nothing to forget') } },
    });
    expect((await fetchApps(`?changedSince=${cursor}`)).body.value).toEqual([
      { managedDeviceId: IPAD, removed: true },
      { managedDeviceId: IPHONE, removed: true },
    ]);
    expect((await fetchApps(`?changedSince=${late}`, ZIMPERIUM)).body.value).toEqual([
      { managedDeviceId: IPAD, removed: true },
    ]);
  });

  test('a device that changes hands is judged anew, and partners are told', async () => {
    await connector(LOOKOUT, { allowPartnerToCollectIosCertificateMetadata: true });
    await admin('PUT', `/devices/${IPAD}/certificates`, { certificates: [{ commonName: 'alice', data: 'MIIB' }] });
    const fetchCertificates = (query = '') =>
      call('GET', `/partner/v1/certificate-inventory${query}`, `partner ${LOOKOUT}`);
    const {
      body: { cursor },
    } = await fetchApps();
    const {
      body: { cursor: certificates },
    } = await fetchCertificates();
    await device(IPAD, 'iPadOS', 'personal');
    expect(namesOf(await fetchApps(`?changedSince=${cursor}`))).toEqual({ [IPAD]: ['Example Mail'] });
    expect((await fetchCertificates(`?changedSince=${certificates}`)).body.value).toEqual([
      { managedDeviceId: IPAD, removed: true },
    ]);
    expect((await admin('GET', `/devices/${IPAD}/apps`)).body.apps).toHaveLength(1);
    await device(IPAD, 'iPadOS', 'company');
    expect((await fetchCertificates(`?changedSince=${certificates}`)).body.value).toMatchObject([
      { managedDeviceId: IPAD, certificates: [{ commonName: 'alice' }] },
    ]);
  });

  test('every hand-over is on record: what, whose, to whom, when, also after the device is gone', async () => {
    const { body } = await fetchApps();
    hub.clock.advance(60_000);
    await putApps(IPHONE, [MAIL, { ...MAIL, name: 'Second' }]);
    await fetchApps(`?changedSince=${body.cursor}`);
    await fetchApps(`?changedSince=${body.cursor}&limit=1`);
    const { body: list } = await admin('GET', '/inventory-disclosures?limit=2');
    expect(list.value).toHaveLength(2);
    const { body: rest } = await admin(
      'GET',
      `/inventory-disclosures?connectorId=${LOOKOUT.toUpperCase()}&before=${list.nextBefore}`,
    );
    expect(rest.value).toEqual([
      {
        seq: expect.any(Number),
        disclosureId: body.disclosureId,
        dateTime: '2026-03-02T09:00:00.000Z',
        connectorId: LOOKOUT,
        recipient: 'partner-app',
        kind: 'apps',
        channel: 'fetch',
        fields: [
          'appId',
          'version',
          'shortVersion',
          'name',
          'bundleSize',
          'dynamicSize',
          'validated',
          'managed',
          'adHocSigned',
          'fromAppStore',
          'betaApp',
          'deviceBasedVpp',
        ],
        deviceCount: 2,
        itemCount: 3,
      },
    ]);
    const { body: later } = await admin(
      'GET',
      '/inventory-disclosures?from=2026-03-02T09:00:30Z&to=2026-03-02T10:02:00%2B01:00',
    );
    expect(later.value).toEqual(list.value);
    expect(await admin('GET', '/inventory-disclosures?from=yesterday')).toMatchObject({
      status: 400,
      body: { error: { target: 'from' } },
    });
    await hub.devices.remove('admin', IPHONE);
    expect((await admin('GET', `/inventory-disclosures/${rest.value[0].seq}/devices`)).body.value).toEqual(
      expect.arrayContaining([
        { managedDeviceId: IPAD, scope: 'all', itemCount: 2 },
        { managedDeviceId: IPHONE, scope: 'managed', itemCount: 1 },
      ]),
    );
    expect((await admin('GET', '/inventory-disclosures/999999/devices')).status).toBe(404);
    expect((await admin('GET', `/devices/${IPHONE}/inventory-disclosures`)).body.value).toMatchObject([
      {
        connectorId: LOOKOUT,
        kind: 'apps',
        scope: 'managed',
        itemCount: 2,
        times: 3,
        firstDateTime: '2026-03-02T09:00:00.000Z',
        lastDateTime: '2026-03-02T09:01:00.000Z',
      },
    ]);
    expect(
      (await call('GET', '/admin/v1/inventory-disclosures', 'DeviceManagementManagedDevices.Read.All')).status,
    ).toBe(403);
  });

  test('hand-overs are forgotten after the time that is set, and a device that is gone later is still called back', async () => {
    const {
      body: { cursor },
    } = await fetchApps();
    hub.clock.advance(31 * 24 * 3_600_000);
    await reopen();
    await eventually(async () => expect((await admin('GET', '/inventory-disclosures')).body.value).toEqual([]));
    await hub.devices.remove('admin', IPAD);
    expect((await fetchApps(`?changedSince=${cursor}`)).body.value).toEqual([{ managedDeviceId: IPAD, removed: true }]);
  });

  describe('after removals are forgotten', () => {
    /** The hub notes how far the changes have come. */
    const later = async (days: number) => {
      hub.clock.advance(days * 86_400_000);
      await reopen();
      await eventually(async () =>
        expect((await hub.store.documents.get('inventoryCursor', 'times'))?.body.times).toContainEqual(
          expect.objectContaining({ at: hub.clock.now() }),
        ),
      );
    };
    const removals = async () =>
      (await hub.store.appInventory.changes('iOS', 0, 100)).filter(({ inventory }) => inventory === undefined).length;

    test('a cursor from before them begins anew, and one from after them goes on', async () => {
      const {
        body: { cursor: early },
      } = await fetchApps();
      await hub.devices.remove('admin', IPAD);
      const {
        body: { cursor: late },
      } = await fetchApps(`?changedSince=${early}`);
      for (const days of [1, 89]) {
        await later(days);
        expect(await removals()).toBe(1);
      }
      await later(2);
      await eventually(async () => expect(await removals()).toBe(0));
      expect((await fetchApps(`?changedSince=${late}`)).body).toMatchObject({ restart: false, value: [] });
      const anew = await fetchApps(`?changedSince=${early}&limit=1`);
      expect([anew.body.restart, namesOf(anew)]).toEqual([true, { [IPHONE]: ['Example Mail'] }]);
      // What begins anew goes on from there, though its place is before the removals.
      await putApps(MAC);
      expect((await fetchApps(`?changedSince=${anew.body.cursor}`)).body).toMatchObject({
        restart: false,
        value: [],
        more: false,
      });
      expect((await admin('GET', '/inventory-disclosures')).body.value.length).toBeGreaterThan(0);
    });

    test('a cursor made before removals could be forgotten is still good', async () => {
      const {
        body: { cursor },
      } = await fetchApps();
      const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
      const older = Buffer.from(JSON.stringify(parts.slice(0, 4))).toString('base64url');
      expect((await fetchApps(`?changedSince=${older}`)).body).toMatchObject({ restart: false, value: [] });
    });
  });

  test('what a stop of the hub cut off is forgotten after the next start, and partners are told of nothing else', async () => {
    await connector(LOOKOUT, { allowPartnerToCollectIOSPersonalApplicationMetadata: true });
    await putApps(IPHONE);
    await inventory.close();
    await connector(LOOKOUT, { allowPartnerToCollectIOSPersonalApplicationMetadata: false });
    const before = await hub.store.appInventory.lastChange();
    expect(await hub.store.appInventory.withOwnApps('iOS', 0, 10)).toMatchObject([{ deviceId: IPHONE }]);
    await reopen();
    await eventually(async () => expect(await hub.store.appInventory.withOwnApps('iOS', 0, 10)).toEqual([]));
    expect((await hub.store.appInventory.changes('iOS', before, 10)).map(({ deviceId }) => deviceId)).toEqual([IPHONE]);
  });

  test('wrong questions are refused, and cursors of others are', async () => {
    const { body } = await call('GET', '/partner/v1/certificate-inventory', `partner ${LOOKOUT}`);
    expect(body.error.innerError.code).toBe('inventory_not_shared');
    for (const query of [
      '?limit=0',
      '?limit=501',
      '?top=1',
      '?changedSince=abc',
      '?changedSince=',
      `?changedSince=${Buffer.from('[2,"certificates",0,""]').toString('base64url')}`,
      `?changedSince=${Buffer.from('[1,"apps",0,"iOS;"]').toString('base64url')}`,
    ]) {
      expect([query, (await fetchApps(query)).status]).toEqual([query, 400]);
    }
    const parts = JSON.parse(Buffer.from((await fetchApps()).body.cursor, 'base64url').toString('utf8')) as unknown[];
    const forged = Buffer.from(JSON.stringify(parts.with(2, 0).with(3, 'iOS+,android+,constructor;'))).toString(
      'base64url',
    );
    expect(namesOf(await fetchApps(`?changedSince=${forged}`))).toEqual({
      [IPAD]: ['Example Mail', 'Dating'],
      [IPHONE]: ['Example Mail'],
    });
    const negative = Buffer.from(JSON.stringify(parts.with(2, -1))).toString('base64url');
    expect((await fetchApps(`?changedSince=${negative}`)).status).toBe(400);
  });

  test('no log line tells what is installed', async () => {
    await fetchApps();
    await admin('PUT', `/devices/${IPAD}/apps`, { apps: [{ ...DATING, managed: 'perhaps' }] });
    expect(logged).toContain('/partner/v1/app-inventory');
    expect(logged).not.toMatch(/dating|Example Mail/i);
  });
});

test('Android has switches of its own', async () => {
  await device(MAC, 'Android', 'personal');
  for (const id of [IPAD, PHONE, MAC]) await putApps(id);
  await connector(LOOKOUT, { allowPartnerToCollectAndroidApplicationMetadata: true });
  expect(namesOf(await fetchApps())).toEqual({ [PHONE]: ['Example Mail', 'Dating'], [MAC]: ['Example Mail'] });
});

describe('certificates', () => {
  const certificates = [
    { commonName: 'alice', data: 'MIIB', isIdentity: true },
    { commonName: 'Example CA', data: 'MIIC', isIdentity: false },
  ];
  const fetchCertificates = () => call('GET', '/partner/v1/certificate-inventory', `partner ${LOOKOUT}`);

  test('are shared by switches of their own, and those of personal devices only with the second', async () => {
    for (const id of [IPAD, IPHONE, PHONE])
      expect((await admin('PUT', `/devices/${id}/certificates`, { certificates })).body).toEqual({ status: 'kept' });
    await connector(LOOKOUT, {
      allowPartnerToCollectIOSApplicationMetadata: true,
      allowPartnerToCollectIosPersonalCertificateMetadata: true,
    });
    expect((await fetchCertificates()).status).toBe(403);
    await connector(LOOKOUT, {
      allowPartnerToCollectIosCertificateMetadata: true,
      allowPartnerToCollectIosPersonalCertificateMetadata: false,
    });
    expect((await fetchCertificates()).body.value).toEqual([
      {
        managedDeviceId: IPAD,
        entraDeviceId: expect.any(String),
        platform: 'iOS',
        ownerType: 'company',
        scope: 'all',
        collectedDateTime: expect.any(String),
        certificates,
      },
    ]);
    await connector(LOOKOUT, { allowPartnerToCollectIosPersonalCertificateMetadata: true });
    expect((await fetchCertificates()).body.value.map((each: any) => each.managedDeviceId)).toEqual([IPAD, IPHONE]);
    expect(
      (await admin('GET', '/inventory-disclosures')).body.value.map((row: any) => [
        row.kind,
        row.deviceCount,
        row.itemCount,
      ]),
    ).toEqual([
      ['certificates', 2, 4],
      ['certificates', 1, 2],
    ]);
  });
});

describe('what administrators tell and see', () => {
  test('apps of a device come back, those of a personal device only as far as they are managed', async () => {
    await connector(LOOKOUT, {
      allowPartnerToCollectIOSApplicationMetadata: true,
      allowPartnerToCollectIOSPersonalApplicationMetadata: true,
    });
    expect((await admin('GET', `/devices/${IPAD}/apps`)).body).toEqual({
      collectedDateTime: null,
      source: null,
      apps: [],
    });
    for (const id of [IPAD, IPHONE]) await putApps(id);
    const names = async (id: string) =>
      (await admin('GET', `/devices/${id}/apps`)).body.apps.map((each: any) => each.name);
    expect([await names(IPAD), await names(IPHONE)]).toEqual([['Example Mail', 'Dating'], ['Example Mail']]);
  });

  test('older news is not taken, unknown devices and wrong documents are refused', async () => {
    await putApps(IPAD);
    expect(
      (await admin('PUT', `/devices/${IPAD}/apps`, { collectedDateTime: '2026-03-01T09:00:00+01:00', apps: [] })).body,
    ).toEqual({ status: 'older' });
    expect(
      (await admin('PUT', `/devices/${IPAD}/apps`, { collectedDateTime: '2030-03-01T09:00:00Z', apps: [] })).body,
    ).toEqual({ status: 'kept' });
    expect((await putApps(IPAD)).body).toEqual({ status: 'kept' });
    expect((await putApps('nobody')).status).toBe(404);
    expect((await admin('DELETE', '/devices/nobody/inventory')).status).toBe(404);
    for (const apps of [
      [{ version: '1' }],
      [{ name: 'x', price: 1 }],
      [{ name: 'x', bundleSize: -1 }],
      [{ name: 'a\u0000b' }],
      [{ name: 'x'.repeat(600) }],
      'apps',
    ]) {
      expect((await admin('PUT', `/devices/${IPAD}/apps`, { apps })).status).toBe(400);
    }
    expect(
      (await call('PUT', `/admin/v1/devices/${IPAD}/apps`, 'DeviceManagementManagedDevices.Read.All', { apps: [] }))
        .status,
    ).toBe(403);
  });

  test('an export of Graph is taken, page by page', async () => {
    const answer = await admin('POST', '/inventory/import', {
      '@odata.context': 'https://graph.microsoft.com/beta/$metadata#deviceManagement/managedDevices',
      value: [
        {
          id: IPAD.toUpperCase(),
          deviceName: 'iPad',
          lastSyncDateTime: '2026-03-01T08:00:00Z',
          detectedApps: [
            {
              id: '1',
              displayName: 'Excel',
              version: '2.9',
              sizeInByte: 0,
              publisher: 'Microsoft',
              platform: 'ios',
              deviceCount: 4,
            },
          ],
        },
        { id: 'stranger', detectedApps: [{ displayName: null, version: '1' }] },
      ],
    });
    expect(answer.body).toEqual({ kept: 1, older: 0, unknownDevices: ['stranger'], ambiguousDevices: [] });
    expect((await admin('GET', `/devices/${IPAD}/apps`)).body).toMatchObject({
      source: 'graph',
      collectedDateTime: '2026-03-01T08:00:00.000Z',
      apps: [{ name: 'Excel', shortVersion: '2.9', publisher: 'Microsoft', managed: null, bundleSize: null }],
    });
  });

  test('an export of Graph finds devices by serial number and IMEI too, never by what many phones have', async () => {
    await device(IPAD, 'iPadOS', 'company', {
      serialNumber: 'F9FXK0AAJ1',
      azureADDeviceId: 'aaaaaaaa-0000-4000-8000-00000000000a',
    });
    await device(PHONE, 'Android', 'company', { serialNumber: 'unknown', imei: '490154203237518' });
    await device(MAC, 'macOS', 'company', { serialNumber: '0', udid: '00008120-001A2B3C4D5E6F70' });
    const detectedApps = [{ displayName: 'Excel', version: '2.9' }];
    const { body } = await admin('POST', '/inventory/import', {
      value: [
        { id: null, serialNumber: ' f9fxk0aaj1', detectedApps },
        { imei: '49-015420-323751-8', serialNumber: 'unknown', detectedApps },
        {
          id: 'dddddddd-0000-4000-8000-00000000000f',
          udid: '00008120-001a2b3c4d5e6f70',
          serialNumber: '0',
          detectedApps,
        },
        { id: 'dddddddd-0000-4000-8000-00000000000e', serialNumber: '0', imei: '000000000000000', detectedApps },
        { serialNumber: 'unknown', detectedApps },
        { detectedApps },
        { serialNumber: 'F9FXK0AAJ1', imei: '490154203237518', detectedApps },
        { id: IPAD, imei: '490154203237518', detectedApps },
      ],
    });
    expect(body).toEqual({
      kept: 3,
      older: 0,
      unknownDevices: ['dddddddd-0000-4000-8000-00000000000e', 'unknown', 'value[5]'],
      ambiguousDevices: ['F9FXK0AAJ1', IPAD],
    });
    for (const id of [IPAD, PHONE, MAC]) expect((await admin('GET', `/devices/${id}/apps`)).body.apps).toHaveLength(1);
    expect((await admin('GET', `/devices/${IPHONE}/apps`)).body.apps).toEqual([]);
  });
});
