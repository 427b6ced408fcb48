import { expect, test } from 'vitest';
import { allGraphRoutes } from '../graph-routes.ts';
import { rewriteGraphUrl, SEGMENTS } from './rewrite-url.ts';
import type { GraphDependencies } from './route.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const OTHER = '99999999-2222-4333-8444-555555555555';

test.each([
  ['/v1.0/users', '/v1.0/users'],
  ["/v1.0/users('ada@example.org')", '/v1.0/users/ada@example.org'],
  ['/v1.0/users(%27ada@example.org%27)/memberOf', '/v1.0/users/ada@example.org/memberOf'],
  ["/beta/users('o''neil@example.org')", "/beta/users/o'neil@example.org"],
  ['/beta/users(%27o%27%27neil%40example.org%27)/memberOf', "/beta/users/o'neil%40example.org/memberOf"],
  [`/v1.0/applications(appId='${OTHER}')`, `/v1.0/applications/appId=${OTHER}`],
  [
    `/beta/Applications(appid%3D%27${OTHER}%27)/addPassword?$select=hint`,
    `/beta/applications/appId=${OTHER}/addPassword?$select=hint`,
  ],
  ["/v1.0/applications('a')", '/v1.0/applications/a'],
  ["/v1.0/applications(appId='a/b')", "/v1.0/applications(appId='a/b')"],
  [`/v1.0/users(appId='${OTHER}')`, `/v1.0/users(appId='${OTHER}')`],
  ["/v1.0/groups('a')/members('b')/%24ref", '/v1.0/groups/a/members/b/$ref'],
  ['/v1.0/%24batch', '/v1.0/$batch'],
  ['/beta/$metadata', '/beta/$metadata'],
  [`/v1.0/${TENANT}/identity/conditionalAccess/policies`, '/v1.0/identity/conditionalAccess/policies'],
  [`/v1.0/${TENANT.toUpperCase()}/users`, '/v1.0/users'],
  [`/v1.0/${OTHER}/users`, `/v1.0/${OTHER}/users`],
  ['/v1.0/policies/conditionalAccessPolicies/1', '/v1.0/identity/conditionalAccess/policies/1'],
  ['/v1.0/policies/conditionalAccessPolicies?$top=1', '/v1.0/identity/conditionalAccess/policies?$top=1'],
  [
    '/v1.0/deviceManagement/deviceCompliancePolicies/1/microsoft.graph.assign',
    '/v1.0/deviceManagement/deviceCompliancePolicies/1/assign',
  ],
  ['/v1.0/users/a/memberOf/graph.group', '/v1.0/users/a/memberOf/group'],
  ['/V1.0/users', '/v1.0/users'],
  ['/v1.0/identity/ConditionalAccess/policies', '/v1.0/identity/conditionalAccess/policies'],
  ['/beta/devicemanagement/manageddevices/ABC/', '/beta/deviceManagement/managedDevices/ABC/'],
  [
    '/v1.0/DeviceManagement/deviceCompliancePolicies/1/Microsoft.Graph.Assign',
    '/v1.0/deviceManagement/deviceCompliancePolicies/1/assign',
  ],
  [
    "/v1.0/users?$filter=startswith(displayName,'a')&%24top=1",
    "/v1.0/users?$filter=startswith(displayName,'a')&%24top=1",
  ],
  ["/partner/v1('x')", "/partner/v1('x')"],
  ['/', '/'],
])('%s is %s', (url, expected) => {
  expect(rewriteGraphUrl(url, TENANT)).toBe(expected);
});

test('every word of our paths is known in any letter case', () => {
  const words = allGraphRoutes({} as GraphDependencies)
    .flatMap(({ path }) => path.split('/'))
    .filter((word) => word !== '' && !word.startsWith(':'));
  expect([...new Set(words)].filter((word) => !SEGMENTS.includes(word))).toEqual([]);
});
