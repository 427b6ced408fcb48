import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PERMISSIONS } from '@sallyport/contracts';
import { readApplication, type ApplicationDocument } from '../../platform/application.ts';
import { isoTime, type Clock } from '../../platform/clock.ts';
import { PRIVATE_FILE, readFileIfThere, writeFileAtomically } from '../../platform/private-files.ts';
import { hashOfSecret, newSecret, secretMatches } from '../../platform/secrets.ts';
import { tokenEndpointOf } from '../../platform/site.ts';
import type { Configuration, ConfigurationChange } from '../../documents/configuration.ts';
import type { DocumentReader, Transaction } from '../../store/store.ts';

export interface AdministratorOptions {
  readonly dataDir: string;
  readonly documents: DocumentReader;
  readonly configuration: Configuration;
  readonly baseUrl: string;
  readonly caFile: string | undefined;
  readonly clock: Clock;
  /** Make a new secret and end the old ones. */
  readonly reset: boolean;
}

export interface Administrator {
  readonly tenantId: string;
  /** Where the credentials are; `undefined` when they are not in the data folder. */
  readonly file: string | undefined;
  /** What the operator should know, in words. */
  readonly notes: readonly string[];
}

const adminFile = z.object({
  tenantId: z.guid().toLowerCase(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  baseUrl: z.string(),
  tokenEndpoint: z.string(),
  /** `null`: the certificate is not from our CA. */
  caFile: z.string().nullable(),
});
type AdminFile = z.infer<typeof adminFile>;

const tenantDocument = z.object({ tenantId: z.string(), administratorObjectId: z.string() });
type TenantDocument = z.infer<typeof tenantDocument>;

const TENANT = 'tenant';
const ACTOR = 'sallyport serve';
const SECRET_YEARS = 10;
const RESET_HINT = 'To make new ones, start once with --reset-administrator.';
/** The hub cannot tell a first start from one at the place that a former hub was moved away from. */
const NEW_HUB =
  'This is a new and empty hub. If one ran here before, its data folder or its database was moved: stop this hub, and name the place with --data or --database.';

/**
 * Settles which tenant this is and who its first administrator is: a client of the API with every permission,
 * whose credentials are in `admin.json`. Made at the first start, kept at every other.
 *
 * The file is written before the database, so a start that was cut short is finished by the next one. Throws
 * when folder and database belong to different tenants.
 */
export async function ensureAdministrator(options: AdministratorOptions): Promise<Administrator> {
  const path = join(options.dataDir, 'admin.json');
  const file = await readAdminFile(path);
  const tenant = await readTenant(options.documents);
  if (file !== undefined && tenant !== undefined && file.tenantId !== tenant.tenantId) {
    throw new Error(
      `${path} is of tenant ${file.tenantId}, but the database is of tenant ${tenant.tenantId}. Use the data folder and the database that belong together, or move admin.json away.`,
    );
  }
  if (tenant === undefined) return firstStart(options, path, file);
  if (options.reset) return resetAdministrator(options, path, tenant);
  if (file === undefined) {
    return {
      tenantId: tenant.tenantId,
      file: undefined,
      notes: [`The administrator's credentials were made before and are not in ${path}. ${RESET_HINT}`],
    };
  }
  await refreshFile(options, path, file);
  const opens = await secretOpens(options, tenant, file);
  return {
    tenantId: tenant.tenantId,
    file: path,
    notes: opens
      ? []
      : [`The credentials in ${path} do not open the hub any more: they were replaced or removed. ${RESET_HINT}`],
  };
}

async function firstStart(
  options: AdministratorOptions,
  path: string,
  kept: AdminFile | undefined,
): Promise<Administrator> {
  const file = adminFileOf(
    options,
    kept ?? { tenantId: randomUUID(), clientId: randomUUID(), clientSecret: newSecret().secret },
  );
  const tenant = { tenantId: file.tenantId, administratorObjectId: randomUUID() };
  await writeAdminFile(path, file);
  const isFirst = await options.configuration.write(ACTOR, async (tx, changed) => {
    if ((await readTenant(tx.documents)) !== undefined) return false;
    await putAdministrator(options, tx, changed, { tenant, file });
    return true;
  });
  if (!isFirst) {
    // Another hub was quicker to set up the database. Credentials that were made up here open nothing.
    if (kept === undefined) await rm(path);
    return ensureAdministrator(options);
  }
  const notes =
    kept === undefined
      ? [NEW_HUB]
      : [`The database is new; the tenant and the administrator of ${path} were put into it.`];
  return { tenantId: tenant.tenantId, file: path, notes };
}

async function resetAdministrator(
  options: AdministratorOptions,
  path: string,
  tenant: TenantDocument,
): Promise<Administrator> {
  const before = await readAdministrator(options.documents, tenant);
  const file = adminFileOf(options, {
    tenantId: tenant.tenantId,
    clientId: before?.appId ?? randomUUID(),
    clientSecret: newSecret().secret,
  });
  await writeAdminFile(path, file);
  await options.configuration.write(ACTOR, (tx, changed) =>
    putAdministrator(options, tx, changed, { tenant, file, before }),
  );
  return {
    tenantId: tenant.tenantId,
    file: path,
    notes: [`The administrator has a new secret, in ${path}; the old ones do not work any more.`],
  };
}

interface AdministratorToPut {
  readonly tenant: TenantDocument;
  readonly file: AdminFile;
  readonly before?: ApplicationDocument | undefined;
}

async function putAdministrator(
  { clock }: AdministratorOptions,
  tx: Transaction,
  changed: (change: ConfigurationChange) => void,
  { tenant, file, before }: AdministratorToPut,
): Promise<void> {
  const at = clock.now();
  const after = administratorOf(file, at, before);
  await tx.documents.put('tenant', TENANT, { ...tenant }, at);
  await tx.documents.put('application', tenant.administratorObjectId, after, at);
  changed({ kind: 'application', id: tenant.administratorObjectId, before, after });
}

function administratorOf(file: AdminFile, now: number, before: ApplicationDocument | undefined): ApplicationDocument {
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + SECRET_YEARS);
  return {
    appId: file.clientId,
    displayName: 'Sallyport administrator',
    permissions: [...PERMISSIONS],
    mobileThreatDefenseConnectorId: null,
    identifierUris: [],
    deviceTrustSet: before?.deviceTrustSet ?? null,
    supportedObligations: before?.supportedObligations ?? [],
    strictContext: before?.strictContext ?? false,
    passwordCredentials: [
      {
        keyId: randomUUID(),
        displayName: 'admin.json',
        hint: file.clientSecret.slice(0, 3),
        hash: hashOfSecret(file.clientSecret),
        startDateTime: isoTime(now),
        endDateTime: end.toISOString(),
      },
    ],
  };
}

