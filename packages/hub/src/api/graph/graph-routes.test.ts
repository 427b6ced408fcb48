import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestHub, type Answer, type TestHub } from './testing.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
});
afterAll(() => hub.close());

describe('settings of the tenant', () => {
  test("have Graph's defaults, change in part, and the rules see it", async () => {
    expect((await hub.get('/v1.0/deviceManagement/settings')).body).toEqual({
      '@odata.context': 'https://hub.example:8443/v1.0/$metadata#deviceManagement/settings',
      deviceComplianceCheckinThresholdDays: 30,
      isScheduledActionEnabled: true,
      secureByDefault: false,
    });
    const answer = await hub.patch('/v1.0/deviceManagement', { settings: { secureByDefault: true } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      subscriptionState: 'active',
      settings: { secureByDefault: true, deviceComplianceCheckinThresholdDays: 30 },
    });
    await hub.patch('/beta/deviceManagement', {
      settings: { deviceComplianceCheckinThresholdDays: 14, enhancedJailBreak: true },
    });
    expect((await hub.get('/beta/deviceManagement/settings')).body).toMatchObject({
      secureByDefault: true,
      deviceComplianceCheckinThresholdDays: 14,
      enhancedJailBreak: true,
    });
    expect(hub.memory.rulebook.settings).toEqual({ secureByDefault: true, checkinThresholdDays: 14 });
    expect((await hub.get('/beta/deviceManagement?$select=settings')).body).toMatchObject({
      '@odata.context': 'https://hub.example:8443/beta/$metadata#deviceManagement',
      settings: { secureByDefault: true },
    });
  });

  test.each([
    [{ settings: { deviceComplianceCheckinThresholdDays: 0 } }, 'settings.deviceComplianceCheckinThresholdDays'],
    [{ settings: { deviceComplianceCheckinThresholdDays: 121 } }, 'settings.deviceComplianceCheckinThresholdDays'],
    [{ settings: { secureByDefault: 'yes' } }, 'settings.secureByDefault'],
    [{ settings: { enhancedJailBreak: true } }, 'settings.enhancedJailBreak'],
    [{ secureByDefault: true }, 'secureByDefault'],
  ])('%j is refused at %s', async (body, field) => {
    const answer = await hub.patch('/v1.0/deviceManagement', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });
});

test('every change is in the audit list, newest first, in pages', async () => {
  const {
    body: { id },
  } = await hub.post('/v1.0/groups', { displayName: 'Audited' });
  await hub.patch(`/v1.0/groups/${id}`, { displayName: 'Renamed' });
  const answer = await hub.get('/v1.0/deviceManagement/auditEvents?$top=1', { roles: ['AuditLog.Read.All'] });
  expect(answer.body.value).toMatchObject([
    {
      activityOperationType: 'Patch',
      category: 'group',
      activityResult: 'Success',
      actor: { applicationId: 'aaaaaaaa-0000-4000-8000-000000000001' },
      resources: [
        {
          resourceId: id,
          modifiedProperties: [{ displayName: 'displayName', oldValue: 'Audited', newValue: 'Renamed' }],
        },
      ],
    },
  ]);
  const next = await hub.get(answer.body['@odata.nextLink'].replace('https://hub.example:8443', ''));
  expect(next.body.value[0]).toMatchObject({ activityOperationType: 'Create', resources: [{ resourceId: id }] });
  expect((await hub.get("/v1.0/deviceManagement/auditEvents?$filter=category eq 'group'")).body.error.target).toBe(
    '$filter',
  );
});

test('what is made says where it is', async () => {
  const {
    headers,
    body: { id },
  } = await hub.post('/v1.0/groups/', { displayName: 'Located' });
  expect(headers.location).toBe(`https://hub.example:8443/v1.0/groups/${id}`);
  expect((await hub.get(new URL(String(headers.location)).pathname)).body.displayName).toBe('Located');
  expect((await hub.patch(`/v1.0/groups/${id}`, { displayName: 'Still there' })).headers.location).toBeUndefined();
});

test('a change on the condition of an ETag does not happen, since there are none', async () => {
  const {
    body: { id },
  } = await hub.post('/v1.0/groups', { displayName: 'Conditional' });
  const headers = { 'if-match': 'W/"1"' };
  for (const answer of [
    await hub.patch(`/v1.0/groups/${id}`, { displayName: 'Changed' }, { headers }),
    await hub.delete(`/v1.0/groups/${id}`, { headers }),
  ]) {
    expect(answer).toMatchObject({ status: 412, body: { error: { code: 'resourceModified', target: 'If-Match' } } });
  }
  expect((await hub.get(`/v1.0/groups/${id}`, { headers })).body.displayName).toBe('Conditional');
  expect((await hub.delete(`/v1.0/groups/${id}`, { headers: { 'if-match': '*' } })).status).toBe(204);
});

test('links are right for a client that writes the whole address into the request line', async () => {
  for (const displayName of ['Whole one', 'Whole two']) await hub.post('/v1.0/groups', { displayName });
  const address = await hub.app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request(
      address,
      { path: `${address}/v1.0/groups?$top=1`, headers: { host: 'hub.example', authorization: hub.token } },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    asked.on('error', reject).end();
  });
  expect(JSON.parse(answer)['@odata.nextLink']).toMatch(/^https:\/\/hub\.example\/v1\.0\/groups\?\$top=1&\$skiptoken=/);
});

