import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstalledApp } from '@sallyport/core';
import { KeepInventory } from '../../../inventory/keep-inventory.ts';
import { createDataKey } from '../../../platform/data-key.ts';
import { NOW, openTestHub, type TestHub } from '../testing.ts';

const MAIL: InstalledApp = {
  appId: 'com.example.mail',
  name: 'Example Mail',
  version: '54873',
  shortVersion: '4.2.1',
  bundleSize: 48_234_496,
  managed: true,
};
const GAME: InstalledApp = { appId: 'com.example.game', name: 'Bubble Game', version: '3', managed: false };

let hub: TestHub;
let company = '';
let personal = '';
let android = '';

beforeEach(async () => {
  hub = await openTestHub();
  const register = async (body: object): Promise<string> =>
    (await hub.post('/v1.0/deviceManagement/managedDevices', { deviceName: 'phone', osVersion: '18', ...body })).body
      .id;
  company = await register({ operatingSystem: 'iOS', managedDeviceOwnerType: 'company' });
  personal = await register({ operatingSystem: 'iOS', managedDeviceOwnerType: 'personal' });
  android = await register({ operatingSystem: 'Android', managedDeviceOwnerType: 'personal' });
  const keeper = new KeepInventory({
    store: hub.store,
    dataKey: createDataKey(new Uint8Array(32)),
    clock: { now: () => NOW },
  });
  await keeper.keepApps(
    [company, personal, android].map((id) => ({
      source: 'test',
      keys: [{ type: 'managedDeviceId', value: id }],
      collectedAt: NOW,
      apps: [MAIL, GAME],
    })),
  );
});
afterEach(() => hub.close());

const namesOf = (answer: { body: any }) =>
  answer.body.value.map((app: any) => `${app.displayName} ${app.platform} ${app.deviceCount}`);
const APPS = '/v1.0/deviceManagement/detectedApps';

test('detected apps are listed with their counts; of personal devices only managed ones count', async () => {
  const answer = await hub.get(`${APPS}?$orderby=displayName,deviceCount desc&$count=true`);
  expect(answer.body['@odata.count']).toBe(3);
  expect(answer.body['@odata.context']).toBe('https://hub.example:8443/v1.0/$metadata#deviceManagement/detectedApps');
  expect(namesOf(answer)).toEqual(['Bubble Game ios 1', 'Example Mail ios 2', 'Example Mail androidWorkProfile 1']);
  expect(answer.body.value[1]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    displayName: 'Example Mail',
    version: '4.2.1',
    publisher: null,
    platform: 'ios',
    sizeInByte: 48_234_496,
    deviceCount: 2,
  });
});

test.each([
  ["displayName eq 'example mail' and platform eq 'iOS'", ['Example Mail ios 2']],
  ["contains(displayName,'MAIL') and not (platform eq 'ios')", ['Example Mail androidWorkProfile 1']],
  ["startswith(version,'4.2')", ['Example Mail androidWorkProfile 1', 'Example Mail ios 2']],
  ['deviceCount ge 2', ['Example Mail ios 2']],
  ['sizeInByte eq 0', ['Bubble Game ios 1']],
  ["displayName in ('Bubble Game','Nothing')", ['Bubble Game ios 1']],
])('the filter %s is answered', async (filter, expected) => {
  expect(
    namesOf(await hub.get(`${APPS}?$filter=${encodeURIComponent(filter)}&$orderby=displayName,deviceCount`)),
  ).toEqual(expected);
  expect((await hub.get(`${APPS}/$count?$filter=${encodeURIComponent(filter)}`)).text).toBe(String(expected.length));
});

test('what cannot be answered is refused', async () => {
  for (const query of [
    "$filter=platform gt 'ios'",
    '$filter=price eq 1',
    '$orderby=price',
    '$expand=managedDevices',
    '$search=mail',
    '$top=x',
  ]) {
    expect([query, (await hub.get(`${APPS}?${query.replaceAll(' ', '%20')}`)).status]).toEqual([query, 400]);
  }
  expect((await hub.post(APPS, { displayName: 'x' })).status).toBe(404);
});

