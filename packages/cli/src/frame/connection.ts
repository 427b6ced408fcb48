import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { HubConnection } from '@sallyport/contracts/client/index.ts';
import { tokenEndpointAt } from '@sallyport/contracts/client/index.ts';
import type { ValuesOf } from './flags.ts';
import type { GLOBAL_FLAGS } from './global-flags.ts';
import { UsageError } from './usage-error.ts';

type Given = Pick<ValuesOf<typeof GLOBAL_FLAGS>, 'data' | 'url' | 'tenant' | 'clientId' | 'ca'>;
type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whom to talk to and as whom: flags, else environment, else `admin.json` of the data folder. A secret is
 * never taken from a flag, where every user of the machine could read it.
 *
 * @throws UsageError
 */
export async function connectionFrom(given: Given, env: Env): Promise<HubConnection> {
  const url = given.url ?? set(env.SALLYPORT_URL);
  if (url !== undefined && given.data !== undefined)
    throw new UsageError('--data and --url both say which hub to use; give one of them.');
  return url === undefined ? fromDataFolder(given, env) : fromAddress(url, given, env);
}

async function fromAddress(url: string, given: Given, env: Env): Promise<HubConnection> {
  const tenantId = given.tenant ?? set(env.SALLYPORT_TENANT);
  const clientId = given.clientId ?? set(env.SALLYPORT_CLIENT_ID);
  const clientSecret = set(env.SALLYPORT_CLIENT_SECRET);
  const missing = [
    ...(tenantId === undefined ? ['--tenant ID (tenantId of admin.json)'] : []),
    ...(clientId === undefined ? ['--client-id ID'] : []),
    ...(clientSecret === undefined ? ['SALLYPORT_CLIENT_SECRET in the environment'] : []),
  ];
  if (tenantId === undefined || clientId === undefined || clientSecret === undefined)
    throw new UsageError(`With --url there must be also ${missing.join(' and ')}.`);
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new UsageError(`--url must be https://host[:port], not "${url}".`);
  const caFile = given.ca ?? set(env.SALLYPORT_CA);
  const baseUrl = new URL(url).origin;
  return {
    baseUrl,
    tokenEndpoint: tokenEndpointAt(baseUrl, tenantId),
    clientId,
    clientSecret,
    ca: await caFrom(caFile),
  };
}

async function fromDataFolder(given: Given, env: Env): Promise<HubConnection> {
  const path = join(resolve(given.data ?? set(env.SALLYPORT_DATA) ?? 'data'), 'admin.json');
  const { baseUrl, tokenEndpoint, clientId, clientSecret, caFile } = await readAdminFile(path);
  const ca = given.ca ?? set(env.SALLYPORT_CA) ?? (caFile === null ? undefined : besides(path, caFile));
  const own = {
    clientId: given.clientId ?? clientId,
    clientSecret: given.clientId === undefined ? clientSecret : set(env.SALLYPORT_CLIENT_SECRET),
  };
  if (own.clientSecret === undefined)
    throw new UsageError('With --client-id, the secret of that client must be in SALLYPORT_CLIENT_SECRET.');
  return { baseUrl, tokenEndpoint, clientId: own.clientId, clientSecret: own.clientSecret, ca: await caFrom(ca) };
}

interface AdminFile {
  readonly baseUrl: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly caFile: string | null;
}

async function readAdminFile(path: string): Promise<AdminFile> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new UsageError(`${path} may be read by the user who runs the hub only; call sallyport as that user.`);
    throw new UsageError(
      `There is no ${path}. Start a hub first ("sallyport serve"), or say where its data is (--data DIR) or how to reach it (--url URL).`,
    );
  }
  try {
    const { baseUrl, tokenEndpoint, clientId, clientSecret, caFile } = JSON.parse(content) as Readonly<
      Record<string, unknown>
    >;
    if ([baseUrl, tokenEndpoint, clientId, clientSecret].every((part) => typeof part === 'string')) {
      return {
        baseUrl,
        tokenEndpoint,
        clientId,
        clientSecret,
        caFile: typeof caFile === 'string' ? caFile : null,
      } as AdminFile;
    }
  } catch {
    // Told below. The cause would quote the file, and the file holds a secret.
  }
  throw new UsageError(`${path} is not what a hub writes there.`);
}

function besides(path: string, caFile: string): string {
  return isAbsolute(caFile) ? caFile : join(dirname(path), caFile);
}

async function caFrom(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`The CA file ${file} cannot be read.`);
  }
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
