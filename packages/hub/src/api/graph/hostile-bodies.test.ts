import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestHub, type TestHub } from './testing.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
});
afterAll(() => hub.close());

/** Good bodies, to be spoiled in one place. */
const GOOD: Readonly<Record<string, object>> = {
  'deviceManagement/mobileThreatDefenseConnectors': {
    id: '2c7790de-8b02-4814-85cf-e0c59380dee8',
    androidEnabled: true,
    partnerUnresponsivenessThresholdInDays: 7,
    integration: 'full',
  },
  'deviceManagement/deviceCompliancePolicies': {
    '@odata.type': '#microsoft.graph.iosCompliancePolicy',
    displayName: 'x',
    roleScopeTagIds: ['0'],
    restrictedApps: [{ name: 'x', appId: 'y' }],
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
    scheduledActionsForRule: [
      { ruleName: null, scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 1 }] },
    ],
  },
  'deviceManagement/managedDevices': {
    operatingSystem: 'iOS',
    osVersion: '17',
    deviceName: 'x',
    azureADDeviceId: null,
    userId: null,
    enrolledDateTime: '2026-01-01T00:00:00Z',
  },
  users: {
    userPrincipalName: 'x@example.org',
    displayName: 'x',
    mail: null,
    otherMails: ['y@example.org'],
    passwordProfile: { password: 'x' },
  },
  groups: {
    displayName: 'x',
    groupTypes: [],
    'members@odata.bind': ['https://x/v1.0/users/2c7790de-8b02-4814-85cf-e0c59380dee8'],
  },
  'identity/conditionalAccess/policies': {
    displayName: 'x',
    state: 'enabled',
    grantControls: { operator: 'OR', builtInControls: ['mfa'] },
    sessionControls: { signInFrequency: { value: 1, type: 'days' } },
    conditions: {
      users: { includeUsers: ['All'] },
      applications: { includeApplications: ['All'] },
      platforms: { includePlatforms: ['all'] },
      locations: { includeLocations: ['All'] },
      clientAppTypes: ['all'],
    },
  },
  'identity/conditionalAccess/namedLocations': {
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    displayName: 'x',
    isTrusted: false,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }],
  },
  applications: {
    displayName: 'x',
    permissions: ['User.Read.All'],
    mobileThreatDefenseConnectorId: null,
    identifierUris: ['api://x'],
  },
  $batch: { requests: [{ id: '1', method: 'GET', url: '/groups', headers: { prefer: 'x' }, dependsOn: [] }] },
};

const HOSTILE = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    {},
    [],
    [null],
    [[]],
    [{}],
    '',
    ' ',
    0,
    -1,
    1e99,
    true,
    '\u0000',
    "'; drop table x; --",
    '{{x}}',
    '../..',
    'x'.repeat(5000),
    { '@odata.type': 5 },
    { constructor: 1 },
    { toString: null },
  ),
);

/** All places of a document: `['conditions', 'users', 'includeUsers', '0']`. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...path, name]))];
}

function spoiled(value: unknown, [first, ...rest]: string[], by: unknown): unknown {
  if (first === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[first] = spoiled(copy[first], rest, by);
  return copy;
}

const ONE_PLACE = fc.constantFrom(
  ...Object.entries(GOOD).flatMap(([path, good]) => placesOf(good).map((place) => ({ path, good, place }))),
);

test('whatever stands in one place of a good body, the answer is never a fault of ours', async () => {
  await fc.assert(
    fc.asyncProperty(ONE_PLACE, HOSTILE, async ({ path, good, place }, by) => {
      const body = spoiled(good, place, by);
      if (body === undefined) return;
      const answer = await hub.app.inject({
        method: 'POST',
        url: `/beta/${path}`,
        payload: JSON.stringify(body),
        headers: { 'content-type': 'application/json', authorization: hub.token },
      });
      expect(answer.statusCode, `${path} ${JSON.stringify(body).slice(0, 500)}: ${answer.body}`).toBeLessThan(500);
      if (answer.statusCode >= 400) expect(answer.json().error.message).not.toBe('');
    }),
    { numRuns: 1500 },
  );
});

test('and everything that was accepted can be listed afterwards', async () => {
  for (const path of Object.keys(GOOD)) {
    if (path === '$batch') continue;
    for (const version of ['v1.0', 'beta']) expect((await hub.get(`/${version}/${path}?$top=1000`)).status).toBe(200);
  }
});
