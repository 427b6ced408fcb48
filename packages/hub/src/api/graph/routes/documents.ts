import { randomUUID } from 'node:crypto';
import { HubError } from '@sallyport/contracts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseQuery, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import type { Expansion } from '@sallyport/contracts/graph/render.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import * as documents from '../../../documents/write.ts';
import type { DocumentKind, DocumentRow, Transaction } from '../../../store/store.ts';
import type { ResourcePlace } from './answers.ts';
import { collectionAnswer, entityAnswer, notFound } from './answers.ts';
import { countAnswer, listedPage } from './list-resources.ts';
import type { AreaAccess } from './permissions.ts';
import { counts, gets, lists } from './route-doc.ts';
import { param, type GraphDependencies, type GraphRequest, type GraphRoute } from './route.ts';

/** A Graph collection whose resources are documents of one kind. */
export interface DocumentCollection extends ResourcePlace {
  readonly kind: DocumentKind;
  readonly access: AreaAccess;
  readonly support: QuerySupport;
  /** Makes stored rows into full resources, with what is computed when they are read. */
  readonly presenter: (deps: GraphDependencies) => Promise<Presenter>;
  /** How one is found, where its id is not the only key. */
  readonly keys?: {
    /** For people, such as "id or name". */
    readonly words: string;
    /** Throws `not_found`. */
    readonly find: (deps: GraphDependencies, key: string) => Promise<DocumentRow>;
  };
  /** Adds what `$expand` asks for and the rows do not hold, to the resources of one answer. */
  readonly expanded?: (
    deps: GraphDependencies,
    bodies: readonly GraphBody[],
    expand: Expansion,
  ) => Promise<readonly GraphBody[]>;
}

export type Presenter = (row: DocumentRow) => GraphBody;

/** List, count and get: the same for every kind of document. */
export function readRoutes(
  collection: DocumentCollection,
  deps: GraphDependencies,
  paths: readonly string[] = [`/${collection.path}`],
): GraphRoute[] {
  const { access, support, type, keys, expanded = async (_deps, bodies) => bodies } = collection;
  const all = async (): Promise<GraphBody[]> => {
    const [rows, present] = await Promise.all([deps.store.documents.list(collection.kind), collection.presenter(deps)]);
    return rows.map(present);
  };
  return paths.flatMap((path): GraphRoute[] => [
    {
      method: 'GET',
      path,
      access: access.read,
      summary: `List ${plural(type)}`,
      doc: lists(type, support),
      handle: async (request) => {
        const page = listedPage(request, collection, support, await all());
        return collectionAnswer(request, collection, await expanded(deps, page.bodies, page.shape.expand), page);
      },
    },
    {
      method: 'GET',
      path: `${path}/$count`,
      access: access.read,
      summary: `Count ${plural(type)}`,
      doc: counts(type, support),
      handle: async (request) => countAnswer(request, collection, support, await all()),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: access.read,
      summary: `Get one ${type}${keys === undefined ? '' : ` by ${keys.words}`}`,
      doc: gets(type, itemSupport(support)),
      handle: async (request) => {
        const query = parseQuery(request.queryString, type, request.version, itemSupport(support));
        const present = await collection.presenter(deps);
        const [body = {}] = await expanded(
          deps,
          [present(await findDocument(deps, collection, param(request, 'id')))],
          query.expand,
        );
        return entityAnswer(request, collection, body, query);
      },
    },
  ]);
}

function plural(type: string): string {
  return `${type}s`.replace(/ys$/, 'ies');
}

export function itemSupport(support: QuerySupport): QuerySupport {
  return support.expand === undefined ? {} : { expand: support.expand };
}

/** By any of the keys of the collection. Throws `not_found`. */
function findDocument(deps: GraphDependencies, collection: DocumentCollection, key: string): Promise<DocumentRow> {
  return collection.keys?.find(deps, key) ?? requireDocument(deps.store.documents, collection, key);
}

export async function requireDocument(
  documents: Transaction['documents'] | GraphDependencies['store']['documents'],
  { kind, type }: Pick<DocumentCollection, 'kind' | 'type'>,
  id: string,
): Promise<DocumentRow> {
  const row = await documents.get(kind, canonicalId(id));
  if (row === undefined) throw notFound(type, id);
  return row;
}

type Named = Pick<DocumentCollection, 'kind' | 'type'>;

/** `make` may look at what is there. 409 when the id is taken. */
export function createDocument(
  deps: GraphDependencies,
  request: GraphRequest,
  collection: Named,
  id: string,
  make: (tx: Transaction) => Promise<GraphBody> | GraphBody,
): Promise<DocumentRow> {
  return documents.createDocument(writing(deps, request), target(collection, id), make);
}

/** Read-modify-write in one transaction. */
export function updateDocument(
  deps: GraphDependencies,
  request: GraphRequest,
  collection: Named,
  id: string,
  change: (row: DocumentRow, tx: Transaction) => Promise<GraphBody> | GraphBody,
): Promise<DocumentRow> {
  return documents.changeDocument(writing(deps, request), target(collection, id), change);
}

/** `check` may refuse; it may delete what belongs to it. */
export function deleteDocument(
  deps: GraphDependencies,
  request: GraphRequest,
  collection: Named,
  id: string,
  check?: (row: DocumentRow, tx: Transaction) => Promise<void> | void,
): Promise<void> {
  return documents.removeDocument(writing(deps, request), target(collection, id), check);
}

export function writing(
  { configuration, clock }: GraphDependencies,
  { caller, evaluated }: GraphRequest,
): documents.Writing {
  return { configuration, clock, actor: caller.appId, evaluated };
}

function target({ kind, type }: Named, id: string): documents.Target {
  return { kind, name: type, id: canonicalId(id), missing: () => notFound(type, id) };
}

/** The `id` that a client chose for a new resource, lower-case; a new one when it chose none. */
export function chosenId(body: unknown): string {
  const id = (body as GraphBody | null | undefined)?.id;
  if (id === undefined || id === null || id === '') return randomUUID();
  if (!isGuid(id)) throw new HubError('invalid_request', 'id must be a GUID, or be left out.', { field: 'id' });
  return id.toLowerCase();
}

/**
 * Users, groups and devices are members of groups by their id alone, so an id chosen by a caller must not be
 * that of another one of them: it would share its memberships.
 */
export async function requireFreeId(tx: Transaction, id: string, type: string): Promise<void> {
  // The device as a key, since that waits for whoever is just writing one.
  const [user, group, [devices = []]] = await Promise.all([
    tx.documents.get('user', id),
    tx.documents.get('group', id),
    tx.devices.findByKeys([{ type: 'managedDeviceId', value: id }]),
  ]);
  const taken =
    user !== undefined ? 'user' : group !== undefined ? 'group' : devices.length > 0 ? 'managedDevice' : undefined;
  if (taken === undefined) return;
  throw new HubError(
    'already_exists',
    taken === type
      ? `There is a ${type} with the id ${id} already; change it with PATCH.`
      : `A ${taken} has the id ${id} already.`,
    { field: 'id' },
  );
}

export function requireText(body: GraphBody, field: string): void {
  const value = body[field];
  if (typeof value !== 'string' || value.trim() === '')
    throw new HubError('invalid_request', `${field} is required.`, { field });
}
