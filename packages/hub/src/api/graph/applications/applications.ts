import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { GraphBody, ModelProperty } from '@sallyport/contracts/graph/model.ts';
import { parseBody, parseParameters } from '@sallyport/contracts/graph/parse-body.ts';
import { isoTime } from '../../../platform/clock.ts';
import {
  readApplication,
  type ApplicationDocument,
  type PasswordCredentialDocument,
} from '../../../platform/application.ts';
import { newSecret } from '../../../platform/secrets.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { STEP_UP } from '../../access/obligations.ts';
import { requireTrustSet } from '../../../evidence/require-trust-set.ts';
import { contextUrl, entityAnswer, renderFor } from '../routes/answers.ts';
import {
  requireFreeApplicationNames,
  requireHeld,
  requireManagerLeft,
  settledConnector,
  settledPermissions,
} from './application-rules.ts';
import {
  createDocument,
  deleteDocument,
  readRoutes,
  requireDocument,
  requireText,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { APPLICATIONS } from '../routes/permissions.ts';
import { changesSilently, creates, deletes } from '../routes/route-doc.ts';
import { BY_APP_ID } from '../routes/rewrite-url.ts';
import {
  noContent,
  param,
  type GraphAnswer,
  type GraphDependencies,
  type GraphRequest,
  type GraphRoute,
} from '../routes/route.ts';

const TYPE = 'application';
const MAX_CREDENTIALS = 20;
const MAX_URIS = 20;
/** As Graph, when no end is given. */
const DEFAULT_LIFE_YEARS = 2;

const collection: DocumentCollection = {
  kind: TYPE,
  type: TYPE,
  path: 'applications',
  access: APPLICATIONS,
  support: { filter: true, orderBy: true, paging: true, count: true },
  presenter: async () => present,
  keys: { words: "id, or by appId as in applications(appId='...')", find: findApplication },
};

/** Without hashes: they never leave the hub. */
function present(row: DocumentRow): GraphBody {
  const application = readApplication(row.body);
  if (application === undefined)
    return {
      id: row.id,
      displayName: 'An application that cannot be read',
      createdDateTime: isoTime(row.createdAt),
      permissions: [],
      passwordCredentials: [],
    };
  const { passwordCredentials, ...body } = application;
  return {
    description: null,
    ...body,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
    deletedDateTime: null,
    passwordCredentials: passwordCredentials.map(shownCredential),
  };
}

/** Of an application that cannot be read nothing can be changed: what was meant is not known. */
function requireReadable({ id, body }: Pick<DocumentRow, 'id' | 'body'>): ApplicationDocument {
  const application = readApplication(body);
  if (application === undefined)
    throw new HubError('conflict', `The stored application ${id} cannot be read; delete it and make it again.`, {
      field: 'id',
    });
  return application;
}

function shownCredential({ hash: _kept, ...credential }: PasswordCredentialDocument): GraphBody {
  return { ...credential, secretText: null, customKeyIdentifier: null };
}

/**
 * Clients of the API. Beside Graph's members: `permissions`, the connector that a partner's client speaks for, and what
 * concerns the decisions that it asks for.
 */
export function applicationRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access } = collection;
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Register a client of the API',
      doc: creates(TYPE),
      handle: (request) => create(deps, request),
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a client: its name, permissions or connector',
      doc: changesSilently(TYPE),
      handle: async (request) => {
        await patch(deps, request);
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a client',
      doc: deletes,
      handle: async (request) => {
        await deleteDocument(deps, request, collection, await idOf(deps, request), (row, tx) =>
          requireManagerLeft(tx, row.id, undefined, deps.clock.now()),
        );
        return noContent;
      },
    },
    {
      method: 'POST',
      path: `/${path}/:id/addPassword`,
      access: access.write,
      summary: 'Make a secret for a client; it is shown once',
      doc: { takes: addBody, answers: { status: 200, type: 'passwordCredential' } },
      handle: (request) => addPassword(deps, request),
    },
    {
      method: 'POST',
      path: `/${path}/:id/removePassword`,
      access: access.write,
      summary: 'Take a secret away from a client',
      doc: { takes: removeBody, answers: { status: 204 } },
      handle: async (request) => {
        await removePassword(deps, request);
        return noContent;
      },
    },
  ];
}

