import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW, openTestHub, type TestHub } from '../testing.ts';

const PATH = '/deviceManagement/managedDevices';
const USER = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001';
const OTHER = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c002';
const ENTRA = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9d001';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
  for (const [id, userPrincipalName] of [
    [USER, 'ada@example.org'],
    [OTHER, 'bob@example.org'],
  ]) {
    await hub.post('/v1.0/users', { id, userPrincipalName, displayName: userPrincipalName });
  }
});
afterAll(() => hub.close());

async function registered(body: object = {}): Promise<{ id: string }> {
  const answer = await hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe('registering a device', () => {
  test('answers it with what is computed', async () => {
    const device = await registered({
      deviceName: "Ada's phone",
      osVersion: '17.1',
      userPrincipalName: 'ADA@example.org',
      azureADDeviceId: ENTRA.toUpperCase(),
    });
    expect(device).toMatchObject({
      '@odata.context': 'https://hub.example:8443/v1.0/$metadata#deviceManagement/managedDevices/$entity',
      userId: USER,
      userPrincipalName: 'ada@example.org',
      userDisplayName: 'ada@example.org',
      azureADDeviceId: ENTRA,
      azureADRegistered: true,
      complianceState: 'compliant',
      complianceGracePeriodExpirationDateTime: '9999-12-31T23:59:59.9999999Z',
      partnerReportedThreatState: 'unknown',
      enrolledDateTime: '2026-03-01T12:00:00.000Z',
      managementAgent: 'mdm',
      isEncrypted: false,
    });
    expect(hub.memory.facts(device.id)).toMatchObject({ platform: 'iOS', userId: USER, lastSyncAt: NOW });
    expect((await hub.get(`/beta${PATH}/${device.id}`)).body).toMatchObject({
      azureActiveDirectoryDeviceId: ENTRA,
      ownerType: 'unknown',
    });
    expect((await hub.get(`/v1.0${PATH}/${device.id}`)).body).not.toHaveProperty('ownerType');
  });

  test.each([
    ['Android', 'android'],
    ['iOS', 'iPhone'],
    ['iPadOS', 'iPad'],
    ['macOS', 'mac'],
    ['Windows', 'desktop'],
    ['Linux', 'linux'],
    ['Symbian', 'unknown'],
  ])('knows what kind of device runs %s', async (operatingSystem, deviceType) => {
    const { body } = await hub.post(`/beta${PATH}`, { operatingSystem });
    expect(body.deviceType).toBe(deviceType);
  });

  test.each([
    ['a system whose name is not known', { operatingSystem: 'FooOS 3' }, [['system_unknown', 'operatingSystem']]],
    ['a version that is not understood', { osVersion: '17 or 18' }, [['os_version_unreadable', 'osVersion']]],
    [
      'keys that no report is matched by',
      { serialNumber: 'System Serial Number.', imei: 'A00000009296F0' },
      [
        ['unusable_key', 'serialNumber'],
        ['unusable_key', 'imei'],
      ],
    ],
    [
      'nothing of the kind',
      { osVersion: '17.2 (21C62)', serialNumber: 'SN-77', imei: '490154203237518', udid: '' },
      undefined,
    ],
  ])('warns of %s, and is not undone by it', async (_, body, expected) => {
    const device = (await registered(body)) as {
      id: string;
      '@sallyport.warnings'?: { code: string; target: string }[];
    };
    expect(device['@sallyport.warnings']?.map(({ code, target }) => [code, target])).toEqual(expected);
    expect((await hub.get(`/v1.0${PATH}/${device.id}`)).body).not.toHaveProperty('@sallyport.warnings');
    expect((await hub.patch(`/v1.0${PATH}/${device.id}`, device)).status).toBe(200);
  });

  test('takes a second live device with the same serial number, and warns', async () => {
    const first = await registered({ serialNumber: 'TWIN-1' });
    const second = (await registered({ serialNumber: 'twin-1' })) as { id: string; '@sallyport.warnings'?: object[] };
    expect(second['@sallyport.warnings']).toMatchObject([
      { code: 'key_shared', target: 'serialNumber', message: expect.stringContaining(first.id) },
    ]);
  });

  test('takes a phone that was enrolled again with the Entra id of its older record, which names the newer one', async () => {
    const azureADDeviceId = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9d0aa';
    const old = await registered({
      serialNumber: 'AGAIN-1',
      azureADDeviceId,
      enrolledDateTime: '2026-01-01T00:00:00Z',
      lastSyncDateTime: '2026-02-01T00:00:00Z',
    });
    const renewed = await registered({
      serialNumber: 'AGAIN-1',
      azureADDeviceId,
      enrolledDateTime: '2026-02-20T00:00:00Z',
      lastSyncDateTime: '2026-02-21T00:00:00Z',
    });
    expect(renewed).toMatchObject({ azureADDeviceId });
    expect(renewed).not.toHaveProperty('@sallyport.warnings');
    const shown = (await hub.get(`/v1.0${PATH}/${old.id}`)).body;
    expect(shown).toMatchObject({ azureADDeviceId: null, '@sallyport.supersededBy': renewed.id });
    expect(
      (await hub.get(`/v1.0${PATH}?$filter=serialNumber eq 'AGAIN-1'&$orderby=enrolledDateTime`)).body.value.map(
        (one: Record<string, unknown>) => one['@sallyport.supersededBy'],
      ),
    ).toEqual([renewed.id, undefined]);
    const again = await hub.patch(`/v1.0${PATH}/${old.id}`, { ...shown, azureADDeviceId });
    expect(again).toMatchObject({ status: 200, body: { '@sallyport.warnings': [{ code: 'superseded' }] } });
    expect(
      (await hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', serialNumber: 'OTHER-1', azureADDeviceId })).status,
    ).toBe(409);
  });

  test('refuses an IMEI that no report could ever match, and takes a stored one back as it is', async () => {
    const wrong = '490154203237519';
    expect((await hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', imei: wrong })).body.error.target).toBe('imei');
    expect(
      (await hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', imei: '49-015420-323751-9' })).body.error.target,
    ).toBe('imei');
    const { id } = await registered({ imei: '49-015420-323751-8' });
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { imei: wrong })).body.error.target).toBe('imei');
    const [row] = await hub.store.devices.get([id]);
    await hub.store.transaction((tx) => tx.devices.put([{ ...row!, resource: { ...row!.resource, imei: wrong } }]));
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { imei: wrong, deviceName: 'Phone' })).status).toBe(200);
  });

  test('of a system whose name is not known is not compliant; one that was known and gets such a name is not either', async () => {
    expect(await registered({ operatingSystem: 'FooOS' })).toMatchObject({ complianceState: 'noncompliant' });
    const { id } = await registered({ operatingSystem: 'Android' });
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: 'FooOS 2' })).body.complianceState).toBe(
      'noncompliant',
    );
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: 'Debian GNU/Linux' })).body.complianceState).toBe(
      'compliant',
    );
    expect(JSON.stringify((await hub.get(`/beta${PATH}/${id}`)).body)).not.toContain('sallyport.strict');
    expect((await hub.patch(`/beta${PATH}/${id}`, { 'sallyport.strict': false })).body.error.target).toBe(
      'sallyport.strict',
    );
  });

  test('of an unknown system that was there before that closed anything is left as it is', async () => {
    const { id } = await registered({ operatingSystem: 'BarOS 1' });
    const [row] = await hub.store.devices.get([id]);
    const { 'sallyport.strict': _, ...resource } = row!.resource;
    await hub.store.transaction((tx) => tx.devices.put([{ ...row!, resource }]));
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: 'BarOS 2' })).body.complianceState).toBe(
      'compliant',
    );
    const stored = async (): Promise<unknown> => (await hub.store.devices.get([id]))[0]?.resource['sallyport.strict'];
    await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: 'iOS' });
    expect(await stored()).toBeUndefined();
    await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: 'iPhone OS' });
    expect(await stored()).toBe(true);
  });

  test.each(['lastSyncDateTime', 'enrolledDateTime', 'easActivationDateTime', 'exchangeLastSuccessfulSyncDateTime'])(
    'refuses a %s that lies in the future, and takes what a clock that is a little fast sends',
    async (field) => {
      const { id } = await registered();
      for (const at of ['2099-01-01T00:00:00Z', '2026-03-01T12:06:00Z']) {
        expect((await hub.post(`/beta${PATH}`, { operatingSystem: 'iOS', [field]: at })).body.error.target).toBe(field);
        expect((await hub.patch(`/v1.0${PATH}/${id}`, { [field]: at })).body.error.target).toBe(field);
      }
      expect((await hub.patch(`/v1.0${PATH}/${id}`, { [field]: '2026-03-01T12:04:00Z' })).status).toBe(200);
      expect((await hub.patch(`/v1.0${PATH}/${id}`, (await hub.get(`/v1.0${PATH}/${id}`)).body)).status).toBe(200);
    },
  );

  test('takes the owner by the name that beta has for it, and the one of both that is new', async () => {
    const {
      body: { id, ownerType },
    } = await hub.post(`/beta${PATH}`, { operatingSystem: 'iOS', ownerType: 'company' });
    expect(ownerType).toBe('company');
    const owner = async (body: object) => (await hub.patch(`/beta${PATH}/${id}`, body)).body;
    expect(await owner({ ownerType: 'personal' })).toMatchObject({
      ownerType: 'personal',
      managedDeviceOwnerType: 'personal',
    });
    expect(await owner({ ...(await hub.get(`/beta${PATH}/${id}`)).body, ownerType: 'company' })).toMatchObject({
      ownerType: 'company',
      managedDeviceOwnerType: 'company',
    });
    expect(
      await owner({ ...(await hub.get(`/beta${PATH}/${id}`)).body, managedDeviceOwnerType: 'personal' }),
    ).toMatchObject({ ownerType: 'personal', managedDeviceOwnerType: 'personal' });
    expect((await hub.patch(`/beta${PATH}/${id}`, { ownerType: 'nobody' })).body.error.target).toBe('ownerType');
  });

  test('takes the mail address of its user, and gives it up with the user', async () => {
    const { id } = (
      await hub.post('/v1.0/users', {
        userPrincipalName: 'eve@example.org',
        displayName: 'Eve',
        mail: 'eve.post@example.org',
      })
    ).body;
    const device = await registered({ userId: id });
    expect(device).toMatchObject({ emailAddress: 'eve.post@example.org' });
    expect((await hub.patch(`/v1.0${PATH}/${device.id}`, { userId: null })).body).toMatchObject({
      userId: null,
      emailAddress: null,
    });
  });

  test('may choose the id', async () => {
    const id = 'AAAAAAAA-44d0-4f0e-9d4a-3a51f7a9d0ff';
    expect((await registered({ id })).id).toBe(id.toLowerCase());
    expect((await hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', id })).status).toBe(409);
  });

  test.each([
    [{}, 'operatingSystem', 400],
    [{ operatingSystem: '' }, 'operatingSystem', 400],
    [{ operatingSystem: 'iOS', id: '1' }, 'id', 400],
    [{ operatingSystem: 'iOS', userPrincipalName: 'nobody@example.org' }, 'userPrincipalName', 400],
    [{ operatingSystem: 'iOS', userId: ENTRA }, 'userId', 400],
    [{ operatingSystem: 'iOS', userId: USER, userPrincipalName: 'bob@example.org' }, 'userPrincipalName', 400],
    [{ operatingSystem: 'iOS', azureADDeviceId: 'phone' }, 'azureADDeviceId', 400],
    [{ operatingSystem: 'iOS', azureADDeviceId: ENTRA }, 'azureADDeviceId', 409],
    [{ operatingSystem: 'iOS', managedDeviceOwnerType: 'nobody' }, 'managedDeviceOwnerType', 400],
    [{ operatingSystem: 'iOS', complianceStat: 'compliant' }, 'complianceStat', 400],
  ])('%j is refused at %s', async (body, field, status) => {
    const answer = await hub.post(`/v1.0${PATH}`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.target).toBe(field);
  });

  test('never takes the state from the caller', async () => {
    expect(await registered({ complianceState: 'noncompliant', partnerReportedThreatState: 'secured' })).toMatchObject({
      complianceState: 'compliant',
      partnerReportedThreatState: 'unknown',
    });
  });

  test('of the same device of the directory twice at once, one wins', async () => {
    const azureADDeviceId = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9d002';
    const answers = await Promise.all(
      [1, 2, 3].map(() => hub.post(`/v1.0${PATH}`, { operatingSystem: 'iOS', azureADDeviceId })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
  });
});

describe('a device', () => {
  test('changes, and keeps what was not sent', async () => {
    const { id } = await registered({ deviceName: 'Old', userId: USER });
    const answer = await hub.patch(`/v1.0${PATH}/${id}`, { deviceName: 'New', osVersion: '18.0' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ deviceName: 'New', osVersion: '18.0', userId: USER });
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { userPrincipalName: 'bob@example.org' })).body.userId).toBe(OTHER);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { userId: null })).body).toMatchObject({
      userId: null,
      userPrincipalName: null,
    });
    expect(hub.memory.devicesOfUser(OTHER)).not.toContain(id);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { azureADDeviceId: ENTRA })).status).toBe(409);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { operatingSystem: null })).body.error.target).toBe(
      'operatingSystem',
    );
  });

  test('is removed', async () => {
    const { id } = await registered();
    expect((await hub.delete(`/v1.0${PATH}/${id}`)).status).toBe(204);
    expect((await hub.get(`/v1.0${PATH}/${id}`)).status).toBe(404);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, {})).status).toBe(404);
    expect((await hub.delete(`/v1.0${PATH}/${id}`)).status).toBe(404);
  });
});

