import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestHub, type Answer, type TestHub } from '../testing.ts';

const PATH = '/identity/conditionalAccess/policies';
const LOCATIONS = '/identity/conditionalAccess/namedLocations';
const USER = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001';
const GROUP = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001';
const NOBODY = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9ffff';
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000';

let hub: TestHub;
let office: string;
beforeAll(async () => {
  hub = await openTestHub();
  await hub.post('/v1.0/users', { id: USER, userPrincipalName: 'ada@example.org', displayName: 'Ada' });
  await hub.post('/v1.0/groups', { id: GROUP, displayName: 'Break glass' });
  office = (await hub.post(`/v1.0${LOCATIONS}`, ipLocation())).body.id;
});
afterAll(() => hub.close());

function ipLocation(change: object = {}): object {
  return {
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    displayName: 'Office',
    isTrusted: true,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }],
    ...change,
  };
}

function policy(change: Record<string, unknown> = {}, conditions: object = {}): object {
  return {
    displayName: 'Mail needs a compliant phone',
    state: 'enabled',
    conditions: {
      users: { includeUsers: ['All'], excludeGroups: [GROUP.toUpperCase()] },
      applications: { includeApplications: [EXCHANGE] },
      ...conditions,
    },
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
    ...change,
  };
}

async function made(change: Record<string, unknown> = {}, conditions: object = {}): Promise<Answer['body']> {
  const answer = await hub.post(`/v1.0${PATH}`, policy(change, conditions));
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

async function refused(body: object, version = 'beta'): Promise<{ target: string; message: string }> {
  const answer = await hub.post(`/${version}${PATH}`, body);
  expect(answer.status, answer.text).toBe(400);
  return answer.body.error;
}

describe('a conditional access policy', () => {
  test('is answered complete, with what real answers always carry', async () => {
    const body = await made();
    expect(body).toEqual({
      '@odata.context': 'https://hub.example:8443/v1.0/$metadata#identity/conditionalAccess/policies/$entity',
      id: expect.any(String),
      displayName: 'Mail needs a compliant phone',
      description: null,
      state: 'enabled',
      createdDateTime: '2026-03-01T12:00:00.000Z',
      modifiedDateTime: null,
      deletedDateTime: null,
      templateId: null,
      partialEnablementStrategy: null,
      conditions: {
        users: {
          includeUsers: ['All'],
          excludeUsers: [],
          includeGroups: [],
          excludeGroups: [GROUP],
          includeRoles: [],
          excludeRoles: [],
          includeGuestsOrExternalUsers: null,
          excludeGuestsOrExternalUsers: null,
        },
        applications: {
          includeApplications: [EXCHANGE],
          excludeApplications: [],
          includeUserActions: [],
          includeAuthenticationContextClassReferences: [],
          applicationFilter: null,
        },
        clientAppTypes: ['all'],
        userRiskLevels: [],
        signInRiskLevels: [],
        platforms: null,
        locations: null,
        devices: null,
        clientApplications: null,
        times: null,
        deviceStates: null,
      },
      grantControls: {
        operator: 'OR',
        builtInControls: ['compliantDevice'],
        customAuthenticationFactors: [],
        termsOfUse: [],
        authenticationStrength: null,
      },
      sessionControls: null,
    });
  });

  test('comes back unchanged when its export is sent again', async () => {
    const { id } = await made(
      { sessionControls: { signInFrequency: { value: 4, type: 'hours', isEnabled: true } } },
      {
        platforms: { includePlatforms: ['all'], excludePlatforms: ['Linux'] },
        locations: { includeLocations: ['all'], excludeLocations: [office] },
      },
    );
    const prefer = { headers: { prefer: 'include-unknown-enum-members' } };
    const exported = (await hub.get(`/beta${PATH}/${id}`, prefer)).body;
    const answer = await hub.post(`/beta${PATH}`, exported, prefer);
    expect(answer.status, answer.text).toBe(201);
    expect({ ...answer.body, '@odata.context': 0, id: 0 }).toEqual({ ...exported, '@odata.context': 0, id: 0 });
  });

  test.each<[string, Record<string, unknown>, object, object]>([
    [
      'AND of one control is OR',
      { grantControls: { operator: 'AND', builtInControls: ['mfa'] } },
      {},
      { grantControls: { operator: 'OR' } },
    ],
    [
      'AND of two stays',
      { grantControls: { operator: 'and', builtInControls: ['mfa', 'compliantDevice'] } },
      {},
      { grantControls: { operator: 'AND' } },
    ],
    [
      'grant controls without a control are null',
      {
        grantControls: { operator: 'OR', builtInControls: [] },
        sessionControls: { persistentBrowser: { mode: 'never', isEnabled: true } },
      },
      {},
      { grantControls: null, sessionControls: { persistentBrowser: { mode: 'never' }, signInFrequency: null } },
    ],
    [
      'session controls that are off are null',
      { sessionControls: { persistentBrowser: { isEnabled: false } } },
      {},
      { sessionControls: null },
    ],
    [
      'a sign-in frequency is filled in',
      { sessionControls: { signInFrequency: { value: 1, type: 'days' } } },
      {},
      {
        sessionControls: {
          signInFrequency: {
            isEnabled: true,
            authenticationType: 'primaryAndSecondaryAuthentication',
            frequencyInterval: 'timeBased',
          },
        },
      },
    ],
    ['empty platforms are null', {}, { platforms: { includePlatforms: [] } }, { conditions: { platforms: null } }],
    [
      'words are spelled as Graph does',
      {},
      { users: { includeUsers: ['all'] }, applications: { includeApplications: ['OFFICE365'] } },
      { conditions: { users: { includeUsers: ['All'] }, applications: { includeApplications: ['Office365'] } } },
    ],
    ['no client app types are all', {}, { clientAppTypes: [] }, { conditions: { clientAppTypes: ['all'] } }],
    [
      'an application by its name is kept by its id',
      {},
      { applications: { includeApplications: ['Exchange'] } },
      { conditions: { applications: { includeApplications: [EXCHANGE] } } },
    ],
    [
      'flags are sorted',
      { state: 'disabled' },
      { users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'ServiceProvider,InternalGuest' } } },
      {
        conditions: {
          users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest,serviceProvider' } },
        },
      },
    ],
    [
      'client applications gain their lists',
      { state: 'disabled' },
      { clientApplications: { includeServicePrincipals: ['ServicePrincipalsInMyTenant'] } },
      { conditions: { clientApplications: { excludeServicePrincipals: [] } } },
    ],
  ])('is rewritten: %s', async (_case, change, conditions, expected) => {
    expect(await made(change, conditions)).toMatchObject(expected);
  });

  test('leaves out the members that the service leaves out', async () => {
    const { conditions } = await made(
      {},
      {
        insiderRiskLevels: null,
        servicePrincipalRiskLevels: [],
        authenticationFlows: null,
        clients: null,
        signInRiskDetections: [],
      },
    );
    for (const name of [
      'insiderRiskLevels',
      'servicePrincipalRiskLevels',
      'authenticationFlows',
      'clients',
      'signInRiskDetections',
    ])
      expect(conditions).not.toHaveProperty(name);
  });

  test.each<[string, Record<string, unknown>, object]>([
    ['conditions.userRiskLevels', {}, { userRiskLevels: ['high'] }],
    ['conditions.signInRiskLevels', {}, { signInRiskLevels: ['high'] }],
    ['conditions.insiderRiskLevels', {}, { insiderRiskLevels: 'elevated' }],
    ['conditions.authenticationFlows', {}, { authenticationFlows: { transferMethods: 'deviceCodeFlow' } }],
    ['conditions.clientApplications', {}, { clientApplications: { includeServicePrincipals: ['x'] } }],
    [
      'conditions.devices.deviceFilter',
      {},
      { devices: { deviceFilter: { mode: 'include', rule: 'device.isCompliant -eq True' } } },
    ],
    ['conditions.users.includeRoles', {}, { users: { includeUsers: ['All'], includeRoles: [NOBODY] } }],
    ['conditions.users.includeUsers', {}, { users: { includeUsers: ['GuestsOrExternalUsers'] } }],
    [
      'conditions.users.excludeGuestsOrExternalUsers',
      {},
      { users: { includeUsers: ['All'], excludeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest' } } },
    ],
    [
      'conditions.applications.includeUserActions',
      {},
      { applications: { includeUserActions: ['urn:user:registersecurityinfo'] } },
    ],
    [
      'conditions.locations.excludeLocations',
      {},
      { locations: { includeLocations: ['All'], excludeLocations: ['00000000-0000-0000-0000-000000000000'] } },
    ],
    ['grantControls.termsOfUse', { grantControls: { operator: 'OR', termsOfUse: ['x'] } }, {}],
    [
      'grantControls.customAuthenticationFactors',
      { grantControls: { operator: 'OR', builtInControls: ['mfa'], customAuthenticationFactors: ['x'] } },
      {},
    ],
    [
      'grantControls.authenticationStrength',
      { grantControls: { operator: 'AND', authenticationStrength: { id: '00000000-0000-0000-0000-000000000004' } } },
      {},
    ],
  ])('that cannot be evaluated because of %s is kept only while it is disabled', async (field, change, conditions) => {
    for (const state of ['enabled', 'enabledForReportingButNotEnforced']) {
      const error = await refused(policy({ state, ...change }, conditions));
      expect(error.target).toBe(field);
      expect(error.message).toContain('not supported yet');
    }
    const { id } = await made({ state: 'disabled', ...change }, conditions);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { state: 'enabled' })).body.error.target).toBe(field);
    expect((await hub.get(`/v1.0${PATH}/${id}`)).body.state).toBe('disabled');
  });

  test('is not changed by a client that writes {} for what is null', async () => {
    const { id } = await made({ state: 'disabled' });
    const before = (await hub.get(`/beta${PATH}/${id}`)).body;
    const nothing = {
      devices: {},
      clientApplications: {},
      platforms: {},
      locations: {},
      times: {},
      deviceStates: {},
      authenticationFlows: {},
    };
    const conditions = {
      ...before.conditions,
      ...nothing,
      users: { ...before.conditions.users, includeGuestsOrExternalUsers: {}, excludeGuestsOrExternalUsers: {} },
      applications: { ...before.conditions.applications, applicationFilter: {} },
    };
    const saved = {
      ...before,
      conditions,
      grantControls: { ...before.grantControls, authenticationStrength: {} },
      sessionControls: { signInFrequency: {}, persistentBrowser: {} },
    };
    expect((await hub.patch(`/beta${PATH}/${id}`, saved)).status).toBe(204);
    expect((await hub.get(`/beta${PATH}/${id}`)).body).toEqual(before);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { state: 'enabled' })).status).toBe(204);
  });

  test.each([
    { users: {} },
    { users: {}, clientApplications: {} },
    { users: { includeUsers: [] }, clientApplications: {} },
    { users: { includeUsers: [] }, clientApplications: { includeServicePrincipals: [] } },
    { users: { includeGuestsOrExternalUsers: {} } },
    { users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'none' } } },
  ])('for nobody is refused: %j', async (conditions) => {
    for (const state of ['enabled', 'disabled'])
      expect((await refused(policy({ state }, conditions))).target).toBe('conditions.users.includeUsers');
    const { id } = await made();
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { conditions })).body.error.target).toBe(
      'conditions.users.includeUsers',
    );
  });

  test('of Linux is read and written back, with and without the header that shows the word', async () => {
    const { id } = await made({}, { platforms: { includePlatforms: ['linux', 'iOS'] } });
    const read = (await hub.get(`/v1.0${PATH}/${id}`)).body;
    expect(read.conditions.platforms.includePlatforms).toEqual(['unknownFutureValue', 'iOS']);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, read)).status).toBe(204);
    const shown = (await hub.get(`/v1.0${PATH}/${id}`, { headers: { prefer: 'include-unknown-enum-members' } })).body;
    expect([...shown.conditions.platforms.includePlatforms].sort()).toEqual(['iOS', 'linux']);
  });

  test.each<[string, object]>([
    ['displayName', policy({ displayName: '' })],
    ['state', policy({ state: undefined })],
    ['state', policy({ state: 'on' })],
    ['conditions', policy({ conditions: undefined })],
    ['conditions.users.includeUsers', policy({}, { users: undefined })],
    ['conditions.users.includeUsers', policy({}, { users: { excludeUsers: [USER] } })],
    ['conditions.applications.includeApplications', policy({}, { applications: {} })],
    ['conditions.platforms.includePlatforms', policy({}, { platforms: { excludePlatforms: ['linux'] } })],
    ['conditions.locations.includeLocations', policy({}, { locations: { excludeLocations: ['AllTrusted'] } })],
    ['grantControls', policy({ grantControls: null })],
    ['grantControls.builtInControls', policy({ grantControls: { operator: 'OR', builtInControls: ['block', 'mfa'] } })],
    ['grantControls.builtInControls[0]', policy({ grantControls: { operator: 'OR', builtInControls: ['please'] } })],
    [
      'grantControls.operator',
      policy({ grantControls: { operator: 'XOR', builtInControls: ['mfa', 'compliantDevice'] } }),
    ],
    ['grantControls.operator', policy({ grantControls: { operator: 'XOR', builtInControls: ['mfa'] } })],
    ['grantControls.operator', policy({ grantControls: { builtInControls: ['mfa', 'compliantDevice'] } })],
    ['sessionControls.signInFrequency.value', policy({ sessionControls: { signInFrequency: { isEnabled: true } } })],
    ['conditions.users.includeUsers[0]', policy({}, { users: { includeUsers: [NOBODY] } })],
    ['conditions.users.includeUsers[0]', policy({}, { users: { includeUsers: ['ada@example.org'] } })],
    [
      'conditions.users.excludeUsers[1]',
      policy({}, { users: { includeUsers: ['All'], excludeUsers: [USER, NOBODY] } }),
    ],
    ['conditions.users.includeGroups[0]', policy({}, { users: { includeGroups: [USER] } })],
    ['conditions.locations.includeLocations[0]', policy({}, { locations: { includeLocations: [NOBODY] } })],
    [
      'conditions.applications.includeApplications[0]',
      policy({}, { applications: { includeApplications: ['Exchangr'] } }),
    ],
  ])('is refused at %s', async (field, body) => {
    expect((await refused(body)).target).toBe(field);
  });

  test('answers a PATCH with 204 and replaces what was sent, condition by condition', async () => {
    const { id } = await made({}, { platforms: { includePlatforms: ['android'] } });
    const answer = await hub.patch(`/v1.0${PATH}/${id}`, {
      conditions: { users: { includeUsers: [USER] } },
      state: 'enabledForReportingButNotEnforced',
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await hub.get(`/v1.0/policies/conditionalAccessPolicies/${id}`)).body).toMatchObject({
      state: 'enabledForReportingButNotEnforced',
      modifiedDateTime: '2026-03-01T12:00:00.000Z',
      conditions: {
        users: { includeUsers: [USER], excludeGroups: [] },
        platforms: { includePlatforms: ['android'] },
        applications: { includeApplications: [EXCHANGE] },
      },
    });
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { conditions: { users: { includeUsers: [] } } })).status).toBe(400);
    expect((await hub.patch(`/v1.0${PATH}/${NOBODY}`, { state: 'disabled' })).status).toBe(404);
  });

  test('does not become weaker by a PATCH that leaves the operator out', async () => {
    const { id } = await made({ grantControls: { operator: 'AND', builtInControls: ['mfa', 'compliantDevice'] } });
    const answer = await hub.patch(`/v1.0${PATH}/${id}`, {
      grantControls: { builtInControls: ['mfa', 'compliantDevice'] },
    });
    expect([answer.status, answer.body.error.target]).toEqual([400, 'grantControls.operator']);
    expect(
      (await hub.patch(`/v1.0${PATH}/${id}`, { grantControls: { builtInControls: ['compliantDevice'] } })).status,
    ).toBe(204);
    expect((await hub.get(`/v1.0${PATH}/${id}`)).body.grantControls.operator).toBe('OR');
  });

  test('that names somebody deleted since can still be changed', async () => {
    const gone = (await hub.post('/v1.0/users', { userPrincipalName: 'gone@example.org', displayName: 'Gone' })).body
      .id;
    const { id } = await made({}, { users: { includeUsers: ['All'], excludeUsers: [gone] } });
    await hub.delete(`/v1.0/users/${gone}`);
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { displayName: 'Renamed' })).status).toBe(204);
    expect(
      (
        await hub.patch(`/v1.0${PATH}/${id}`, {
          conditions: { users: { includeUsers: ['All'], excludeUsers: [gone] } },
        })
      ).status,
    ).toBe(400);
  });

  test('is found by name and by whom it includes, and deleted', async () => {
    const { id } = await made({ displayName: 'Find me' }, { users: { includeUsers: [USER] } });
    const found = async (filter: string): Promise<string[]> =>
      (await hub.get(`/v1.0${PATH}?$filter=${filter}`)).body.value.map((each: { id: string }) => each.id);
    expect(await found("displayName eq 'find me'")).toEqual([id]);
    expect(await found(`displayName eq 'Find me' and conditions/users/includeUsers/any(u:u eq '${USER}')`)).toEqual([
      id,
    ]);
    expect((await hub.get(`/v1.0${PATH}?$orderby=displayName`)).body.error.target).toBe('$orderby');
    expect((await hub.get(`/v1.0${PATH}?$expand=conditions`)).body.error.target).toBe('$expand');
    expect((await hub.delete(`/v1.0${PATH}/${id}`)).status).toBe(204);
    expect((await hub.get(`/v1.0${PATH}/${id}`)).status).toBe(404);
  });
});

