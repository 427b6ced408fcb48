import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { regroupInventory } from '../../../inventory/keep-inventory.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { entityAnswer } from '../routes/answers.ts';
import {
  chosenId,
  createDocument,
  readRoutes,
  requireDocument,
  requireFreeId,
  requireText,
  type DocumentCollection,
} from '../routes/documents.ts';
import { requireUnusedGroup } from './group-in-use.ts';
import {
  directoryRoutes,
  EXPANDED_MEMBERS,
  groupsOfMember,
  membersOfGroup,
  requireMember,
  withMembers,
} from './memberships.ts';
import { GROUPS, MEMBERS, MEMBERSHIPS_OF_USER } from '../routes/permissions.ts';
import { changesSilently, creates, deletes } from '../routes/route-doc.ts';
import {
  noContent,
  param,
  type GraphAnswer,
  type GraphDependencies,
  type GraphRequest,
  type GraphRoute,
} from '../routes/route.ts';
import { findUser, removeDirectoryObject } from './users.ts';

/** As Graph: members bound in one request. */
const MAX_BINDS = 20;

const collection: DocumentCollection = {
  kind: 'group',
  type: 'group',
  path: 'groups',
  access: GROUPS,
  support: { filter: true, orderBy: true, paging: true, count: true, expand: EXPANDED_MEMBERS },
  presenter: async () => present,
  expanded: withMembers,
};

function present(row: DocumentRow): GraphBody {
  return { ...row.body, id: row.id, createdDateTime: isoTime(row.createdAt) };
}

/** Groups and who is in them: users, other groups and devices. */
export function groupRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access } = collection;
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Create a group, with members if they are bound',
      doc: creates('group'),
      handle: (request) => create(deps, request),
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a group, or bind more members',
      doc: changesSilently('group'),
      handle: async (request) => {
        await patch(deps, request);
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a group that nothing names, with its memberships',
      doc: deletes,
      handle: async (request) => {
        const id = canonicalId(param(request, 'id'));
        await removeDirectoryObject(deps, request, collection, id, (tx) => requireUnusedGroup(id, tx));
        return noContent;
      },
    },
    ...memberRoutes(deps),
    ...membershipRoutes(deps),
  ];
}

