import type { FastifyInstance } from 'fastify';
import { PERMISSIONS } from '@sallyport/contracts';
import type { RouteAccess } from './route-access.ts';
import { routeTable } from './route-table.ts';

/** For tests: what to try to get in with. */
export interface WrongKeys {
  /** Signed by us, of a client that exists, and over. */
  readonly expired: string;
  /** Everything right but the signature. */
  readonly forged: string;
  /** A good token with these permissions, of a client that is bound to no connector. */
  tokenWith(permissions: readonly string[]): Promise<string>;
}

export interface WayIn {
  readonly route: string;
  readonly attempt: string;
  readonly status: number;
}

/**
 * For tests: tries every route of the server without a token, with garbage, with an expired and a forged token
 * and with every permission but the right ones. Answers the attempts that were not refused with 401 or 403;
 * there must be none.
 */
export async function waysInto(app: FastifyInstance, keys: WrongKeys): Promise<readonly WayIn[]> {
  await app.ready();
  const found: WayIn[] = [];
  for (const { method, path, access } of routeTable(app)) {
    if (access.kind === 'public') continue;
    for (const [attempt, authorization, expected] of await attemptsAt(access, keys)) {
      const { statusCode } = await app.inject({
        method: method as 'GET',
        url: examplePath(path),
        headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
        ...(method === 'GET' ? {} : { payload: '{}' }),
      });
      if (!expected.includes(statusCode)) found.push({ route: `${method} ${path}`, attempt, status: statusCode });
    }
  }
  return found;
}

type Attempt = readonly [attempt: string, authorization: string | undefined, expected: readonly number[]];

async function attemptsAt(access: RouteAccess, keys: WrongKeys): Promise<readonly Attempt[]> {
  const refused = access.kind === 'door' || access.kind === 'webhook' ? [401, 403] : [401];
  const wanted: readonly string[] = access.kind === 'permission' ? access.anyOf : ['update_device_health'];
  const byToken = access.kind === 'permission' || access.kind === 'partner';
  return [
    ['without a token', undefined, refused],
    ['with garbage', 'Bearer garbage', refused],
    ['with another scheme', `Basic ${Buffer.from('admin:admin').toString('base64')}`, refused],
    ['with an expired token', `Bearer ${keys.expired}`, refused],
    ['with a forged token', `Bearer ${keys.forged}`, refused],
    [
      'with every other permission',
      `Bearer ${await keys.tokenWith(PERMISSIONS.filter((name) => !wanted.includes(name)))}`,
      byToken ? [403] : refused,
    ],
    ...(access.kind === 'partner'
      ? [['with the permission but no connector', `Bearer ${await keys.tokenWith(wanted)}`, [403]] as const]
      : []),
  ];
}

function examplePath(path: string): string {
  return path.replace(/:\w+(?:\([^)]*\))?/g, '00000000-0000-4000-8000-000000000000').replace('*', 'x');
}