test('pages follow each other without gaps', async () => {
  for (const order of ['', '&$orderby=deviceCount desc']) {
    const seen: string[] = [];
    let url = `${APPS}?$top=2${order}`;
    while (url !== '') {
      const { body } = await hub.get(url.replace('https://hub.example:8443', '').replaceAll(' ', '%20'));
      seen.push(...body.value.map((app: any) => app.id));
      url = body['@odata.nextLink'] ?? '';
    }
    expect(new Set(seen).size).toBe(3);
  }
});

test('one detected app is found by its id, with its devices page by page', async () => {
  const [mail] = (
    await hub.get(`${APPS}?$filter=platform eq 'ios' and displayName eq 'Example Mail'`.replaceAll(' ', '%20'))
  ).body.value;
  expect((await hub.get(`${APPS}/${mail.id}?$select=displayName`)).body).toMatchObject({ displayName: 'Example Mail' });
  expect((await hub.get(`${APPS}('${mail.id.toUpperCase()}')`)).body).toMatchObject(mail);
  expect((await hub.get(`${APPS}/nothing`)).status).toBe(404);
  const first = await hub.get(`${APPS}/${mail.id}/managedDevices?$top=1&$count=true&$select=id,deviceName`);
  expect(first.body['@odata.count']).toBe(2);
  const second = await hub.get(first.body['@odata.nextLink'].replace('https://hub.example:8443', ''));
  expect([...first.body.value, ...second.body.value]).toEqual(
    [company, personal].map((id) => ({ id, deviceName: 'phone' })),
  );
  expect(second.body['@odata.nextLink']).toBeUndefined();
  expect((await hub.get(`${APPS}/${mail.id}/managedDevices?$skip=1`)).body.value).toHaveLength(1);
});

test('the apps of one device are in beta, in a route of their own', async () => {
  const url = (id: string, version = 'beta') => `/${version}/deviceManagement/managedDevices/${id}/detectedApps`;
  expect(namesOf(await hub.get(`${url(company)}?$orderby=displayName`))).toEqual([
    'Bubble Game ios 1',
    'Example Mail ios 2',
  ]);
  expect(namesOf(await hub.get(url(personal)))).toEqual(['Example Mail ios 2']);
  expect((await hub.get(url(company, 'v1.0'))).status).toBe(404);
  expect((await hub.get(url('nobody'))).status).toBe(404);
});

test('devices are shown with their apps when that is asked for, in beta', async () => {
  const devices = '/beta/deviceManagement/managedDevices';
  const one = (await hub.get(`${devices}/${personal}?$select=id&$expand=detectedApps($select=displayName)`)).body;
  expect(one).toMatchObject({ id: personal, detectedApps: [{ displayName: 'Example Mail' }] });
  expect(one.detectedApps[0]).toEqual({ displayName: 'Example Mail' });
  const all = (await hub.get(`${devices}?$expand=detectedApps`)).body.value;
  expect(Object.fromEntries(all.map((device: any) => [device.id, device.detectedApps.length]))).toEqual({
    [company]: 2,
    [personal]: 1,
    [android]: 1,
  });
  expect((await hub.get(`${devices}/${personal}`)).body).not.toHaveProperty('detectedApps');
  expect((await hub.get(`/v1.0/deviceManagement/managedDevices/${personal}?$expand=detectedApps`)).status).toBe(400);
});

test('who may not read devices may not read their apps', async () => {
  for (const url of [
    APPS,
    `${APPS}/x/managedDevices`,
    `/beta/deviceManagement/managedDevices/${company}/detectedApps`,
  ]) {
    expect((await hub.get(url, { roles: ['User.Read.All'] })).status).toBe(403);
  }
});