async function create(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const parsed = parseBody(TYPE, request.body, request.version);
  requireText(parsed, 'displayName');
  const row = await createDocument(deps, request, collection, randomUUID(), async (tx) => {
    const empty = {
      appId: randomUUID(),
      displayName: '',
      permissions: [],
      mobileThreatDefenseConnectorId: null,
      identifierUris: [],
      passwordCredentials: [],
      deviceTrustSet: null,
      supportedObligations: [],
      strictContext: false,
    };
    return { ...(await settled(request, empty, parsed, tx)) };
  });
  return entityAnswer(request, collection, present(row), {}, 201);
}

async function patch(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const parsed = parseBody(TYPE, request.body, request.version);
  refuseCredentials(request.body);
  if ('displayName' in parsed) requireText(parsed, 'displayName');
  await updateDocument(deps, request, collection, await idOf(deps, request), async (row, tx) => {
    const after = { ...(await settled(request, requireReadable(row), parsed, tx)) };
    await requireManagerLeft(tx, row.id, after, deps.clock.now());
    return after;
  });
}

/** By id, or by the alternate key of Graph as `rewriteGraphUrl` writes it. */
async function findApplication({ store }: GraphDependencies, key: string): Promise<DocumentRow> {
  const appId = key.startsWith(BY_APP_ID) ? key.slice(BY_APP_ID.length).toLowerCase() : undefined;
  if (appId === undefined) return requireDocument(store.documents, collection, key);
  const found = (await store.documents.list(TYPE)).find(({ body }) => String(body.appId).toLowerCase() === appId);
  if (found === undefined)
    throw new HubError('not_found', `There is no application with the appId "${appId.slice(0, 256)}".`, {
      field: 'appId',
    });
  return found;
}

async function idOf(deps: GraphDependencies, request: GraphRequest): Promise<string> {
  return (await findApplication(deps, param(request, 'id'))).id;
}

/** They are changed by actions only; whoever sends an empty list must not believe that the secrets are gone. */
function refuseCredentials(body: unknown): void {
  if ((body as GraphBody | null | undefined)?.passwordCredentials === undefined) return;
  throw new HubError(
    'invalid_request',
    'passwordCredentials cannot be changed by PATCH; use POST .../addPassword and .../removePassword.',
    { field: 'passwordCredentials' },
  );
}

/** An application with `changes` made to it, as far as the caller may make them. */
async function settled(
  { caller }: GraphRequest,
  before: ApplicationDocument,
  changes: GraphBody,
  tx: Transaction,
): Promise<ApplicationDocument> {
  const permissions = settledPermissions((changes.permissions ?? before.permissions) as string[]);
  requireHeld(
    caller,
    permissions.filter((permission) => !before.permissions.includes(permission)),
    'permissions',
    'grant these permissions',
  );
  const connector =
    'mobileThreatDefenseConnectorId' in changes
      ? await settledConnector(changes.mobileThreatDefenseConnectorId, caller, tx)
      : before.mobileThreatDefenseConnectorId;
  if (connector !== before.mobileThreatDefenseConnectorId)
    requireHeld(caller, permissions, 'mobileThreatDefenseConnectorId', 'bind this client to a connector');
  const after: ApplicationDocument = {
    ...before,
    ...changes,
    permissions,
    mobileThreatDefenseConnectorId: connector,
    identifierUris: settledUris((changes.identifierUris ?? before.identifierUris) as string[]),
    ...(await settledAsking(before, changes, tx)),
  };
  await requireFreeApplicationNames(tx, after);
  return after;
}

/** What a client that asks for decisions is believed, and how it wants to be answered. */
async function settledAsking(
  before: Partial<ApplicationDocument>,
  changes: GraphBody,
  tx: Transaction,
): Promise<Pick<ApplicationDocument, 'deviceTrustSet' | 'supportedObligations' | 'strictContext'>> {
  const {
    deviceTrustSet = null,
    supportedObligations = [],
    strictContext = false,
  } = { ...before, ...changes } as Partial<ApplicationDocument>;
  await requireTrustSet(tx, deviceTrustSet, 'deviceTrustSet');
  for (const [index, type] of (supportedObligations ?? []).entries()) {
    if (type !== STEP_UP)
      throw new HubError(
        'invalid_request',
        `supportedObligations[${index}] must be "${STEP_UP}": there is no other obligation here.`,
        { field: `supportedObligations[${index}]` },
      );
  }
  return {
    deviceTrustSet,
    supportedObligations: [...new Set(supportedObligations ?? [])],
    strictContext: strictContext ?? false,
  };
}