test('the states of its policies say in words why a device is not compliant', async () => {
  const policy = (
    await hub.post('/v1.0/deviceManagement/deviceCompliancePolicies', {
      '@odata.type': '#microsoft.graph.androidWorkProfileCompliancePolicy',
      displayName: 'New enough',
      osMinimumVersion: '14',
      assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }],
    })
  ).body;
  const device = await registered({ operatingSystem: 'Android', osVersion: '12', userId: USER });
  expect(device).toMatchObject({ complianceState: 'noncompliant' });
  const answer = await hub.get(`/beta${PATH}('${device.id}')/deviceCompliancePolicyStates`);
  const state = answer.body.value.find((each: { id: string }) => each.id === policy.id);
  expect(state).toMatchObject({
    displayName: 'New enough',
    platformType: 'androidWorkProfile',
    state: 'nonCompliant',
    version: 1,
    userPrincipalName: 'ada@example.org',
  });
  const [shown] = (await hub.get(`/v1.0${PATH}('${device.id}')/deviceCompliancePolicyStates`)).body.value.filter(
    (each: { id: string }) => each.id === policy.id,
  );
  expect(shown.platformType).toBe('androidForWork');
  const version = state.settingStates.find(
    (each: { setting: string }) => each.setting === 'AndroidWorkProfileCompliancePolicy.OsMinimumVersion',
  );
  expect(version).toMatchObject({
    state: 'nonCompliant',
    currentValue: '12',
    sources: [{ id: policy.id, displayName: 'New enough', sourceType: 'deviceConfiguration' }],
  });
  expect(version.errorDescription).toContain('OS version is below the minimum');
  expect(
    (await hub.get(`/v1.0${PATH}/${device.id}/deviceCompliancePolicyStates/${policy.id}`)).body,
  ).not.toHaveProperty('userId');
  expect((await hub.get(`/v1.0${PATH}/${ENTRA}/deviceCompliancePolicyStates`)).status).toBe(404);
  await hub.delete(`/v1.0/deviceManagement/deviceCompliancePolicies/${policy.id}`);
  expect((await hub.get(`/v1.0${PATH}/${device.id}`)).body.complianceState).toBe('compliant');
});

