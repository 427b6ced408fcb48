import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Permission } from '@sallyport/contracts';
import { applicationDocument } from '../../../platform/application.ts';
import { hashOfSecret, secretMatches } from '../../../platform/secrets.ts';
import { openTestHub, type Answer, type TestHub } from '../testing.ts';

const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const ZIMPERIUM = '08a8455c-48dd-45ff-ad82-7211355354f3';
const MANAGER: Permission[] = ['Application.ReadWrite.All'];

let hub: TestHub;
let first: { id: string; appId: string };
beforeAll(async () => {
  hub = await openTestHub();
  for (const id of [LOOKOUT, ZIMPERIUM]) await hub.post('/v1.0/deviceManagement/mobileThreatDefenseConnectors', { id });
  first = await made({
    displayName: 'First administrator',
    permissions: ['Application.ReadWrite.All', 'User.Read.All'],
  });
  await hub.post(`/v1.0/applications/${first.id}/addPassword`, {});
});
afterAll(() => hub.close());

async function made(body: object, options = {}): Promise<Answer['body']> {
  const answer = await hub.post('/v1.0/applications', body, options);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('a client', () => {
  test('is registered with permissions and a connector, and the token endpoint can read it', async () => {
    const body = await made({
      displayName: 'Lookout',
      permissions: ['update_device_health', 'update_device_health'],
      mobileThreatDefenseConnectorId: LOOKOUT.toUpperCase(),
      identifierUris: ['api://lookout'],
    });
    expect(body).toMatchObject({
      displayName: 'Lookout',
      permissions: ['update_device_health'],
      mobileThreatDefenseConnectorId: LOOKOUT,
      passwordCredentials: [],
      identifierUris: ['api://lookout'],
    });
    expect(body.appId).not.toBe(body.id);
    expect(applicationDocument.safeParse((await hub.store.documents.get('application', body.id))?.body).success).toBe(
      true,
    );
  });

  test.each<[string, object, number]>([
    ['displayName', {}, 400],
    ['displayName', { displayName: 'first ADMINISTRATOR' }, 409],
    ['displayName', { displayName: 'Exchange' }, 409],
    ['identifierUris[0]', { displayName: 'x', identifierUris: ['no uri'] }, 400],
    ['identifierUris[0]', { displayName: 'x', identifierUris: ['API://lookout'] }, 409],
    ['permissions[1]', { displayName: 'x', permissions: ['User.Read.All', 'Everything.All'] }, 400],
    [
      'mobileThreatDefenseConnectorId',
      { displayName: 'x', mobileThreatDefenseConnectorId: first?.id ?? LOOKOUT.replace('2c', '2d') },
      400,
    ],
    ['passwordCredential', { displayName: 'x', passwordCredential: {} }, 400],
  ])('is refused at %s: %j', async (field, body, status) => {
    const answer = await hub.post('/v1.0/applications', body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.body.error.target).toBe(field);
  });

  test('cannot be given an appId or credentials by the caller', async () => {
    const body = await made({
      displayName: 'Forged',
      appId: first.appId,
      passwordCredentials: [{ keyId: LOOKOUT, hash: hashOfSecret('mine'), hint: 'min' }],
    });
    expect(body.appId).not.toBe(first.appId);
    expect(body.passwordCredentials).toEqual([]);
    expect(JSON.stringify((await hub.store.documents.get('application', body.id))?.body)).not.toContain(
      hashOfSecret('mine'),
    );
  });
});

describe("by Graph's alternate key, applications(appId='...')", () => {
  const byAppId = (appId: string, version = 'v1.0') => `/${version}/applications(appId='${appId}')`;

  test('a client is read, changed, given secrets and deleted', async () => {
    const { id, appId } = await made({ displayName: 'By its appId' });
    expect((await hub.get(byAppId(appId.toUpperCase(), 'beta'))).body).toMatchObject({
      id,
      appId,
      displayName: 'By its appId',
    });
    expect((await hub.get(`${byAppId(appId)}?$select=displayName`)).body).toEqual({
      '@odata.context': 'https://hub.example:8443/v1.0/$metadata#applications(displayName)/$entity',
      displayName: 'By its appId',
    });
    expect((await hub.patch(byAppId(appId), { displayName: 'Renamed' })).status).toBe(204);
    const { keyId } = (await hub.post(`${byAppId(appId)}/addPassword`, {})).body;
    expect((await hub.get(`/v1.0/applications/${id}`)).body).toMatchObject({
      displayName: 'Renamed',
      passwordCredentials: [{ keyId }],
    });
    expect((await hub.post(`${byAppId(appId)}/removePassword`, { keyId })).status).toBe(204);
    expect((await hub.delete(byAppId(appId))).status).toBe(204);
    expect((await hub.get(`/v1.0/applications/${id}`)).status).toBe(404);
  });

  test('none is found by the key of another, by its object id, or by an appId where the id belongs', async () => {
    for (const answer of [
      await hub.get(byAppId(first.id)),
      await hub.get(byAppId(LOOKOUT)),
      await hub.get(`/v1.0/applications/${first.appId}`),
      await hub.get(`/v1.0/applications(uniqueName='${first.appId}')`),
      await hub.patch(byAppId(LOOKOUT), { displayName: 'x' }),
      await hub.delete(byAppId(LOOKOUT)),
    ])
      expect(answer.status, answer.text).toBe(404);
    expect((await hub.get(byAppId(LOOKOUT))).body.error.message).toContain(`appId "${LOOKOUT}"`);
  });

  test('the same permissions are needed, and the last administrator stays', async () => {
    expect((await hub.get(byAppId(first.appId), { roles: ['User.Read.All'] })).status).toBe(403);
    expect((await hub.delete(byAppId(first.appId), { roles: ['Application.Read.All'] })).status).toBe(403);
    expect((await hub.delete(byAppId(first.appId))).status).toBe(409);
  });
});

describe("how a client's decisions are made", () => {
  test('is registered, changed and shown; what is not named stays', async () => {
    await hub.store.transaction((tx) => tx.documents.put('trustSet', 'phones', {}, 1));
    const plain = await made({ displayName: 'Plain gateway' });
    expect(plain).toMatchObject({ deviceTrustSet: null, supportedObligations: [], strictContext: false });
    const { id } = await made({
      displayName: 'Gateway',
      deviceTrustSet: 'phones',
      supportedObligations: ['step-up', 'step-up'],
      strictContext: true,
    });
    expect((await hub.patch(`/v1.0/applications/${id}`, { displayName: 'Gateway 2' })).status).toBe(204);
    expect((await hub.get(`/v1.0/applications/${id}`)).body).toMatchObject({
      displayName: 'Gateway 2',
      deviceTrustSet: 'phones',
      supportedObligations: ['step-up'],
      strictContext: true,
    });
    expect(
      (await hub.patch(`/v1.0/applications/${id}`, { deviceTrustSet: null, supportedObligations: [] })).status,
    ).toBe(204);
    expect((await hub.get(`/v1.0/applications/${id}`)).body).toMatchObject({
      deviceTrustSet: null,
      supportedObligations: [],
      strictContext: true,
    });
  });

  test.each([
    ['deviceTrustSet', { deviceTrustSet: 'nosuch' }],
    ['supportedObligations[0]', { supportedObligations: ['notification'] }],
    ['strictContext', { strictContext: 'yes' }],
  ])('a wrong %s is refused', async (field, wrong) => {
    expect(await hub.post('/v1.0/applications', { displayName: 'Wrong', ...wrong })).toMatchObject({
      status: 400,
      body: { error: { target: field } },
    });
  });
});

test('secrets are not taken away by a PATCH that lists none', async () => {
  const { id } = await made({ displayName: 'Keeps its secret' });
  await hub.post(`/v1.0/applications/${id}/addPassword`, {});
  const answer = await hub.patch(`/v1.0/applications/${id}`, { passwordCredentials: [] });
  expect([answer.status, answer.body.error.target]).toEqual([400, 'passwordCredentials']);
});

describe('a secret', () => {
  test('is shown once and kept as a hash, which no answer and no audit row holds', async () => {
    const { id } = await made({ displayName: 'Robot' });
    const answer = await hub.post(`/v1.0/applications/${id}/addPassword`, {
      passwordCredential: { displayName: 'Rota', endDateTime: '2026-06-01T00:00:00Z' },
    });
    expect(answer.status).toBe(200);
    const { secretText, keyId, hint } = answer.body;
    expect(answer.body).toMatchObject({
      displayName: 'Rota',
      startDateTime: '2026-03-01T12:00:00.000Z',
      endDateTime: '2026-06-01T00:00:00.000Z',
    });
    expect(secretText.startsWith(hint)).toBe(true);
    const stored = applicationDocument.parse((await hub.store.documents.get('application', id))?.body)
      .passwordCredentials[0];
    expect(secretMatches(secretText, stored?.hash ?? '')).toBe(true);
    const later = [
      (await hub.get(`/v1.0/applications/${id}`)).text,
      (await hub.get('/beta/applications')).text,
      JSON.stringify(await hub.store.audit.list(1000, 0)),
      (await hub.get('/v1.0/deviceManagement/auditEvents?$top=1000')).text,
      JSON.stringify(await hub.store.outbox.after(0, 1000)),
    ].join();
    expect(later).not.toContain(secretText);
    expect(later).not.toContain(stored?.hash);
    expect((await hub.get(`/v1.0/applications/${id}`)).body.passwordCredentials).toMatchObject([
      { keyId, hint, secretText: null, displayName: 'Rota' },
    ]);
    expect((await hub.post(`/v1.0/applications/${id}/removePassword`, { keyId })).status).toBe(204);
    expect((await hub.post(`/v1.0/applications/${id}/removePassword`, { keyId })).status).toBe(404);
    expect((await hub.post(`/v1.0/applications/${id}/removePassword`, {})).body.error.target).toBe('keyId');
  });

  test('lasts two years unless it says otherwise, and never ends before it begins', async () => {
    const { id } = await made({ displayName: 'Long lived' });
    expect(
      (await hub.post(`/v1.0/applications/${id}/addPassword`, { PasswordCredential: null })).body.endDateTime,
    ).toBe('2028-03-01T12:00:00.000Z');
    for (const credential of [
      { endDateTime: '2026-01-01T00:00:00Z' },
      { startDateTime: '2027-01-01T00:00:00Z', endDateTime: '2026-06-01T00:00:00Z' },
    ]) {
      expect((await hub.post(`/v1.0/applications/${id}/addPassword`, { passwordCredential: credential })).status).toBe(
        400,
      );
    }
    expect(
      (await hub.post(`/v1.0/applications/${id}/addPassword`, { passwordCredential: { secretText: 'mine' }, x: 1 }))
        .status,
    ).toBe(400);
  });
});

describe('nobody can give away what they do not hold', () => {
  test('as a permission', async () => {
    const body = { displayName: 'Climber', permissions: ['Policy.ReadWrite.ConditionalAccess'] };
    const answer = await hub.post('/v1.0/applications', body, { roles: MANAGER });
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('Authorization_RequestDenied');
    const { id } = await made({ displayName: 'Humble', permissions: MANAGER }, { roles: MANAGER });
    expect(
      (
        await hub.patch(
          `/v1.0/applications/${id}`,
          { permissions: [...MANAGER, 'update_device_health'] },
          { roles: MANAGER },
        )
      ).status,
    ).toBe(403);
    expect((await hub.get(`/v1.0/applications/${id}`)).body.permissions).toEqual(MANAGER);
  });

  test('as a secret of a client that holds more', async () => {
    expect((await hub.post(`/v1.0/applications/${first.id}/addPassword`, {}, { roles: MANAGER })).status).toBe(403);
    const { id } = await made({ displayName: 'Powerless' });
    expect((await hub.post(`/v1.0/applications/${id}/addPassword`, {}, { roles: MANAGER })).status).toBe(200);
  });

  test("by pointing a partner's client at another connector", async () => {
    const { id } = await made({
      displayName: 'Partner',
      permissions: ['update_device_health'],
      mobileThreatDefenseConnectorId: LOOKOUT,
    });
    expect(
      (await hub.patch(`/v1.0/applications/${id}`, { mobileThreatDefenseConnectorId: ZIMPERIUM }, { roles: MANAGER }))
        .status,
    ).toBe(403);
    const bound = { roles: [...MANAGER, 'update_device_health' as const], connectorId: ZIMPERIUM };
    expect(
      (await hub.patch(`/v1.0/applications/${id}`, { mobileThreatDefenseConnectorId: LOOKOUT }, bound)).status,
    ).toBe(403);
    expect((await hub.post(`/v1.0/applications/${id}/addPassword`, {}, bound)).status).toBe(403);
    expect(
      (await hub.post('/v1.0/applications', { displayName: 'Other', mobileThreatDefenseConnectorId: LOOKOUT }, bound))
        .status,
    ).toBe(403);
    expect((await hub.patch(`/v1.0/applications/${id}`, { mobileThreatDefenseConnectorId: null })).status).toBe(204);
  });

  test('taking permissions away is allowed to who manages applications', async () => {
    const { id } = await made({ displayName: 'Too much', permissions: ['User.Read.All', 'Group.Read.All'] });
    expect(
      (await hub.patch(`/v1.0/applications/${id}`, { permissions: ['User.Read.All'] }, { roles: MANAGER })).status,
    ).toBe(204);
  });
});

test('the last client that can manage applications stays, with a secret and its permission', async () => {
  const [{ keyId }] = (await hub.get(`/v1.0/applications/${first.id}`)).body.passwordCredentials;
  const attempts = async (): Promise<number[]> => [
    (await hub.patch(`/v1.0/applications/${first.id}`, { permissions: [] })).status,
    (await hub.post(`/v1.0/applications/${first.id}/removePassword`, { keyId })).status,
    (await hub.delete(`/v1.0/applications/${first.id}`)).status,
  ];
  expect(await attempts()).toEqual([409, 409, 409]);
  const { id } = await made({ displayName: 'Second', permissions: MANAGER });
  expect((await hub.delete(`/v1.0/applications/${first.id}`)).status, 'a client without a secret is no manager').toBe(
    409,
  );
  await hub.post(`/v1.0/applications/${id}/addPassword`, {});
  expect((await hub.delete(`/v1.0/applications/${first.id}`)).status).toBe(204);
});

test('an application that cannot be read is listed, changes nothing for the others, and can only be deleted', async () => {
  const id = '44444444-4444-4444-8444-444444444444';
  for (const body of [{}, { appId: 5, permissions: 1, identifierUris: 'x', passwordCredentials: {} }, 7]) {
    await hub.store.transaction((tx) => tx.documents.put('application', id, body as Record<string, unknown>, 0));
    const listed = await hub.get('/v1.0/applications');
    expect(listed.body.value.find((one: { id: string }) => one.id === id)).toMatchObject({
      displayName: 'An application that cannot be read',
      passwordCredentials: [],
    });
    const other = await made({ displayName: 'Beside it' });
    expect((await hub.patch(`/v1.0/applications/${other.id}`, { displayName: 'Beside it still' })).status).toBe(204);
    expect((await hub.delete(`/v1.0/applications/${other.id}`)).status).toBe(204);
    expect((await hub.patch(`/v1.0/applications/${id}`, { displayName: 'x' })).status).toBe(409);
    expect((await hub.post(`/v1.0/applications/${id}/addPassword`, {})).status).toBe(409);
    expect((await hub.delete(`/v1.0/applications/${id}`)).status).toBe(204);
  }
});