function settledUris(uris: readonly string[]): string[] {
  if (uris.length > MAX_URIS)
    throw new HubError(
      'invalid_request',
      `identifierUris holds ${uris.length} items; at most ${MAX_URIS} are allowed.`,
      { field: 'identifierUris' },
    );
  for (const [index, uri] of uris.entries()) {
    if (!/^[a-z][a-z0-9+.-]*:\S{1,250}$/i.test(uri))
      throw new HubError('invalid_request', `identifierUris[${index}] must be a URI like api://name.`, {
        field: `identifierUris[${index}]`,
      });
  }
  return [...new Set(uris)];
}

const addBody = z
  .object({
    passwordCredential: z
      .object({
        displayName: z.string().optional(),
        startDateTime: z.iso.datetime().optional(),
        endDateTime: z.iso.datetime().optional(),
      })
      .optional(),
  })
  .optional();
const removeBody = z.object({ keyId: z.guid() });

const ADD: Readonly<Record<string, ModelProperty>> = {
  passwordCredential: { type: 'passwordCredential', nullable: true },
};

async function addPassword(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const wanted = (parseParameters(ADD, request.body ?? {}, request.version).passwordCredential ?? {}) as GraphBody;
  const { secret, hash, hint } = newSecret();
  const credential: PasswordCredentialDocument = {
    keyId: randomUUID(),
    displayName: (wanted.displayName ?? null) as string | null,
    hint,
    hash,
    ...lifeOf(wanted, deps.clock.now()),
  };
  await updateDocument(deps, request, collection, await idOf(deps, request), (row) => {
    const application = requireReadable(row);
    requireHeld(request.caller, application.permissions, 'id', 'make a secret for this client');
    requireSameConnector(request, application);
    if (application.passwordCredentials.length >= MAX_CREDENTIALS)
      throw new HubError(
        'conflict',
        `This client has ${MAX_CREDENTIALS} secrets, the most there can be; remove one first.`,
        { field: 'passwordCredentials' },
      );
    return { ...application, passwordCredentials: [...application.passwordCredentials, credential] };
  });
  const shown = renderFor(request, 'passwordCredential', { ...shownCredential(credential), secretText: secret }, {});
  return {
    status: 200,
    body: { '@odata.context': contextUrl(request, 'microsoft.graph.passwordCredential'), ...shown },
  };
}

/** A partner's client must not get at the secret of another partner's. */
function requireSameConnector({ caller }: GraphRequest, application: ApplicationDocument): void {
  if (
    caller.connectorId !== undefined &&
    application.mobileThreatDefenseConnectorId !== null &&
    application.mobileThreatDefenseConnectorId !== caller.connectorId
  ) {
    throw new HubError('permission_missing', 'This client is bound to another connector than you are.', {
      field: 'id',
    });
  }
}

function lifeOf(wanted: GraphBody, now: number): { startDateTime: string; endDateTime: string } {
  const start = typeof wanted.startDateTime === 'string' ? Date.parse(wanted.startDateTime) : now;
  const inTwoYears = new Date(start);
  inTwoYears.setUTCFullYear(inTwoYears.getUTCFullYear() + DEFAULT_LIFE_YEARS);
  const end = typeof wanted.endDateTime === 'string' ? Date.parse(wanted.endDateTime) : inTwoYears.getTime();
  if (end <= now || end <= start)
    throw new HubError('invalid_request', 'endDateTime must be in the future and after startDateTime.', {
      field: 'passwordCredential.endDateTime',
    });
  return { startDateTime: isoTime(start), endDateTime: isoTime(end) };
}

const REMOVE: Readonly<Record<string, ModelProperty>> = { keyId: { type: 'Edm.Guid' } };

async function removePassword(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const { keyId } = parseParameters(REMOVE, request.body, request.version);
  if (keyId === undefined) throw new HubError('invalid_request', 'keyId is required.', { field: 'keyId' });
  await updateDocument(deps, request, collection, await idOf(deps, request), async (row, tx) => {
    const application = requireReadable(row);
    const left = application.passwordCredentials.filter((credential) => credential.keyId !== keyId);
    if (left.length === application.passwordCredentials.length)
      throw new HubError('not_found', `This client has no secret with the keyId ${String(keyId)}.`, { field: 'keyId' });
    const after = { ...application, passwordCredentials: left };
    await requireManagerLeft(tx, row.id, after, deps.clock.now());
    return after;
  });
}