describe('a named location', () => {
  test('has ranges of both families or countries', async () => {
    const answer = await hub.post(
      `/v1.0${LOCATIONS}`,
      ipLocation({
        isTrusted: false,
        ipRanges: [
          { '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: ' 10.0.0.0/8' },
          { '@odata.type': '#microsoft.graph.iPv6CidrRange', cidrAddress: '2001:DB8::/32' },
        ],
      }),
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      modifiedDateTime: null,
      ipRanges: [
        { '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '10.0.0.0/8' },
        { cidrAddress: '2001:db8::/32' },
      ],
    });
    const country = await hub.post(`/v1.0${LOCATIONS}`, {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'Nordics',
      countriesAndRegions: ['se', 'NO', 'SE'],
    });
    expect(country.body).toMatchObject({
      countriesAndRegions: ['SE', 'NO'],
      countryLookupMethod: 'clientIpAddress',
      includeUnknownCountriesAndRegions: false,
    });
    const found = await hub.get(
      `/v1.0${LOCATIONS}?$filter=microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'NO')&$orderby=displayName`,
    );
    expect(found.body.value.map((each: { id: string }) => each.id)).toEqual([country.body.id]);
    expect(
      (await hub.get(`/v1.0${LOCATIONS}?$filter=isof('microsoft.graph.ipNamedLocation')&$count=true`)).body[
        '@odata.count'
      ],
    ).toBe(2);
  });

  test.each<[string, object]>([
    ['@odata.type', { displayName: 'x' }],
    ['@odata.type', { '@odata.type': '#microsoft.graph.compliantNetworkNamedLocation', displayName: 'x' }],
    ['displayName', ipLocation({ displayName: undefined })],
    ['ipRanges', ipLocation({ ipRanges: [] })],
    ['ipRanges[0].@odata.type', ipLocation({ ipRanges: [{ cidrAddress: '192.0.2.0/24' }] })],
    [
      'ipRanges[0].@odata.type',
      ipLocation({
        ipRanges: [
          { '@odata.type': '#microsoft.graph.iPv4Range', lowerAddress: '192.0.2.0', upperAddress: '192.0.2.9' },
        ],
      }),
    ],
    ...['192.0.2.0', '192.0.2.0/33', '192.0.2.256/24', '0.0.0.0/0', '2001:db8::/129', '192.0.2.0/2x', ''].map(
      (cidrAddress): [string, object] => [
        'ipRanges[0].cidrAddress',
        ipLocation({ ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress }] }),
      ],
    ),
    ['countriesAndRegions', { '@odata.type': '#microsoft.graph.countryNamedLocation', displayName: 'x' }],
    [
      'countriesAndRegions[0]',
      { '@odata.type': '#microsoft.graph.countryNamedLocation', displayName: 'x', countriesAndRegions: ['Sweden'] },
    ],
    [
      'countryLookupMethod',
      {
        '@odata.type': '#microsoft.graph.countryNamedLocation',
        displayName: 'x',
        countriesAndRegions: ['SE'],
        countryLookupMethod: 'authenticatorAppGps',
      },
    ],
  ])('is refused at %s: %j', async (field, body) => {
    const answer = await hub.post(`/beta${LOCATIONS}`, body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });

  test('reads the family of a range from its address, whatever type it was sent as', async () => {
    const range = (family: number, cidrAddress: string): object => ({
      '@odata.type': `#microsoft.graph.iPv${family}CidrRange`,
      cidrAddress,
    });
    const answer = await hub.post(
      `/v1.0${LOCATIONS}`,
      ipLocation({
        isTrusted: false,
        displayName: 'From Terraform',
        ipRanges: [range(4, '64:ff9b::/96'), range(6, '192.0.2.0/24')],
      }),
    );
    expect(answer.body.ipRanges).toEqual([range(6, '64:ff9b::/96'), range(4, '192.0.2.0/24')]);
    await hub.patch(`/beta${LOCATIONS}/${answer.body.id}`, { ipRanges: [range(4, '2001:DB8::/32')] });
    expect((await hub.get(`/beta${LOCATIONS}/${answer.body.id}`)).body.ipRanges).toEqual([range(6, '2001:db8::/32')]);
  });

  test('by country is looked up by address where null is sent for the method', async () => {
    const answer = await hub.post(`/v1.0${LOCATIONS}`, {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'ZM',
      countriesAndRegions: ['ZM'],
      countryLookupMethod: null,
    });
    expect(answer.body.countryLookupMethod).toBe('clientIpAddress');
    await hub.patch(`/v1.0${LOCATIONS}/${answer.body.id}`, { countryLookupMethod: null });
    expect((await hub.get(`/v1.0${LOCATIONS}/${answer.body.id}`)).body.countryLookupMethod).toBe('clientIpAddress');
  });

  test('changes, and cannot be deleted while it is trusted or named by a policy', async () => {
    const { id } = (await hub.post(`/v1.0${LOCATIONS}`, ipLocation())).body;
    expect((await hub.delete(`/v1.0${LOCATIONS}/${id}`)).body.error.target).toBe('isTrusted');
    expect(
      (
        await hub.patch(`/v1.0${LOCATIONS}/${id}`, {
          '@odata.type': '#microsoft.graph.ipNamedLocation',
          isTrusted: false,
        })
      ).status,
    ).toBe(204);
    expect(
      (await hub.patch(`/v1.0${LOCATIONS}/${id}`, { '@odata.type': '#microsoft.graph.countryNamedLocation' })).status,
    ).toBe(400);
    const user = await made(
      { displayName: 'Names it' },
      { locations: { includeLocations: ['All'], excludeLocations: [id] } },
    );
    const inUse = await hub.delete(`/v1.0${LOCATIONS}/${id}`);
    expect(inUse.status).toBe(409);
    expect(inUse.body.error.message).toContain('Names it');
    await hub.delete(`/v1.0${PATH}/${user.id}`);
    expect((await hub.delete(`/v1.0${LOCATIONS}/${id}`)).status).toBe(204);
  });
});
