import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { AttackedHub } from './attacked-hub.ts';
import { pathOf, type Route } from './routes.ts';

/**
 * Every route of the hub, as its OpenAPI has them, is given what no honest client sends, by a caller with
 * every permission. Whatever it is, the answer is a refusal in the route's own form and comes quickly.
 */

let hub: AttackedHub;
/** Something that is there, for each part of the path that names a kind of thing. */
let existing: readonly (readonly [part: string, id: string])[] = [];
const SLOW_MS = 15_000;
beforeAll(async () => {
  hub = await AttackedHub.start();
  existing = await oneOfEach(hub);
});
afterAll(() => hub.close());

const deep = (levels: number, open: string, close: string): string => `${open.repeat(levels)}${close.repeat(levels)}`;

const BODIES: Record<string, { readonly body: string | Buffer; readonly headers?: Record<string, string> }> = {
  nothing: { body: '' },
  'no JSON': { body: '{"a":' },
  'a list': { body: '[]' },
  'a number': { body: '1e400' },
  null: { body: 'null' },
  'a text': { body: '"x"' },
  'lists in lists': { body: deep(50_000, '[', ']') },
  'objects in objects': { body: `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}` },
  'a member __proto__': { body: '{"__proto__":{"isAdmin":true},"displayName":"x"}' },
  'a member constructor': { body: '{"constructor":{"prototype":{"isAdmin":true}}}' },
  'an @odata.type of ours that does not belong': { body: '{"@odata.type":"#microsoft.graph.managedDevice","id":"x"}' },
  'an @odata.type from Object.prototype': { body: '{"@odata.type":"#microsoft.graph.toString","displayName":"x"}' },
  'bytes that are not UTF-8': { body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) },
  'half of a character': { body: '{"displayName":"\\ud800","id":"\\udfff","userPrincipalName":"a\\u0000b"}' },
  'UTF-16': {
    body: Buffer.from('{"displayName":"x"}', 'utf16le'),
    headers: { 'content-type': 'application/json; charset=utf-16' },
  },
  'a zip': { body: Buffer.from('1f8b0800000000000003abe6520000', 'hex'), headers: { 'content-encoding': 'gzip' } },
  XML: {
    body: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    headers: { 'content-type': 'application/xml' },
  },
  'a form': { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  'a multipart form': { body: '--x\r\n\r\n--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
  'a content type of 4,000 characters': {
    body: '{}',
    headers: { 'content-type': `application/json;${' '.repeat(4_000)}charset` },
  },
  'the wrong type everywhere': {
    body: JSON.stringify(Object.fromEntries(NAMES().map((name) => [name, { wrong: [1, null, 'x'] }]))),
  },
  'a number everywhere': { body: JSON.stringify(Object.fromEntries(NAMES().map((name) => [name, -1.5e300]))) },
  'a list everywhere': { body: JSON.stringify(Object.fromEntries(NAMES().map((name) => [name, [[]]]))) },
  'a long text everywhere': {
    body: JSON.stringify(Object.fromEntries(NAMES().map((name) => [name, 'a'.repeat(20_000)]))),
  },
  'false dates everywhere': {
    body: JSON.stringify(Object.fromEntries(NAMES().map((name) => [name, '2026-02-30T25:61:61Z']))),
  },
  'the years 0 and 275761': {
    body: JSON.stringify({
      lastSyncDateTime: '+275761-01-01T00:00:00Z',
      enrolledDateTime: '0000-00-00',
      startDateTime: '-000001-01-01T00:00:00Z',
    }),
  },
};

/** Members of the documents that the hub takes. */
function NAMES(): readonly string[] {
  return [
    'id',
    'displayName',
    'userPrincipalName',
    'mail',
    'mailNickname',
    'accountEnabled',
    'operatingSystem',
    'osVersion',
    'serialNumber',
    'imei',
    'deviceName',
    'lastSyncDateTime',
    'enrolledDateTime',
    'conditions',
    'grantControls',
    'state',
    'ipRanges',
    'isTrusted',
    'countriesAndRegions',
    'assignments',
    'scheduledActionsForRule',
    'deviceThreatProtectionRequiredSecurityLevel',
    'osMinimumVersion',
    'permissions',
    'mobileThreatDefenseConnectorId',
    'passwordCredential',
    'keyId',
    'reports',
    'device',
    'evaluations',
    'subject',
    'action',
    'resource',
    'context',
    'options',
    'requests',
    'deviceCa',
    'applications',
    'defaultApplication',
    'kind',
    'vendor',
    'settings',
    'platform',
    'groupId',
    'priority',
    'method',
    'order',
    'atLeast',
    'silentPartner',
    'secureByDefault',
    'deviceComplianceCheckinThresholdDays',
    '@odata.id',
    '@odata.type',
    'partnerUnresponsivenessThresholdInDays',
    'androidEnabled',
    'memberIds',
    'identifierUris',
    'members',
    'owners',
    'deviceId',
    'reportIds',
    'grant_type',
    'client_id',
  ];
}

const QUERIES: readonly string[] = [
  '$filter=',
  '$filter=%00',
  '$filter=id',
  '$filter=id%20eq',
  `$filter=${'('.repeat(5_000)}`,
  `$filter=${'not%20'.repeat(1_500)}id%20eq%20'a'`,
  `$filter=id%20eq%20'${'%27%27'.repeat(1_000)}`,
  `$filter=contains(deviceName,'${'a'.repeat(6_000)}')`,
  `$filter=id%20eq%20'a'${'%20or%20id%20eq%20%27a%27'.repeat(400)}`,
  `$filter=deviceName%20eq%20'x'%3Bdrop%20table%20devices--`,
  "$filter=deviceName%20eq%20'%5C'%20or%20'1'%20eq%20'1'",
  '$filter=__proto__%20eq%20null',
  '$filter=constructor/name%20eq%20%27x%27',
  '$filter=lastSyncDateTime%20gt%202026-02-30T00:00:00Z',
  '$filter=lastSyncDateTime%20gt%20%27x%27',
  "$filter=matchesPattern(deviceName,'(a%2B)%2B$')",
  '$top=-1',
  '$top=0',
  '$top=1e9',
  '$top=99999999999999999999',
  '$top=%31%30',
  '$top=1&$top=2',
  '$skip=-1',
  '$skip=1e30',
  '$skip=9007199254740993',
  '$skiptoken=%00',
  '$skiptoken=eyJhIjoxfQ',
  '$orderby=',
  '$orderby=deviceName%20sideways',
  '$orderby=__proto__',
  `$orderby=${'deviceName,'.repeat(1_000)}id`,
  '$select=',
  '$select=*',
  '$select=__proto__',
  '$select=constructor',
  `$select=${'id,'.repeat(2_000)}id`,
  '$expand=*',
  '$expand=__proto__',
  `$expand=a($expand=${'b($expand='.repeat(300)}`,
  '$count=maybe',
  '$search=%22x',
  '$format=xml',
  '$apply=groupby((id))',
  '$compute=1',
  '$nonsense=1',
  'limit=-1',
  'limit=NaN',
  'after=x',
  '%24filter=%2524',
  '&&&=&=&',
  '%',
  '%ff%fe',
  '[]=1&[__proto__][x]=1',
];

const NOT_FOUND = '00000000-0000-4000-8000-000000000000';
const PARAMETERS = [
  '%00',
  '..%2f..%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  "'%20or%20'1'='1",
  '%F0%9F%92%A9',
  '%7B%7B7*7%7D%7D',
  'a'.repeat(500),
  '%252e%252e',
  '-1',
  'NaN',
  '%E2%80%AE',
  '*',
];

describe('a hostile body', () => {
  test.each(Object.keys(BODIES))(
    '%s',
    async (name) => {
      const { body, headers } = BODIES[name] as (typeof BODIES)[string];
      const answers = await onEach(
        ({ method }) => method !== 'GET' && method !== 'DELETE',
        (route) => ({
          path: pathOf(route, idFor(route)),
          body,
          headers: { 'content-type': 'application/json', ...headers },
        }),
      );
      expect(answers.filter(({ problem }) => problem !== undefined)).toEqual([]);
    },
    60_000,
  );

  test('of more than a route takes is refused before it is read', async () => {
    const big = `{"a":"${'x'.repeat(9 * 1_024 * 1_024)}"}`;
    const answers = await onEach(
      ({ method, access }) => method !== 'GET' && method !== 'DELETE' && access === 'permission',
      (route) => ({ path: pathOf(route), body: big }),
    );
    expect(answers.filter(({ status }) => status !== 413 && status !== 0)).toEqual([]);
  }, 60_000);
});

test.each(QUERIES)(
  'the query ?%s',
  async (query) => {
    const answers = await onEach(
      ({ method, access }) => method === 'GET' && access !== 'door',
      (route) => ({ path: `${pathOf(route, idFor(route))}?${query}` }),
    );
    expect(answers.filter(({ problem }) => problem !== undefined)).toEqual([]);
  },
  30_000,
);

test.each(PARAMETERS)(
  'the parameter %s in the path',
  async (parameter) => {
    const answers = await onEach(
      ({ path, access }) => path.includes('{') && access !== 'door',
      (route) => ({
        path: pathOf(route, parameter),
        ...(['POST', 'PATCH', 'PUT'].includes(route.method) && { body: '{}' }),
      }),
    );
    expect(answers.filter(({ problem }) => problem !== undefined)).toEqual([]);
  },
  30_000,
);

test('an address of 60,000 characters is refused', async () => {
  for (const path of ['/v1.0/users?$filter=', '/', '/v1.0/']) {
    expect(
      await hub.talk(
        `GET ${path}${'a'.repeat(60_000)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${hub.adminToken}\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 4(?:31|14|00) /);
  }
});

test('after all this the hub still answers, and nothing was found wrong with it', async () => {
  expect((await hub.call('/readyz')).status).toBe(200);
  const wrong = (await hub.log()).filter((line) => /"level":"(?:error|fatal)"/.test(line));
  expect(wrong.map((line) => line.slice(0, 2_000))).toEqual([]);
});

/** @returns the id of something that exists, where there is something of the kind */
function idFor(route: Route): string {
  return existing.find(([part]) => route.path.includes(part))?.[1] ?? NOT_FOUND;
}

async function oneOfEach(attacked: AttackedHub): Promise<typeof existing> {
  const connector = '2c7790de-8b02-4814-85cf-e0c59380dee8';
  await attacked.must('/v1.0/deviceManagement/mobileThreatDefenseConnectors', { id: connector, androidEnabled: true });
  const { id: user } = await attacked.must('/v1.0/users', {
    userPrincipalName: 'ada@example.com',
    displayName: 'Ada',
    mailNickname: 'ada',
    accountEnabled: true,
  });
  const { id: group } = await attacked.must('/v1.0/groups', {
    displayName: 'Staff',
    mailNickname: 'staff',
    mailEnabled: false,
    securityEnabled: true,
  });
  const { id: device } = await attacked.must('/v1.0/deviceManagement/managedDevices', {
    deviceName: 'Phone',
    operatingSystem: 'Android',
    osVersion: '14',
    serialNumber: 'S',
    userPrincipalName: 'ada@example.com',
  });
  const { id: policy } = await attacked.must('/v1.0/deviceManagement/deviceCompliancePolicies', {
    '@odata.type': '#microsoft.graph.androidCompliancePolicy',
    displayName: 'Android',
    scheduledActionsForRule: [
      {
        ruleName: 'PasswordRequired',
        scheduledActionConfigurations: [
          { actionType: 'block', gracePeriodHours: 0, notificationTemplateId: '', notificationMessageCCList: [] },
        ],
      },
    ],
  });
  const { id: location } = await attacked.must('/v1.0/identity/conditionalAccess/namedLocations', {
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    displayName: 'Office',
    isTrusted: true,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '10.0.0.0/8' }],
  });
  const { id: access } = await attacked.must('/v1.0/identity/conditionalAccess/policies', {
    displayName: 'All',
    state: 'enabled',
    conditions: {
      users: { includeUsers: ['All'] },
      applications: { includeApplications: ['All'] },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
  });
  const { objectId } = await attacked.newClient('Client', ['User.Read.All']);
  const { cert } = await newDeviceAuthority();
  const { id: door } = await attacked.must('/admin/v1/doors', {
    displayName: 'Door',
    defaultApplication: 'Exchange',
    deviceCa: cert,
  });
  const { id: rule } = await attacked.must('/admin/v1/merge-rules', {
    priority: 1,
    method: 'strictest',
    silentPartner: 'ignore',
  });
  return [
    ['mobileThreatDefenseConnectors', connector],
    ['/connectors/', connector],
    ['/users/', user],
    ['/groups/', group],
    ['/managedDevices/', device],
    ['/devices/', device],
    ['/deviceCompliancePolicies/', policy],
    ['/namedLocations/', location],
    ['/conditionalAccess/policies/', access],
    ['/applications/', objectId],
    ['/doors/', door],
    ['/merge-rules/', rule],
    ['{tenant}', attacked.admin.tenantId],
  ];
}

interface Tried {
  readonly route: string;
  readonly status: number;
  readonly problem: string | undefined;
}

/** One request to each route of these, a few at a time. */
async function onEach(
  which: (route: Route) => boolean,
  request: (route: Route) => { path: string; body?: string | Buffer; headers?: Record<string, string> },
): Promise<readonly Tried[]> {
  const routes = hub.routes.filter(which);
  expect(routes.length).toBeGreaterThan(3);
  const tried: Tried[] = [];
  for (let i = 0; i < routes.length; i += 16)
    tried.push(...(await Promise.all(routes.slice(i, i + 16).map((route) => tryOne(route, request(route))))));
  return tried;
}

async function tryOne(
  route: Route,
  { path, body, headers }: { path: string; body?: string | Buffer; headers?: Record<string, string> },
): Promise<Tried> {
  const started = performance.now();
  const name = `${route.method} ${route.path}`;
  try {
    const answer = await hub.call(path, { method: route.method, headers, body });
    return {
      route: name,
      status: answer.status,
      problem: problemWith(answer.status, answer.text, performance.now() - started),
    };
  } catch (error) {
    // A body that is refused while it is still being sent: the connection is cut.
    return {
      route: name,
      status: 0,
      problem: ['EPIPE', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')
        ? undefined
        : String(error),
    };
  }
}

function problemWith(status: number, text: string, ms: number): string | undefined {
  if (status >= 500) return `${status} ${text.slice(0, 300)}`;
  if (ms > SLOW_MS) return `took ${Math.round(ms)} ms`;
  if (status < 400) return undefined;
  const answer = JSON.parse(text) as { error?: string | { code?: string; message?: string } };
  const { error } = answer;
  // Graph's envelope, OAuth's at the token endpoint, or that of RFC 8935 where security events are pushed to.
  if (
    typeof error === 'string' ||
    'err' in answer ||
    (typeof error?.code === 'string' && typeof error.message === 'string')
  )
    return undefined;
  return `no envelope: ${text.slice(0, 300)}`;
}