describe('the list of devices', () => {
  const TAG = 'list-test';
  beforeAll(async () => {
    for (let index = 0; index < 7; index += 1) {
      await registered({
        model: TAG,
        deviceName: `Phone ${index}`,
        osVersion: `1${index}`,
        operatingSystem: index % 2 === 0 ? 'Android' : 'iOS',
        userId: index < 3 ? USER : OTHER,
        lastSyncDateTime: new Date(NOW - index * 86_400_000).toISOString(),
      });
    }
  });

  async function names(query: string): Promise<string[]> {
    const answer = await hub.get(`/v1.0${PATH}?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.value.map((device: { deviceName: string }) => device.deviceName);
  }

  test.each([
    ["deviceName eq 'phone 3'", ['Phone 3']],
    ["contains(deviceName,'4') or startswith(deviceName,'phone 5')", ['Phone 4', 'Phone 5']],
    ["operatingSystem eq 'iOS' and userPrincipalName eq 'bob@example.org'", ['Phone 3', 'Phone 5']],
    ["operatingSystem in ('iOS') and not (osVersion ge '13')", ['Phone 1']],
    ['lastSyncDateTime lt 2026-02-25', ['Phone 5', 'Phone 6']],
    ["complianceState eq 'Compliant' and deviceName ne 'Phone 0' and osVersion le '12'", ['Phone 1', 'Phone 2']],
    ["complianceState eq 'unknown'", []],
    ["partnerReportedThreatState eq 'unknown' and osVersion eq '16'", ['Phone 6']],
    ["userId eq '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001' and azureADDeviceId eq null", ['Phone 0', 'Phone 1', 'Phone 2']],
  ])('with %s', async (filter, expected) => {
    expect(
      await names(`$filter=${encodeURIComponent(`model eq '${TAG}' and (${filter})`)}&$orderby=deviceName`),
    ).toEqual(expected);
  });

  test('pages by id, seeing each device once though one goes meanwhile', async () => {
    const seen: string[] = [];
    let next: string | undefined =
      `/v1.0${PATH}?$top=2&$filter=model eq '${TAG}'&$select=id,deviceName,userId&$count=true`;
    let counts = 0;
    let gone: { deviceName: string; userId: string } | undefined;
    for (let page = 0; next !== undefined; page += 1) {
      const answer = await hub.get(next);
      seen.push(...answer.body.value.map((device: { deviceName: string }) => device.deviceName));
      if ('@odata.count' in answer.body) counts += 1;
      if (page === 0) {
        gone = answer.body.value[0];
        await hub.delete(`/v1.0${PATH}/${answer.body.value[0].id}`);
      }
      next = answer.body['@odata.nextLink']?.replace('https://hub.example:8443', '');
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(7);
    expect(counts).toBe(1);
    await registered({ model: TAG, deviceName: gone?.deviceName, userId: gone?.userId });
  });

  test('pages in its order when it is sorted or skipped', async () => {
    const first = await hub.get(`/v1.0${PATH}?$top=3&$orderby=deviceName desc&$filter=model eq '${TAG}'`);
    const second = await hub.get(first.body['@odata.nextLink'].replace('https://hub.example:8443', ''));
    const all = [...first.body.value, ...second.body.value].map((device) => device.deviceName);
    expect(all).toEqual(['Phone 6', 'Phone 5', 'Phone 4', 'Phone 3', 'Phone 2', 'Phone 1']);
    expect(await names(`$skip=5&$orderby=deviceName&$filter=model eq '${TAG}'`)).toEqual(['Phone 5', 'Phone 6']);
  });

  test('counts, and lists those of a user', async () => {
    expect((await hub.get(`/v1.0${PATH}/$count?$filter=model eq '${TAG}'`)).text).toBe('7');
    const answer = await hub.get(
      `/v1.0/users/bob@example.org/managedDevices?$filter=model eq '${TAG}'&$count=true&$top=0`,
    );
    expect(answer.body['@odata.count']).toBe(4);
    expect(answer.body.value).toEqual([]);
    expect((await hub.get('/v1.0/users/nobody@example.org/managedDevices')).status).toBe(404);
  });

  test.each([
    ['$filter=isEncrypted eq true', '$filter'],
    ['$filter=deviceName eq 5', '$filter'],
    ["$filter=complianceState gt 'compliant'", '$filter'],
    ["$filter=complianceState eq 'fine'", '$filter'],
    ["$filter=isof('microsoft.graph.managedDevice')", '$filter'],
    ['$orderby=notes', '$orderby'],
    ['$expand=users', '$expand'],
    ['$select=nothing', '$select'],
    ['userId=1', 'userId'],
  ])('refuses %s', async (query, field) => {
    const answer = await hub.get(`/v1.0${PATH}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });
});

