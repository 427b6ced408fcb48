import type { FastifyInstance, RouteOptions } from 'fastify';
import type { RouteAccess, RouteDoc } from './route-access.ts';

export interface RouteRow {
  readonly method: string;
  /** With `:name` for parameters, as the router knows it. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly doc: RouteDoc | undefined;
  /** Served under HEAD, too. */
  readonly head: boolean;
  /** Its answer does not end. */
  readonly stream: boolean;
}

const tables = new WeakMap<object, RouteRow[]>();

/** Every route of a server with who may call it; complete once `app.ready()` has resolved. HEAD twins are left out. */
export function routeTable(app: FastifyInstance): readonly RouteRow[] {
  const rows = tables.get(app.server);
  if (rows === undefined) throw new Error('This server was not made by createHttpServer, so it keeps no route table.');
  return rows;
}

/**
 * Notes each route as it is added, and throws for one that does not say who may call it, so that the server
 * does not start with a door left open by mistake.
 */
export function keepRouteTable(app: FastifyInstance): void {
  const rows: RouteRow[] = [];
  tables.set(app.server, rows);
  app.addHook('onRoute', (route) => {
    const access = checkedAccess(route);
    for (const method of [route.method].flat()) {
      if (method !== 'HEAD')
        rows.push({
          method,
          path: route.url,
          access,
          doc: route.config?.doc,
          head: method === 'GET' && route.exposeHeadRoute !== false,
          stream: route.config?.stream === true,
        });
    }
  });
}

function checkedAccess(route: RouteOptions): RouteAccess {
  const name = `${[route.method].flat().join(',')} ${route.url}`;
  const access = route.config?.access;
  if (access === undefined) throw new Error(`Route ${name} does not say who may call it: set config.access.`);
  if (access.kind === 'permission' && access.anyOf.length === 0)
    throw new Error(`Route ${name} names no permission: anyOf is empty.`);
  const checksItself = [route.onRequest ?? [], route.preHandler ?? []].flat().length > 0;
  if ((access.kind === 'door' || access.kind === 'webhook') && !checksItself) {
    throw new Error(
      `Route ${name} is for a ${access.kind} and must check its credentials in an onRequest or preHandler of its own.`,
    );
  }
  return access;
}

/** The methods that a path is served under; empty when it is not served at all. */
export function methodsOf(rows: readonly RouteRow[], path: string): readonly string[] {
  const segments = segmentsOf(path);
  const found = rows.filter((row) => pathMatches(segmentsOf(row.path), segments));
  return [...new Set(found.flatMap(({ method, head }) => (head ? [method, 'HEAD'] : [method])))].sort();
}

function segmentsOf(path: string): readonly string[] {
  return (path.split('?', 1)[0] ?? '').replace(/^\/|\/$/g, '').split('/');
}

function pathMatches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.at(-1) === '*')
    return (
      segments.length >= pattern.length && pathMatches(pattern.slice(0, -1), segments.slice(0, pattern.length - 1))
    );
  return (
    pattern.length === segments.length && pattern.every((part, index) => part.includes(':') || part === segments[index])
  );
}