describe('a batch', () => {
  const group = (id: string, displayName: unknown, more = {}) => ({
    id,
    method: 'POST',
    url: '/groups',
    headers: { 'Content-Type': 'application/json' },
    body: { displayName },
    ...more,
  });
  const answers = async (requests: unknown[], options = {}): Promise<Map<string, Answer['body']>> => {
    const response = await hub.post('/v1.0/$batch', { requests }, options);
    expect(response.status, response.text).toBe(200);
    return new Map(response.body.responses.map((each: { id: string }) => [each.id, each]));
  };

  test('answers each part by itself', async () => {
    const parts = await answers([
      group('1', 'Batch one'),
      group('2', 5),
      { id: 3, method: 'get', url: "groups?$filter=displayName eq 'none'&$count=true" },
      { id: '4', method: 'GET', url: '/nothing/here' },
      { id: '5', method: 'GET', url: '/groups/%24count' },
    ]);
    expect(parts.get('1')).toMatchObject({ status: 201, body: { displayName: 'Batch one' } });
    expect(parts.get('1').headers['Content-Type']).toContain('json');
    expect(parts.get('2')).toMatchObject({ status: 400, body: { error: { target: 'displayName' } } });
    expect(parts.get('3')).toMatchObject({ status: 200, body: { '@odata.count': 0 } });
    expect(parts.get('4').status).toBe(404);
    expect(parts.get('5')).toMatchObject({ status: 200, body: expect.stringMatching(/^\d+$/) });
  });

  test('answers the one request whose method its route does not have, and the others', async () => {
    const parts = await answers([
      { id: '1', method: 'PUT', url: '/groups', body: {} },
      { id: '2', method: 'GET', url: '/groups' },
    ]);
    expect([parts.get('1').status >= 404, parts.get('2').status]).toEqual([true, 200]);
  });

  test('refuses a method that is no text, whatever it is', async () => {
    for (const method of [{ toString: null }, 5, null]) {
      const answer = await hub.post('/v1.0/$batch', { requests: [{ id: '1', method, url: '/groups' }] });
      expect([answer.status, answer.body.error.target]).toEqual([400, 'requests[0].method']);
    }
  });

  test("takes the addresses that Graph's own client makes, with the version in them, and still no batch within a batch", async () => {
    expect((await answers([{ id: '1', method: 'GET', url: '/v1.0/groups?$top=1' }])).get('1').status).toBe(200);
    expect((await answers([{ id: '1', method: 'GET', url: '/beta/groups' }])).get('1').status).toBe(404);
    expect(
      (await hub.post('/v1.0/$batch', { requests: [{ id: '1', method: 'POST', url: '/v1.0/$batch', body: {} }] })).body
        .error.target,
    ).toBe('requests[0].url');
  });

  test('waits for what a part depends on, and fails it with 424', async () => {
    const parts = await answers([
      { id: 'c', method: 'GET', url: "/groups?$filter=displayName eq 'Ordered'", dependsOn: ['B'] },
      group('b', 'Ordered'),
      group('bad', ''),
      { id: 'after', method: 'GET', url: '/groups', dependsOn: ['bad'] },
      { id: 'later', method: 'GET', url: '/groups', dependsOn: ['after'] },
    ]);
    expect(parts.get('c').body.value).toHaveLength(1);
    expect([parts.get('bad').status, parts.get('after').status, parts.get('later').status]).toEqual([400, 424, 424]);
  });

  test("carries the caller's own token and no other", async () => {
    const parts = await answers(
      [
        { id: '1', method: 'GET', url: '/users' },
        { id: '2', method: 'GET', url: '/groups', headers: { Authorization: 'Bearer forged' } },
      ],
      { roles: ['Group.Read.All'] },
    );
    expect([parts.get('1').status, parts.get('2').status]).toEqual([403, 200]);
  });

  test.each<[string, unknown]>([
    ['requests', {}],
    ['requests', { requests: [] }],
    [
      'requests',
      { requests: Array.from({ length: 21 }, (_each, id) => ({ id: `${id}`, method: 'GET', url: '/users' })) },
    ],
    [
      'requests[1].id',
      {
        requests: [
          { id: 'a', method: 'GET', url: '/users' },
          { id: 'A', method: 'GET', url: '/users' },
        ],
      },
    ],
    ['requests[0].id', { requests: [{ method: 'GET', url: '/users' }] }],
    ['requests[0].method', { requests: [{ id: '1', method: 'TRACE', url: '/users' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: 'https://elsewhere/users' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: '//elsewhere/users' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: '../partner/v1/heartbeat' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: '/users/../../admin/v1/doors' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: '/%2e%2e/admin/v1/doors' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'GET', url: 'users\\..\\..\\admin/v1/doors' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'POST', url: '/users/../$batch' }] }],
    ['requests[0].url', { requests: [{ id: '1', method: 'POST', url: '/%24batch' }] }],
    [
      'requests[0].headers.prefer',
      { requests: [{ id: '1', method: 'GET', url: '/users', headers: { prefer: 'a\r\nb: c' } }] },
    ],
    ['requests[0].dependsOn', { requests: [{ id: '1', method: 'GET', url: '/users', dependsOn: ['2'] }] }],
    [
      'requests',
      {
        requests: [
          { id: '1', method: 'GET', url: '/users', dependsOn: ['2'] },
          { id: '2', method: 'GET', url: '/users', dependsOn: ['1'] },
        ],
      },
    ],
  ])('is refused at %s: %j', async (field, body) => {
    const answer = await hub.post('/v1.0/$batch', body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });
});

test('the schema is public', async () => {
  for (const version of ['v1.0', 'beta']) {
    const answer = await hub.get(`/${version}/$metadata`);
    expect(answer.headers['content-type']).toMatch(/^application\/xml/);
    expect(answer.text).toContain('mobileThreatDefenseConnector');
  }
});

test('the tenant may stand after the version, a foreign one not', async () => {
  expect((await hub.get('/v1.0/11111111-2222-4333-8444-555555555555/users?$top=1')).status).toBe(200);
  expect((await hub.get('/v1.0/11111111-2222-4333-8444-555555555556/users')).status).toBe(404);
});

test.each([undefined, null, 5, 'text', [], [{}]])('a body of %j is 400 wherever a body is taken', async (body) => {
  const id = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001';
  const paths = [
    'deviceManagement/mobileThreatDefenseConnectors',
    'deviceManagement/deviceCompliancePolicies',
    'deviceManagement/managedDevices',
    'users',
    'groups',
    'identity/conditionalAccess/policies',
    'identity/conditionalAccess/namedLocations',
    'applications',
    '$batch',
    `groups/${id}/members/$ref`,
  ];
  for (const path of paths) {
    const response = await hub.app.inject({
      method: 'POST',
      url: `/v1.0/${path}`,
      headers: { authorization: hub.token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    expect(response.statusCode, `${path}: ${response.body}`).toBe(400);
  }
});

test('behind a proxy, links begin with the public address', async () => {
  const behind = await openTestHub('https://hub.public.example');
  try {
    for (const displayName of ['a', 'b']) await behind.post('/v1.0/groups', { displayName });
    const answer = await behind.get('/beta/groups?$top=1');
    expect(answer.body['@odata.nextLink']).toMatch(
      /^https:\/\/hub\.public\.example\/beta\/groups\?\$top=1&\$skiptoken=/,
    );
    expect(answer.body['@odata.context']).toBe('https://hub.public.example/beta/$metadata#groups');
  } finally {
    await behind.close();
  }
});

test('a Host header that is none is not echoed', async () => {
  const answer = await hub.get('/v1.0/groups?$top=1', { headers: { host: 'x"><script>' } });
  expect(answer.text).not.toContain('<script>');
});