describe('a list that is read while devices come and go', () => {
  test.each(['', '&$orderby=deviceName', '&$orderby=deviceName desc', '&$orderby=osVersion,deviceName'])(
    'loses none and repeats none: %s',
    async (order) => {
      const prefix = `walk${order.length}-`;
      for (let i = 0; i < 9; i += 1)
        await registered({ deviceName: `${prefix}${i}`, osVersion: i % 2 === 0 ? null : '17' });
      const seen: string[] = [];
      let next: string | undefined =
        `/v1.0${PATH}?$filter=startswith(deviceName,'${prefix}')&$top=3${order}`.replaceAll(' ', '%20');
      while (next !== undefined) {
        const { body } = await hub.get(next);
        for (const { id, deviceName } of body.value) {
          seen.push(deviceName);
          // Removing what was listed is what clean-up scripts do.
          await hub.delete(`/v1.0${PATH}/${id}`);
        }
        next = body['@odata.nextLink']?.replace('https://hub.example:8443', '');
      }
      expect(seen.toSorted()).toEqual(Array.from({ length: 9 }, (_, i) => `${prefix}${i}`));
    },
  );

  test('people and groups too', async () => {
    for (let i = 0; i < 7; i += 1)
      await hub.post('/v1.0/groups', {
        displayName: `walk ${i}`,
        mailEnabled: false,
        securityEnabled: true,
        mailNickname: `walk${i}`,
      });
    const seen: string[] = [];
    let next: string | undefined = "/v1.0/groups?$filter=startswith(displayName,'walk')&$top=2";
    while (next !== undefined) {
      const { body } = await hub.get(next);
      for (const { id, displayName } of body.value) {
        seen.push(displayName);
        await hub.delete(`/v1.0/groups/${id}`);
      }
      next = body['@odata.nextLink']?.replace('https://hub.example:8443', '');
    }
    expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, i) => `walk ${i}`));
  });

  test.each(['p', 'p{}', 'p{"id":"x","values":["a","b"]}', 'a{"next":"x"}', 'p{"id":"x","values":[{}]}'])(
    'a made-up place is refused: %s',
    async (text) => {
      const token = Buffer.from(text).toString('base64url');
      expect((await hub.get(`/v1.0${PATH}?$orderby=deviceName&$skiptoken=${token}`)).body.error.target).toBe(
        '$skiptoken',
      );
    },
  );
});
