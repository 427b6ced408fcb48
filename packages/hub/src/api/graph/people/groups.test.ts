import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestHub, type TestHub } from '../testing.ts';

const ADA = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001';
const NOBODY = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9ffff';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
  expect(
    (await hub.post('/v1.0/users', { id: ADA, userPrincipalName: 'ada@example.org', displayName: 'Ada' })).status,
  ).toBe(201);
});
afterAll(() => hub.close());

async function user(name: string): Promise<string> {
  return (await hub.post('/v1.0/users', { userPrincipalName: `${name}@example.org`, displayName: name })).body.id;
}

async function group(displayName: string, members: string[] = []): Promise<string> {
  const answer = await hub.post('/v1.0/groups', {
    displayName,
    'members@odata.bind': members.map((id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`),
  });
  expect(answer.status, answer.text).toBe(201);
  return answer.body.id;
}

const ref = (id: string) => ({ '@odata.id': `https://hub.example/v1.0/users/${id}` });

describe('a group', () => {
  test('takes members when it is made, one by one, and lets them go', async () => {
    const [one, two] = [await user('one'), await user('two')];
    const id = await group('Pair', [one]);
    expect((await hub.post(`/v1.0/groups/${id}/members/$ref`, ref(two))).status).toBe(204);
    expect((await hub.post(`/v1.0/groups/${id}/members/%24ref`, ref(two))).body.error.message).toContain(
      'already exist',
    );
    const members = await hub.get(`/v1.0/groups/${id}/members?$select=id,displayName`);
    expect(members.body.value).toHaveLength(2);
    for (const [id, displayName] of [
      [one, 'one'],
      [two, 'two'],
    ])
      expect(members.body.value).toContainEqual({ '@odata.type': '#microsoft.graph.user', id, displayName });
    expect(hub.memory.user(two)?.groupIds).toEqual([id]);
    expect((await hub.delete(`/v1.0/groups/${id}/members/${two}/$ref`)).status).toBe(204);
    expect((await hub.delete(`/v1.0/groups/${id}/members/${two}/$ref`)).status).toBe(404);
    expect(hub.memory.user(two)?.groupIds).toEqual([]);
  });

  test('refuses members that do not exist, itself, and addresses that are none', async () => {
    const id = await group('Strict');
    for (const reference of [NOBODY, id])
      expect((await hub.post(`/v1.0/groups/${id}/members/$ref`, ref(reference))).status).toBe(400);
    for (const body of [{}, null, { '@odata.id': 5 }, { '@odata.id': 'https://x/users/ada@example.org' }]) {
      expect((await hub.post(`/v1.0/groups/${id}/members/$ref`, body)).status).toBe(400);
    }
    const bound = await hub.post('/v1.0/groups', {
      displayName: 'x',
      'members@odata.bind': [`https://x/v1.0/users/${NOBODY}`],
    });
    expect(bound.status).toBe(400);
    expect((await hub.get("/v1.0/groups/$count?$filter=displayName eq 'x'")).text).toBe('0');
    expect(
      (await hub.post('/v1.0/groups', { displayName: 'x', membershipRule: 'user.department -eq "x"' })).body.error
        .target,
    ).toBe('membershipRule');
    expect((await hub.post('/v1.0/groups', {})).body.error.target).toBe('displayName');
  });

  test('in a group: members and memberships follow, and a circle ends', async () => {
    const [member, inner, outer] = [await user('inside'), await group('Inner'), await group('Outer')];
    await hub.patch(`/v1.0/groups/${inner}`, { 'members@odata.bind': [`https://x/v1.0/directoryObjects/${member}`] });
    await hub.post(`/v1.0/groups/${outer}/members/$ref`, ref(inner));
    await hub.post(`/v1.0/groups/${inner}/members/$ref`, ref(outer));
    const ids = async (path: string): Promise<string[]> =>
      (await hub.get(`/v1.0${path}`)).body.value.map((each: { id: string }) => each.id);
    expect(await ids(`/groups/${outer}/members`)).toEqual([inner]);
    expect(new Set(await ids(`/groups/${outer}/transitiveMembers`))).toEqual(new Set([inner, member]));
    expect(await ids(`/groups/${outer}/transitiveMembers/microsoft.graph.user`)).toEqual([member]);
    expect(await ids('/users/inside@example.org/memberOf')).toEqual([inner]);
    expect(new Set(await ids('/users/inside@example.org/transitiveMemberOf/microsoft.graph.group'))).toEqual(
      new Set([inner, outer]),
    );
    expect(await ids(`/groups/${inner}/memberOf`)).toEqual([outer]);
    expect(new Set(hub.memory.user(member)?.groupIds)).toEqual(new Set([inner, outer]));
    await hub.delete(`/v1.0/groups/${inner}`);
    expect(hub.memory.user(member)?.groupIds).toEqual([]);
    expect(await ids(`/groups/${outer}/members`)).toEqual([]);
  });

  test('shows its members where $expand asks for them, in a list and alone', async () => {
    const device = (
      await hub.post('/v1.0/deviceManagement/managedDevices', { operatingSystem: 'iOS', deviceName: 'Expanded' })
    ).body.id;
    const [member, inner] = [await user('expanded'), await group('Expanded, within')];
    const id = await group('Expanded', [member, inner, device]);
    const one = await hub.get(`/v1.0/groups/${id}?$expand=members`);
    expect(one.body['@odata.context']).toBe('https://hub.example:8443/v1.0/$metadata#groups(members())/$entity');
    expect(one.body).toMatchObject({ id, displayName: 'Expanded' });
    expect(
      one.body.members.toSorted((a: any, b: any) => a['@odata.type'].localeCompare(b['@odata.type'])),
    ).toMatchObject([
      { '@odata.type': '#microsoft.graph.device', id: device, displayName: 'Expanded' },
      { '@odata.type': '#microsoft.graph.group', id: inner },
      { '@odata.type': '#microsoft.graph.user', id: member, userPrincipalName: 'expanded@example.org' },
    ]);
    const listed = await hub.get(
      "/beta/groups?$filter=startswith(displayName,'Expanded')&$select=displayName&$expand=members($select=id)&$orderby=displayName&$count=true&$top=1",
    );
    expect(listed.body).toMatchObject({
      '@odata.context': 'https://hub.example:8443/beta/$metadata#groups(displayName,members(id))',
      '@odata.count': 2,
      value: [{ displayName: 'Expanded' }],
    });
    expect(listed.body.value[0].members.map((each: any) => each.id).toSorted()).toEqual(
      [member, inner, device].toSorted(),
    );
    expect(listed.body.value[0].members).toContainEqual({ '@odata.type': '#microsoft.graph.user', id: member });
    const next = await hub.get(listed.body['@odata.nextLink'].replace('https://hub.example:8443', ''));
    expect(next.body.value).toEqual([{ displayName: 'Expanded, within', members: [] }]);
    expect((await hub.get(`/v1.0/groups/${id}`)).body).not.toHaveProperty('members');
    expect(
      (await hub.post('/v1.0/$batch', { requests: [{ id: '1', method: 'GET', url: `/groups/${id}?$expand=members` }] }))
        .body.responses[0].body.members,
    ).toHaveLength(3);
  });

  test('shows twenty members at most within itself, as Graph', async () => {
    const people: string[] = [];
    for (let n = 0; n < 22; n += 1) people.push(await user(`crowd-${n}`));
    const id = await group('Crowd', people.slice(0, 20));
    await hub.patch(`/v1.0/groups/${id}`, {
      'members@odata.bind': people.slice(20).map((each) => `https://x/v1.0/directoryObjects/${each}`),
    });
    const { members } = (await hub.get(`/v1.0/groups/${id}?$expand=members($select=id)`)).body;
    expect(members).toHaveLength(20);
    expect(people).toEqual(expect.arrayContaining(members.map((each: any) => each.id)));
    expect((await hub.get(`/v1.0/groups/${id}/members/$count`)).text).toBe('22');
  });

  test.each([
    '$expand=owners',
    '$expand=members($top=5)',
    '$expand=members($expand=memberOf)',
    '$expand=members,members',
    '$expand=memberOf',
  ])('refuses %s', async (query) => {
    const answer = await hub.get(`/v1.0/groups?${query}`);
    expect([answer.status, answer.body.error.target]).toEqual([400, '$expand']);
  });

  test('is not changed by sending back what $expand answered', async () => {
    const member = await user('sent-back');
    const id = await group('Sent back', [member]);
    const { members } = (await hub.get(`/v1.0/groups/${id}?$expand=members`)).body;
    for (const answer of [
      await hub.patch(`/v1.0/groups/${id}`, { members }),
      await hub.post('/v1.0/groups', { displayName: 'Copy', members }),
    ]) {
      expect([answer.status, answer.body.error.target]).toEqual([400, 'members']);
      expect(answer.body.error.message).toContain('members@odata.bind');
    }
    expect((await hub.patch(`/v1.0/groups/${id}`, { members: [] })).status).toBe(204);
    expect((await hub.get(`/v1.0/groups/${id}/members/$count`)).text).toBe('1');
  });

  test('is counted, its members and memberships too', async () => {
    const { id } = (await hub.post('/v1.0/groups', { displayName: 'Counted' })).body;
    const inner = (await hub.post('/v1.0/groups', { displayName: 'Counted within' })).body.id;
    const user = (await hub.post('/v1.0/users', { userPrincipalName: 'counted@example.org', displayName: 'Counted' }))
      .body.id;
    for (const [group, member] of [
      [id, inner],
      [inner, user],
    ])
      await hub.post(`/v1.0/groups/${group}/members/$ref`, {
        '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${member}`,
      });
    const counted = async (path: string) => (await hub.get(path)).text;
    expect(await counted(`/v1.0/groups/${id}/members/$count`)).toBe('1');
    expect(await counted(`/v1.0/groups/${id}/members/microsoft.graph.user/$count`)).toBe('0');
    expect(await counted(`/v1.0/groups/${id}/transitiveMembers/$count`)).toBe('2');
    expect(await counted(`/v1.0/groups/${id}/transitiveMembers/microsoft.graph.user/$count`)).toBe('1');
    expect(await counted(`/v1.0/users/${user}/memberOf/$count`)).toBe('1');
    expect(await counted(`/v1.0/users/counted@example.org/transitiveMemberOf/$count`)).toBe('2');
    expect(await counted(`/v1.0/users/${user}/managedDevices/$count`)).toBe('0');
  });

  test('may hold devices', async () => {
    const device = (
      await hub.post('/v1.0/deviceManagement/managedDevices', { operatingSystem: 'iOS', deviceName: 'Kiosk' })
    ).body.id;
    const id = await group('Kiosks', [device]);
    expect((await hub.get(`/v1.0/groups/${id}/members`)).body.value).toEqual([
      {
        '@odata.type': '#microsoft.graph.device',
        id: device,
        deviceId: null,
        displayName: 'Kiosk',
        operatingSystem: 'iOS',
        operatingSystemVersion: null,
      },
    ]);
  });

  test('cannot share its id with a user or a device, nor they theirs with it', async () => {
    const device = (await hub.post('/v1.0/deviceManagement/managedDevices', { operatingSystem: 'iOS' })).body.id;
    const id = await group('Owner of an id');
    const attempts = await Promise.all([
      hub.post('/v1.0/groups', { id: ADA, displayName: 'x' }),
      hub.post('/v1.0/groups', { id: device, displayName: 'x' }),
      hub.post('/v1.0/users', { id, userPrincipalName: 'thief@example.org', displayName: 'x' }),
      hub.post('/v1.0/users', { id: device, userPrincipalName: 'thief@example.org', displayName: 'x' }),
      hub.post('/v1.0/deviceManagement/managedDevices', { id, operatingSystem: 'iOS' }),
      hub.post('/v1.0/deviceManagement/managedDevices', { id: ADA, operatingSystem: 'iOS' }),
    ]);
    expect(attempts.map((answer) => [answer.status, answer.body.error?.target])).toEqual(
      attempts.map(() => [409, 'id']),
    );
  });

  test('is changed and found by name', async () => {
    const id = await group('Sales');
    expect((await hub.patch(`/v1.0/groups/${id}`, { description: 'Those who sell' })).status).toBe(204);
    expect((await hub.get("/v1.0/groups?$filter=displayName eq 'sales'")).body.value).toMatchObject([
      { id, description: 'Those who sell', securityEnabled: true },
    ]);
    expect((await hub.delete(`/v1.0/groups/${id}`)).status).toBe(204);
    expect((await hub.delete(`/v1.0/groups/${id}`)).status).toBe(404);
  });
});

describe('where a partner is for certain groups', () => {
  test('who comes into one or leaves it is a change of the inventory of their devices', async () => {
    const inner = await group('inner');
    const outer = await group('outer', [inner]);
    const owner = await user('owner');
    const other = await user('other');
    const {
      body: { id: deviceId },
    } = await hub.post('/v1.0/deviceManagement/managedDevices', {
      operatingSystem: 'iOS',
      managedDeviceOwnerType: 'company',
      userId: owner,
    });
    await hub.store.transaction((tx) =>
      tx.appInventory.put([{ deviceId, platform: 'iOS', source: 'api', collectedAt: 1, apps: [] }]),
    );
    let last = await hub.store.appInventory.lastChange();
    const changed = async (): Promise<boolean> => {
      const before = last;
      last = await hub.store.appInventory.lastChange();
      return last > before;
    };
    await hub.post(`/v1.0/groups/${inner}/members/$ref`, ref(owner));
    expect(await changed()).toBe(false);
    const connector = await hub.post('/beta/deviceManagement/mobileThreatDefenseConnectors', {
      id: '2c7790de-8b02-4814-85cf-e0c59380dee8',
      enrolmentGroupIds: [outer],
    });
    expect(connector.status, connector.text).toBe(201);
    expect((await hub.delete(`/v1.0/groups/${inner}/members/${owner}/$ref`)).status).toBe(204);
    expect(await changed()).toBe(true);
    await hub.post(`/v1.0/groups/${inner}/members/$ref`, ref(owner));
    expect(await changed()).toBe(true);
    await hub.delete(`/v1.0/groups/${outer}/members/${inner}/$ref`);
    expect(await changed()).toBe(true);
    await hub.patch(`/v1.0/groups/${outer}`, {
      'members@odata.bind': [`https://graph.microsoft.com/v1.0/directoryObjects/${inner}`],
    });
    expect(await changed()).toBe(true);
    await hub.post(`/v1.0/groups/${outer}/members/$ref`, ref(other));
    expect(await changed()).toBe(false);
    await hub.patch(`/beta/deviceManagement/managedDevices/${deviceId}`, { userId: other });
    expect(await changed()).toBe(true);
    await hub.delete(`/v1.0/users/${other}`);
    expect(await changed()).toBe(true);
  });
});

describe('a group that is named somewhere is not deleted, lest doors open', () => {
  const target = (type: string, groupId: string) => ({
    target: { '@odata.type': `#microsoft.graph.${type}`, groupId: groupId.toUpperCase() },
  });
  const compliance = async (groupId: string, type: string) => {
    const block = [
      { ruleName: 'PasswordRequired', scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] },
    ];
    const path = '/v1.0/deviceManagement/deviceCompliancePolicies';
    const { id } = (
      await hub.post(path, {
        '@odata.type': '#microsoft.graph.iosCompliancePolicy',
        displayName: 'Phones',
        scheduledActionsForRule: block,
      })
    ).body;
    expect((await hub.post(`${path}/${id}/assign`, { assignments: [target(type, groupId)] })).status).toBe(200);
    return `${path}/${id}`;
  };
  const access = async (users: object) => {
    const path = '/v1.0/identity/conditionalAccess/policies';
    const { id } = (
      await hub.post(path, {
        displayName: 'Mail',
        state: 'disabled',
        conditions: { users, applications: { includeApplications: ['All'] } },
        grantControls: { operator: 'OR', builtInControls: ['block'] },
      })
    ).body;
    return `${path}/${id}`;
  };

  test.each([
    ['compliance policy "Phones"', (id: string) => compliance(id, 'groupAssignmentTarget')],
    ['compliance policy "Phones"', (id: string) => compliance(id, 'exclusionGroupAssignmentTarget')],
    ['conditional access policy "Mail"', (id: string) => access({ includeGroups: [id] })],
    ['conditional access policy "Mail"', (id: string) => access({ includeUsers: ['All'], excludeGroups: [id] })],
  ])('by a %s', async (what, name) => {
    const id = await group('named');
    const path = await name(id);
    const refused = await hub.delete(`/v1.0/groups/${id}`);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(new RegExp(`^The ${what} \\(.{36}\\) names this group; change it first\\.$`, 'u')),
    ]);
    expect((await hub.delete(path)).status).toBe(204);
    expect((await hub.delete(`/v1.0/groups/${id}`)).status).toBe(204);
  });

  test('by a merge rule', async () => {
    const id = await group('named');
    await hub.store.transaction((tx) => tx.documents.put('mergeRule', 'rule-1', { groupId: id }, 1));
    expect((await hub.delete(`/v1.0/groups/${id}`)).body.error.message).toBe(
      'The merge rule rule-1 names this group; change it first.',
    );
  });
});