function memberRoutes(deps: GraphDependencies): GraphRoute[] {
  const readers = (['members', 'transitiveMembers'] as const).flatMap((name) =>
    ([undefined, 'user', 'group'] as const).flatMap((only) =>
      directoryRoutes(deps, {
        path: `/groups/:id/${name}`,
        only,
        access: MEMBERS.read,
        what: `the ${name} of a group`,
        find: async (request) => {
          const { id } = await requireDocument(deps.store.documents, collection, param(request, 'id'));
          return {
            path: `groups('${id}')/${name}`,
            ids: membersOfGroup(await deps.store.members.all(), id, name === 'transitiveMembers'),
          };
        },
      }),
    ),
  );
  return [
    ...readers,
    {
      method: 'POST',
      path: '/groups/:id/members/$ref',
      access: MEMBERS.write,
      summary: 'Add a member to a group',
      doc: { takes: memberReference, answers: { status: 204 } },
      handle: async (request) => {
        const reference = (request.body as GraphBody | null | undefined)?.['@odata.id'];
        await addMembers(deps, request, [memberIdOf(reference, '@odata.id')], '@odata.id');
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: '/groups/:id/members/:memberId/$ref',
      access: MEMBERS.write,
      summary: 'Remove a member from a group',
      doc: deletes,
      handle: async (request) => {
        await removeMember(deps, request);
        return noContent;
      },
    },
  ];
}

/** Which groups a user or a group is in. */
function membershipRoutes(deps: GraphDependencies): GraphRoute[] {
  const owners = [
    ['users', MEMBERSHIPS_OF_USER, async (id: string) => (await findUser(deps, id)).id],
    ['groups', MEMBERS.read, async (id: string) => (await requireDocument(deps.store.documents, collection, id)).id],
  ] as const;
  return owners.flatMap(([owner, access, idOf]) =>
    (['memberOf', 'transitiveMemberOf'] as const).flatMap((name) =>
      ([undefined, 'group'] as const).flatMap((only) =>
        directoryRoutes(deps, {
          path: `/${owner}/:id/${name}`,
          only,
          access,
          what: `the groups that one of the ${owner} is in`,
          find: async (request) => {
            const id = await idOf(param(request, 'id'));
            return {
              path: `${owner}('${id}')/${name}`,
              ids: groupsOfMember(await deps.store.members.all(), id, name === 'transitiveMemberOf'),
            };
          },
        }),
      ),
    ),
  );
}

const memberReference = z.object({
  '@odata.id': z.string().describe('https://any.host/v1.0/directoryObjects/{id}, or /users/, /groups/, /devices/'),
});

async function create(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const id = chosenId(request.body);
  const parsed = parseBody('group', request.body, request.version);
  requireText(parsed, 'displayName');
  refuseRules(parsed);
  refuseMembers(request.body);
  const members = boundMembers(request.body);
  const row = await createDocument(deps, request, collection, id, async (tx) => {
    await requireFreeId(tx, id, 'group');
    await keepMembers(tx, id, members, 'members@odata.bind');
    return withDefaults('group', parsed);
  });
  return entityAnswer(request, collection, present(row), {}, 201);
}

async function patch(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const parsed = parseBody('group', request.body, request.version);
  if ('displayName' in parsed) requireText(parsed, 'displayName');
  refuseRules(parsed);
  refuseMembers(request.body);
  const members = boundMembers(request.body);
  await deps.configuration.write(
    request.caller.appId,
    async (tx, changed) => {
      const before = await requireDocument(tx.documents, collection, param(request, 'id'));
      await keepMembers(tx, before.id, members, 'members@odata.bind');
      if (members.length > 0) await regroupInventory(tx, deps.view, members);
      const after = { ...before.body, ...parsed };
      await tx.documents.put('group', before.id, after, deps.clock.now());
      changed({
        kind: 'group',
        id: before.id,
        before: before.body,
        after: members.length === 0 ? after : { ...after, addedMembers: members },
      });
    },
    request.evaluated,
  );
}

/** A rule that nobody follows would be a group that is always empty, and policies for it would never apply. */
function refuseRules(parsed: GraphBody): void {
  if (typeof parsed.membershipRule === 'string' && parsed.membershipRule !== '') {
    throw new HubError('invalid_request', 'Dynamic membership is not supported yet; add the members.', {
      field: 'membershipRule',
    });
  }
}

/** What `$expand` answers is at most a part of the members, so to send it back is none of Graph's ways to change them. */
function refuseMembers(body: unknown): void {
  const members = (body as GraphBody).members;
  if (members === undefined || members === null || (Array.isArray(members) && members.length === 0)) return;
  throw new HubError(
    'invalid_request',
    'Members are bound with members@odata.bind, or added with POST .../members/$ref.',
    { field: 'members' },
  );
}

async function addMembers(
  deps: GraphDependencies,
  request: GraphRequest,
  members: readonly string[],
  field: string,
): Promise<void> {
  await deps.configuration.write(
    request.caller.appId,
    async (tx, changed) => {
      const { id } = await requireDocument(tx.documents, collection, param(request, 'id'));
      await keepMembers(tx, id, members, field);
      await regroupInventory(tx, deps.view, members);
      changed({ kind: 'group', id, before: {}, after: { addedMembers: members } });
    },
    request.evaluated,
  );
}

async function keepMembers(tx: Transaction, groupId: string, members: readonly string[], field: string): Promise<void> {
  if (members.length === 0) return;
  const existing = new Set(await tx.members.of(groupId));
  for (const member of members) {
    if (member === groupId) throw new HubError('invalid_request', 'A group cannot be a member of itself.', { field });
    if (existing.has(member))
      throw new HubError(
        'invalid_request',
        "One or more added object references already exist for the following modified properties: 'members'.",
        { field },
      );
    await requireMember(tx, member, field);
  }
  await tx.members.add(groupId, members);
}

async function removeMember(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const member = canonicalId(param(request, 'memberId'));
  await deps.configuration.write(
    request.caller.appId,
    async (tx, changed) => {
      const { id } = await requireDocument(tx.documents, collection, param(request, 'id'));
      if (!(await tx.members.remove(id, member)))
        throw new HubError('not_found', `"${member}" is not a member of this group.`, { field: 'id' });
      await regroupInventory(tx, deps.view, [member]);
      changed({ kind: 'group', id, before: { removedMember: member }, after: {} });
    },
    request.evaluated,
  );
}

function boundMembers(body: unknown): string[] {
  const bound = (body as GraphBody | null | undefined)?.['members@odata.bind'];
  if (bound === undefined) return [];
  if (!Array.isArray(bound) || bound.length > MAX_BINDS) {
    throw new HubError('invalid_request', `members@odata.bind must be a list of at most ${MAX_BINDS} addresses.`, {
      field: 'members@odata.bind',
    });
  }
  return [...new Set(bound.map((reference, index) => memberIdOf(reference, `members@odata.bind[${index}]`)))];
}

/** `https://any.host/v1.0/directoryObjects/{id}`; the host is not looked at, as scripts name Graph's own. */
function memberIdOf(reference: unknown, field: string): string {
  const id =
    typeof reference === 'string'
      ? /\/(?:directoryObjects|users|groups|devices|managedDevices)(?:\/|\(')([0-9a-f-]{36})(?:'\))?$/i.exec(
          reference,
        )?.[1]
      : undefined;
  if (!isGuid(id))
    throw new HubError('invalid_request', `${field} must be an address like https://host/v1.0/directoryObjects/{id}.`, {
      field,
    });
  return id.toLowerCase();
}
