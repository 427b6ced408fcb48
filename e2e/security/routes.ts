import { call } from '@sallyport/simulators/hub';

/** A route as the hub's OpenAPI has it. */
export interface Route {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly access: 'public' | 'permission' | 'partner' | 'door' | 'webhook';
}

type Security = readonly Readonly<Record<string, readonly string[]>>[];

/** Every route, in the order of the document. */
export async function routesOf(address: string, ca: string): Promise<readonly Route[]> {
  const { paths } = (await call(`${address}/openapi.json`, ca)).json<{
    paths: Record<string, Record<string, { security: Security }>>;
  }>();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      access: accessOf(security),
    })),
  );
}

function accessOf(security: Security): Route['access'] {
  const [first] = security;
  if (first === undefined) return 'public';
  if ('door' in first) return 'door';
  if ('webhook' in first) return 'webhook';
  return first['oauth2']?.includes('update_device_health') === true ? 'partner' : 'permission';
}

/** A path with something in the place of each parameter. */
export function pathOf({ path }: Pick<Route, 'path'>, parameter = '00000000-0000-4000-8000-000000000000'): string {
  return path.replace(/\{\w+\}/g, () => parameter);
}
