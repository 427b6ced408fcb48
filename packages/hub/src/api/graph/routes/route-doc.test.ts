import { expect, test } from 'vitest';
import { z } from 'zod';
import type { GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { allGraphRoutes } from '../graph-routes.ts';
import { routeDocOf } from './route-doc.ts';
import type { GraphDependencies } from './route.ts';

/** What the API document says of the query of a GET, by the name of the option. */
function queryOf(
  path: string,
  version: GraphVersion,
): Readonly<Record<string, { readonly description?: string } | undefined>> {
  const route = allGraphRoutes({} as GraphDependencies).find((one) => one.method === 'GET' && one.path === path);
  if (route === undefined) throw new Error(`There is no route ${path}.`);
  const { query } = routeDocOf(route, version);
  return (query === undefined ? {} : (z.toJSONSchema(query, { io: 'input' }).properties ?? {})) as ReturnType<
    typeof queryOf
  >;
}

test.each<[string, GraphVersion, string]>([
  ['/groups', 'v1.0', 'members'],
  ['/groups/:id', 'beta', 'members'],
  ['/deviceManagement/deviceCompliancePolicies/:id', 'v1.0', 'assignments, scheduledActionsForRule'],
  ['/deviceManagement/managedDevices', 'beta', 'detectedApps'],
  ['/deviceManagement/managedDevices/:id', 'beta', 'detectedApps'],
])('%s in %s is described with $expand of %s', (path, version, names) => {
  expect(queryOf(path, version).$expand?.description).toMatch(new RegExp(`^Of ${names};`, 'u'));
});

test.each<[string, GraphVersion]>([
  ['/deviceManagement/managedDevices', 'v1.0'],
  ['/deviceManagement/managedDevices/:id', 'v1.0'],
  ['/users', 'beta'],
  ['/applications/:id', 'v1.0'],
])('%s in %s is described without $expand', (path, version) => {
  expect(queryOf(path, version)).toHaveProperty('$select');
  expect(queryOf(path, version)).not.toHaveProperty('$expand');
});
