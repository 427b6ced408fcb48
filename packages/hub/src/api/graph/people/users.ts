import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { regroupInventory } from '../../../inventory/keep-inventory.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { entityAnswer, notFound } from '../routes/answers.ts';
import {
  chosenId,
  createDocument,
  readRoutes,
  requireDocument,
  requireFreeId,
  requireText,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { USERS } from '../routes/permissions.ts';
import { changesSilently, creates, deletes } from '../routes/route-doc.ts';
import { noContent, param, type GraphDependencies, type GraphRequest, type GraphRoute } from '../routes/route.ts';
import { renameOnDevices } from './user-devices.ts';
import { releaseUserNames, takeUserNames } from './user-names.ts';

const userCollection: DocumentCollection = {
  kind: 'user',
  type: 'user',
  path: 'users',
  access: USERS,
  support: { filter: true, orderBy: true, paging: true, count: true },
  presenter: async () => presentUser,
  keys: { words: 'id, userPrincipalName, mail or mail nickname', find: findUser },
};

function presentUser(row: DocumentRow): GraphBody {
  return { ...row.body, id: row.id, createdDateTime: isoTime(row.createdAt) };
}

/** Users of the directory. They are found by id, userPrincipalName or mail nickname. */
export function userRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access, type } = userCollection;
  return [
    ...readRoutes(userCollection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Create a user; an id of another directory may be kept',
      doc: creates(type),
      handle: async (request) => {
        const id = chosenId(request.body);
        const parsed = settled(parseBody(type, request.body, request.version));
        for (const field of ['userPrincipalName', 'displayName']) requireText(parsed, field);
        const complete = withDefaults(type, {
          mailNickname: String(parsed.userPrincipalName).split('@', 1)[0],
          ...parsed,
        });
        const row = await createDocument(deps, request, userCollection, id, async (tx) => {
          await requireFreeId(tx, id, type);
          await takeUserNames(deps, tx, id, {}, complete);
          return complete;
        });
        return entityAnswer(request, userCollection, presentUser(row), {}, 201);
      },
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a user',
      doc: changesSilently(type),
      handle: async (request) => {
        await patch(deps, request);
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a user, with the memberships of the user',
      doc: deletes,
      handle: async (request) => {
        const { id } = await findUser(deps, param(request, 'id'));
        await removeDirectoryObject(deps, request, userCollection, id, (tx, { body }) => releaseUserNames(tx, body));
        return noContent;
      },
    },
  ];
}

async function patch(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const { id } = await findUser(deps, param(request, 'id'));
  const parsed = settled(parseBody('user', request.body, request.version));
  for (const field of ['userPrincipalName', 'displayName']) if (field in parsed) requireText(parsed, field);
  let former: GraphBody = {};
  const user = await updateDocument(deps, request, userCollection, id, async (row, tx) => {
    former = row.body;
    const body = { ...row.body, ...parsed };
    await takeUserNames(deps, tx, row.id, row.body, body);
    return body;
  });
  await renameOnDevices(deps, request, former, user);
}

/** By id, userPrincipalName, mail or mail nickname. */
export async function findUser(deps: GraphDependencies, key: string): Promise<DocumentRow> {
  const wanted = key.toLowerCase();
  if (isGuid(key)) return requireDocument(deps.store.documents, userCollection, key);
  const byName = deps.view.user(key);
  if (byName !== undefined) return requireDocument(deps.store.documents, userCollection, byName.id);
  const nicknamed = (await deps.store.documents.list('user')).find(
    (row) => String(row.body.mailNickname ?? '').toLowerCase() === wanted,
  );
  if (nicknamed === undefined) throw notFound('user', wanted);
  return nicknamed;
}

/** People do not sign in here, so a password that Graph's clients must send is not kept. */
function settled({ passwordProfile: _notKept, ...parsed }: GraphBody): GraphBody {
  const name = parsed.userPrincipalName;
  if (typeof name === 'string' && !/^[^\s@]+@[^\s@]+$/.test(name)) {
    throw new HubError('invalid_request', 'userPrincipalName must look like name@domain.', {
      field: 'userPrincipalName',
    });
  }
  return parsed;
}

/** Deletes a user or a group; the groups that it leaves are told, so that they are read again. `alongside` may refuse it. */
export async function removeDirectoryObject(
  deps: GraphDependencies,
  request: GraphRequest,
  collection: Pick<DocumentCollection, 'kind' | 'type'>,
  id: string,
  alongside?: (tx: Transaction, row: DocumentRow) => Promise<void>,
): Promise<void> {
  await deps.configuration.write(
    request.caller.appId,
    async (tx, changed) => {
      const before = await requireDocument(tx.documents, collection, id);
      await alongside?.(tx, before);
      const groups = (await tx.members.all()).filter((pair) => pair.memberId === id).map((pair) => pair.groupId);
      await regroupInventory(tx, deps.view, [id]);
      await tx.members.removeAll(id);
      await tx.documents.delete(collection.kind, id);
      changed({ kind: collection.kind, id, before: before.body });
      for (const groupId of groups) changed({ kind: 'group', id: groupId, before: { member: id }, after: {} });
    },
    request.evaluated,
  );
}
