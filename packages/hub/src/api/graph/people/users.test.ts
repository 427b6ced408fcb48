import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestHub, type TestHub } from '../testing.ts';

const ADA = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001';
const NOBODY = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9ffff';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
  const answer = await hub.post('/v1.0/users', {
    id: ADA,
    userPrincipalName: 'ada@example.org',
    displayName: 'Ada',
    mail: 'ada.lovelace@example.org',
    mailNickname: 'countess',
    accountEnabled: true,
    passwordProfile: { password: 'correct horse', forceChangePasswordNextSignIn: true },
  });
  expect(answer.status).toBe(201);
  expect(answer.text).not.toContain('correct horse');
});
afterAll(() => hub.close());

async function user(name: string): Promise<string> {
  return (await hub.post('/v1.0/users', { userPrincipalName: `${name}@example.org`, displayName: name })).body.id;
}

describe('a user', () => {
  test.each([ADA, ADA.toUpperCase(), 'ada@example.org', 'ADA%40example.org', 'countess'])(
    'is found as %s',
    async (key) => {
      expect((await hub.get(`/v1.0/users/${key}`)).body).toMatchObject({
        id: ADA,
        userPrincipalName: 'ada@example.org',
        accountEnabled: true,
        userType: 'Member',
      });
    },
  );

  test('is found with key syntax', async () => {
    expect((await hub.get("/v1.0/users('ada@example.org')")).body.id).toBe(ADA);
  });

  test('keeps no password', async () => {
    expect(JSON.stringify((await hub.store.documents.get('user', ADA))?.body)).not.toContain('horse');
    expect(JSON.stringify(await hub.store.audit.list(100, 0))).not.toContain('horse');
  });

  test.each([
    [{ displayName: 'x' }, 'userPrincipalName', 400],
    [{ userPrincipalName: 'x@example.org' }, 'displayName', 400],
    [{ userPrincipalName: 'no address', displayName: 'x' }, 'userPrincipalName', 400],
    [{ userPrincipalName: 'ADA@example.org', displayName: 'x' }, 'userPrincipalName', 409],
    [{ userPrincipalName: 'ada.lovelace@example.org', displayName: 'x' }, 'userPrincipalName', 409],
    [{ userPrincipalName: 'x@example.org', mail: 'Ada@example.org', displayName: 'x' }, 'mail', 409],
    [{ id: ADA, userPrincipalName: 'x@example.org', displayName: 'x' }, 'id', 409],
  ])('%j is refused at %s', async (body, field, status) => {
    const answer = await hub.post('/v1.0/users', body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.target).toBe(field);
  });

  test('of one name twice at once, one wins', async () => {
    const answers = await Promise.all(
      [1, 2].map(() => hub.post('/v1.0/users', { userPrincipalName: 'twin@example.org', displayName: 'Twin' })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
  });

  test('takes a name that another gave up, and none that another process has just given', async () => {
    const names = async (): Promise<string[]> => (await hub.store.documents.list('userName')).map((row) => row.id);
    const id = await user('Renamed');
    expect(
      (await hub.patch(`/v1.0/users/${id}`, { userPrincipalName: 'after@example.org', mail: 'Renamed@example.org' }))
        .status,
    ).toBe(204);
    expect(
      (await hub.post('/v1.0/users', { userPrincipalName: 'renamed@example.org', displayName: 'x' })).body.error.target,
    ).toBe('userPrincipalName');
    expect((await hub.patch(`/v1.0/users/${id}`, { mail: null })).status).toBe(204);
    expect(await names()).toEqual(expect.arrayContaining(['after@example.org']));
    const second = await user('renamed');
    expect((await hub.patch(`/v1.0/users/${id}`, { mail: 'RENAMED@example.org' })).status).toBe(409);
    for (const each of [id, second]) expect((await hub.delete(`/v1.0/users/${each}`)).status).toBe(204);
    expect((await names()).filter((name) => /^(?:after|renamed)@/.test(name))).toEqual([]);

    // Written as another process writes them: memory has not heard of it.
    await hub.store.transaction(async (tx) => {
      await tx.documents.put('user', NOBODY, { userPrincipalName: 'elsewhere@example.org' }, 1);
      await tx.documents.put('userName', 'elsewhere@example.org', { userId: NOBODY }, 1);
    });
    expect(
      (await hub.post('/v1.0/users', { userPrincipalName: 'Elsewhere@example.org', displayName: 'x' })).status,
    ).toBe(409);
    await hub.store.transaction((tx) => tx.documents.delete('user', NOBODY));
    expect(
      (await hub.post('/v1.0/users', { userPrincipalName: 'Elsewhere@example.org', displayName: 'x' })).status,
    ).toBe(201);
  });

  test('takes a name whose user another process has deleted, before memory hears of it', async () => {
    const id = await user('gone');
    await hub.store.transaction((tx) => tx.documents.delete('user', id));
    expect(hub.memory.user('gone@example.org')?.id).toBe(id);
    expect((await hub.post('/v1.0/users', { userPrincipalName: 'gone@example.org', displayName: 'x' })).status).toBe(
      201,
    );
  });

  test('changes, and the rules see it', async () => {
    const id = await user('grace');
    expect((await hub.patch('/v1.0/users/grace@example.org', { accountEnabled: false, mail: null })).status).toBe(204);
    expect(hub.memory.user(id)?.accountEnabled).toBe(false);
    expect((await hub.patch(`/v1.0/users/${id}`, { mail: 'ada@example.org' })).status).toBe(409);
    expect((await hub.patch(`/v1.0/users/${id}`, { displayName: null })).body.error.target).toBe('displayName');
    expect((await hub.patch(`/v1.0/users/${NOBODY}`, {})).status).toBe(404);
  });

  test('has new names on the devices, too, and partners know these by the new address', async () => {
    const id = await user('maiden');
    await hub.patch(`/v1.0/users/${id}`, { mail: 'maiden.mail@example.org' });
    const devices = '/v1.0/deviceManagement/managedDevices';
    const [own, given] = await Promise.all(
      [{}, { emailAddress: 'pool@example.org' }].map(async (more) =>
        String((await hub.post(devices, { operatingSystem: 'iOS', userId: id, ...more })).body.id),
      ),
    );
    expect(
      (
        await hub.patch(`/v1.0/users/${id}`, {
          userPrincipalName: 'married@example.org',
          displayName: 'Married',
          mail: 'married.mail@example.org',
        })
      ).status,
    ).toBe(204);
    const names = { userPrincipalName: 'married@example.org', userDisplayName: 'Married' };
    expect((await hub.get(`${devices}/${own}`)).body).toMatchObject({
      ...names,
      userId: id,
      emailAddress: 'married.mail@example.org',
    });
    expect((await hub.get(`${devices}/${given}`)).body).toMatchObject({ ...names, emailAddress: 'pool@example.org' });
    expect(
      (await hub.get(`${devices}?$filter=userPrincipalName eq 'married@example.org'&$count=true`)).body['@odata.count'],
    ).toBe(2);
    const emails = ['maiden@example.org', 'maiden.mail@example.org', 'married.mail@example.org'];
    expect(await hub.store.devices.findByKeys(emails.map((value) => ({ type: 'email', value })))).toEqual([
      [],
      [],
      [own],
    ]);
  });

  test('is deleted with its memberships', async () => {
    const id = await user('leaver');
    const groupId = (
      await hub.post('/v1.0/groups', {
        displayName: 'Leavers',
        'members@odata.bind': [`https://graph.microsoft.com/v1.0/directoryObjects/${id}`],
      })
    ).body.id;
    expect(hub.memory.user(id)?.groupIds).toEqual([groupId]);
    expect((await hub.delete('/v1.0/users/leaver@example.org')).status).toBe(204);
    expect((await hub.get(`/v1.0/users/${id}`)).status).toBe(404);
    expect((await hub.get(`/v1.0/groups/${groupId}/members`)).body.value).toEqual([]);
    expect(hub.memory.user(id)).toBeUndefined();
  });

  test('list filters', async () => {
    const answer = await hub.get(
      "/v1.0/users?$filter=startswith(userPrincipalName,'ada') and accountEnabled&$select=id",
    );
    expect(answer.body.value).toEqual([{ id: ADA }]);
  });
});
