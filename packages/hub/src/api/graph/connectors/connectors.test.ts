import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW, openTestHub, type TestHub } from '../testing.ts';

const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const PATH = '/deviceManagement/mobileThreatDefenseConnectors';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
});
afterAll(() => hub.close());

describe('a connector', () => {
  test('is not found before it is made', async () => {
    const answer = await hub.get(`/v1.0${PATH}/${LOOKOUT}`);
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('ResourceNotFound');
  });

  test('is made with the well-known id of its partner, and knows who that is', async () => {
    const answer = await hub.post(`/beta${PATH}`, {
      id: LOOKOUT.toUpperCase(),
      androidEnabled: true,
      partnerState: 'enabled',
      partnerDisplayName: 'Somebody else',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      '@odata.context':
        'https://hub.example:8443/beta/$metadata#deviceManagement/mobileThreatDefenseConnectors/$entity',
      id: LOOKOUT,
      androidEnabled: true,
      iosEnabled: false,
      partnerState: 'notSetUp',
      lastHeartbeatDateTime: '0001-01-01T00:00:00Z',
      partnerDisplayName: 'Lookout for Work',
      partnerMinimumSupportedAndroidVersion: '5.0',
      partnerSupportsIosMam: true,
      partnerUnresponsivenessThresholdInDays: 7,
      integration: 'full',
    });
    expect(hub.memory.connector(LOOKOUT)?.platforms.android?.enabled).toBe(true);
  });

  test('is made once', async () => {
    const answer = await hub.post(`/v1.0${PATH}`, { id: LOOKOUT });
    expect(answer.status).toBe(409);
  });

  test('is enabled once its partner was heard and a toggle is on, and unresponsive when it falls silent', async () => {
    await hub.store.transaction((tx) => tx.heartbeats.set(LOOKOUT, NOW));
    const state = async (): Promise<string> => (await hub.get(`/v1.0${PATH}/${LOOKOUT}`)).body.partnerState;
    expect(await state()).toBe('enabled');
    await hub.patch(`/v1.0${PATH}/${LOOKOUT}`, { androidEnabled: false });
    expect(await state()).toBe('available');
    hub.advanceDays(8);
    expect(await state()).toBe('unresponsive');
    await hub.patch(`/v1.0${PATH}/${LOOKOUT}`, { partnerUnresponsivenessThresholdInDays: 0 });
    expect(await state()).toBe('available');
  });

  test('answers a PATCH with the entity, and v1.0 shows only what v1.0 has', async () => {
    const answer = await hub.patch(`/beta${PATH}/${LOOKOUT}`, { macEnabled: true, windowsEnabled: true });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ macEnabled: true, windowsDeviceBlockedOnMissingPartnerData: true });
    expect((await hub.get(`/v1.0${PATH}/${LOOKOUT}`)).body).not.toHaveProperty('macEnabled');
    expect((await hub.patch(`/v1.0${PATH}/${LOOKOUT}`, { macEnabled: true })).body.error).toMatchObject({
      code: 'BadRequest',
      target: 'macEnabled',
    });
  });

  test('is for groups that exist, which then cannot be deleted', async () => {
    const group = (
      await hub.post('/v1.0/groups', {
        displayName: 'Enrolled',
        mailEnabled: false,
        mailNickname: 'enrolled',
        securityEnabled: true,
      })
    ).body.id as string;
    const enrol = (enrolmentGroupIds: readonly string[]) => hub.patch(`/beta${PATH}/${LOOKOUT}`, { enrolmentGroupIds });
    expect((await enrol([group, LOOKOUT])).body.error).toMatchObject({
      code: 'BadRequest',
      target: 'enrolmentGroupIds[1]',
    });
    expect((await hub.post(`/beta${PATH}`, { enrolmentGroupIds: ['nobody'] })).body.error).toMatchObject({
      target: 'enrolmentGroupIds[0]',
    });
    expect((await enrol([group.toUpperCase()])).status).toBe(200);
    expect((await hub.delete(`/v1.0/groups/${group}`)).status).toBe(409);
    expect((await enrol([])).status).toBe(200);
    expect((await hub.delete(`/v1.0/groups/${group}`)).status).toBe(204);
  });

  test('has a lower limit that can be read as a version', async () => {
    for (const version of ['Oreo', 'Android 14', '14+', '8.x', '22H2']) {
      const answer = await hub.post(`/beta${PATH}`, { partnerMinimumSupportedAndroidVersion: version });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { target: 'partnerMinimumSupportedAndroidVersion' } },
      });
    }
  });

  test('of another vendor gets an id and keeps the name it was given', async () => {
    const answer = await hub.post(`/beta${PATH}`, { partnerDisplayName: 'Our own scanner', integration: 'basic' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ partnerDisplayName: 'Our own scanner', integration: 'basic' });
    expect(hub.memory.connector(answer.body.id)?.integration).toBe('basic');
  });

  test('has an id that is a GUID', async () => {
    expect((await hub.post(`/beta${PATH}`, { id: 'lookout' })).body.error.target).toBe('id');
  });

  test('made again under its old id has not been heard of, and has no link to a vendor', async () => {
    const id = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9e0e0';
    await hub.post(`/beta${PATH}`, { id });
    await hub.store.transaction(async (tx) => {
      await tx.heartbeats.set(id, NOW);
      await tx.documents.put(
        'inventoryPush',
        id,
        { url: 'https://vendor.example/inventory', enabled: true, kinds: ['apps'], sealedSecret: 'sealed' },
        NOW,
      );
      await tx.documents.put('inventoryCursor', `${id}:apps`, { cursor: 'place' }, NOW);
      await tx.documents.put('vendorLink', id, { vendor: 'lookout', secrets: { applicationKey: 'sealed' } }, NOW);
      await tx.documents.put('connectorStatus', id, { deprovisioned: true, error: null, state: null }, NOW);
      await tx.documents.put('vendorCursor', `${id}:stream`, { value: 'place' }, NOW);
    });
    expect((await hub.delete(`/beta${PATH}/${id}`)).status).toBe(204);
    hub.advanceDays(0.01);
    await hub.post(`/beta${PATH}`, { id });
    expect((await hub.get(`/beta${PATH}/${id}`)).body).toMatchObject({
      partnerState: 'notSetUp',
      lastHeartbeatDateTime: '0001-01-01T00:00:00Z',
    });
    expect(await hub.store.documents.get('vendorLink', id)).toBeUndefined();
    expect(await hub.store.documents.get('inventoryPush', id)).toBeUndefined();
    expect(await hub.store.documents.get('inventoryCursor', `${id}:apps`)).toBeUndefined();
    expect(await hub.store.documents.get('vendorCursor', `${id}:stream`)).toBeUndefined();
    await hub.delete(`/beta${PATH}/${id}`);
  });

  test('is deleted', async () => {
    const { body } = await hub.post(`/v1.0${PATH}`, {});
    expect((await hub.delete(`/v1.0${PATH}/${body.id}`)).status).toBe(204);
    expect((await hub.get(`/v1.0${PATH}/${body.id}`)).status).toBe(404);
    expect((await hub.delete(`/v1.0${PATH}/${body.id}`)).status).toBe(404);
  });
});