/** The addresses follow the settings; who the administrator is does not. */
async function refreshFile(options: AdministratorOptions, path: string, file: AdminFile): Promise<void> {
  const fresh = adminFileOf(options, file);
  if (JSON.stringify(fresh) !== JSON.stringify(file)) await writeAdminFile(path, fresh);
}

function adminFileOf(
  { baseUrl, caFile }: AdministratorOptions,
  { tenantId, clientId, clientSecret }: Pick<AdminFile, 'tenantId' | 'clientId' | 'clientSecret'>,
): AdminFile {
  return {
    tenantId,
    clientId,
    clientSecret,
    baseUrl,
    tokenEndpoint: tokenEndpointOf({ baseUrl, tenantId }),
    caFile: caFile ?? null,
  };
}

async function secretOpens(
  { documents }: AdministratorOptions,
  tenant: TenantDocument,
  file: AdminFile,
): Promise<boolean> {
  const application = await readAdministrator(documents, tenant);
  return (
    application?.appId === file.clientId &&
    application.passwordCredentials.some(({ hash }) => secretMatches(file.clientSecret, hash))
  );
}

async function readAdministrator(
  documents: DocumentReader,
  tenant: TenantDocument,
): Promise<ApplicationDocument | undefined> {
  return readApplication((await documents.get('application', tenant.administratorObjectId))?.body);
}

async function readTenant(documents: DocumentReader): Promise<TenantDocument | undefined> {
  const row = await documents.get('tenant', TENANT);
  return row === undefined ? undefined : tenantDocument.parse(row.body);
}

async function readAdminFile(path: string): Promise<AdminFile | undefined> {
  const text = await readFileIfThere(path);
  if (text === undefined) return undefined;
  try {
    return adminFile.parse(JSON.parse(text));
  } catch {
    // The cause would quote the file, and the file holds a secret.
    throw new Error(`${path} cannot be read as the administrator's credentials. Put it right, or move it away.`);
  }
}

function writeAdminFile(path: string, file: AdminFile): Promise<void> {
  return writeFileAtomically(path, `${JSON.stringify(file, null, 2)}\n`, PRIVATE_FILE);
}