describe('the list of connectors', () => {
  test('filters, sorts, selects and counts', async () => {
    const answer = await hub.get(
      `/beta${PATH}?$filter=integration eq 'Basic'&$select=id,partnerDisplayName&$count=true&$orderby=partnerDisplayName desc`,
    );
    expect(answer.body['@odata.count']).toBe(1);
    expect(answer.body['@odata.context']).toBe(
      'https://hub.example:8443/beta/$metadata#deviceManagement/mobileThreatDefenseConnectors(id,partnerDisplayName)',
    );
    expect(answer.body.value).toEqual([{ id: expect.any(String), partnerDisplayName: 'Our own scanner' }]);
    const count = await hub.get(`/beta${PATH}/$count?$filter=integration eq 'basic'`);
    expect(count.text).toBe('1');
    expect(count.headers['content-type']).toMatch(/^text\/plain/);
  });

  test('pages with absolute https links that keep the other options', async () => {
    const first = await hub.get(`/v1.0${PATH}?$top=1&$count=true&$select=id`);
    expect(first.body['@odata.count']).toBe(2);
    expect(first.body['@odata.nextLink']).toMatch(
      /^https:\/\/hub\.example:8443\/v1\.0\/deviceManagement\/mobileThreatDefenseConnectors\?\$top=1&\$count=true&\$select=id&\$skiptoken=[\w-]+$/,
    );
    const second = await hub.get(first.body['@odata.nextLink'].replace('https://hub.example:8443', ''));
    expect(second.body.value).toHaveLength(1);
    expect(second.body).not.toHaveProperty('@odata.count');
    expect(second.body).not.toHaveProperty('@odata.nextLink');
    expect(second.body.value[0].id).not.toBe(first.body.value[0].id);
  });

  test('refuses what it does not know, and says what it does', async () => {
    const answer = await hub.get(`/v1.0${PATH}?$search=x`);
    expect(answer.status).toBe(400);
    expect(answer.body.error.target).toBe('$search');
    expect(answer.body.error.message).toContain('$filter');
    expect((await hub.get(`/v1.0${PATH}?$skiptoken=AAAA`)).body.error.target).toBe('$skiptoken');
  });
});
