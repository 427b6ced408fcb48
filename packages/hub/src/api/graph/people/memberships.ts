import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { TYPE_PREFIX } from '@sallyport/contracts/graph/model.ts';
import type { ExpandSupport, QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import type { Expansion } from '@sallyport/contracts/graph/render.ts';
import { HubError, type Permission } from '@sallyport/contracts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { isoTime } from '../../../platform/clock.ts';
import { countAnswer, listAnswer } from '../routes/list-resources.ts';
import { counts, lists, type GraphRouteDoc } from '../routes/route-doc.ts';
import type { GraphDependencies, GraphRequest, GraphRoute } from '../routes/route.ts';

export type Pair = { readonly groupId: string; readonly memberId: string };

const MEMBER_QUERY: QuerySupport = { filter: true, paging: true, count: true };

/** The members of a group, those of its groups too if `transitive`; a circle of groups ends where it began. */
export function membersOfGroup(pairs: readonly Pair[], groupId: string, transitive: boolean): ReadonlySet<string> {
  return walk(
    pairs.map(({ groupId: from, memberId: to }) => [from, to]),
    groupId,
    transitive,
  );
}

/** The groups that a user or group is in. */
export function groupsOfMember(pairs: readonly Pair[], memberId: string, transitive: boolean): ReadonlySet<string> {
  return walk(
    pairs.map(({ groupId: to, memberId: from }) => [from, to]),
    memberId,
    transitive,
  );
}

function walk(edges: readonly (readonly [string, string])[], start: string, transitive: boolean): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const found = new Set<string>(next.get(start));
  if (transitive) for (const id of found) for (const further of next.get(id) ?? []) found.add(further);
  found.delete(start);
  return found;
}

export interface DirectoryList {
  readonly path: string;
  /** Graph's cast, as in `/members/microsoft.graph.user`. */
  readonly only: 'user' | 'group' | undefined;
  readonly access: readonly Permission[];
  /** For people. */
  readonly what: string;
  /** Who is listed, and how contexts name the list. */
  readonly find: (request: GraphRequest) => Promise<{ readonly path: string; readonly ids: ReadonlySet<string> }>;
}

/** Lists and counts users, groups and devices (with the id of the managed device). */
export function directoryRoutes(
  deps: GraphDependencies,
  { path, only, access, what, find }: DirectoryList,
): GraphRoute[] {
  const type = only ?? 'directoryObject';
  const whole = `${path}${only === undefined ? '' : `/${only}`}`;
  const route = (suffix: string, verb: string, doc: GraphRouteDoc, answer: typeof listAnswer): GraphRoute => ({
    method: 'GET',
    path: `${whole}${suffix}`,
    access,
    summary: `${verb} ${what}`,
    doc,
    handle: async (request) => {
      const found = await find(request);
      return answer(request, { path: found.path, type }, MEMBER_QUERY, await directoryObjects(deps, found.ids, only));
    },
  });
  return [
    route('', 'List', lists(type, MEMBER_QUERY), listAnswer),
    route('/$count', 'Count', counts(type, MEMBER_QUERY), countAnswer),
  ];
}

async function directoryObjects(
  deps: GraphDependencies,
  ids: ReadonlySet<string>,
  only: DirectoryList['only'],
): Promise<GraphBody[]> {
  const rows = async (kind: 'user' | 'group'): Promise<readonly DocumentRow[]> =>
    only === undefined || only === kind ? deps.store.documents.find(kind, [...ids]) : [];
  const [users, groups, devices] = await Promise.all([
    rows('user'),
    rows('group'),
    only === undefined ? deps.store.devices.get([...ids]) : [],
  ]);
  return [
    ...users.map(asDirectoryObject),
    ...groups.map(asDirectoryObject),
    ...devices.map(({ id, resource }) => ({
      '@odata.type': `${TYPE_PREFIX}device`,
      id,
      deviceId: resource.azureADDeviceId ?? null,
      displayName: resource.deviceName ?? null,
      operatingSystem: resource.operatingSystem,
      operatingSystemVersion: resource.osVersion ?? null,
    })),
  ];
}

function asDirectoryObject(row: DocumentRow): GraphBody {
  return {
    '@odata.type': `${TYPE_PREFIX}${row.kind}`,
    ...row.body,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
  };
}

/** As Graph: `$expand` shows so many members of a group at most, and no link to the rest. */
const MOST_EXPANDED = 20;

export const EXPANDED_MEMBERS: ExpandSupport = { members: { type: 'directoryObject' } };

/** Groups with their first members, where `$expand` asks for them. */
export async function withMembers(
  deps: GraphDependencies,
  groups: readonly GraphBody[],
  expand: Expansion,
): Promise<readonly GraphBody[]> {
  if (expand.members === undefined) return groups;
  const ids = await deps.store.members.firstOf(
    groups.map(({ id }) => String(id)),
    MOST_EXPANDED,
  );
  const objects = await directoryObjects(deps, new Set([...ids.values()].flat()), undefined);
  const byId = new Map(objects.map((object) => [object.id, object]));
  return groups.map((group) => ({
    ...group,
    members: (ids.get(String(group.id)) ?? []).flatMap((id) => byId.get(id) ?? []),
  }));
}

/** A member must exist: as a user, a group or a managed device. */
export async function requireMember(tx: Transaction, id: string, field: string): Promise<void> {
  const [user, group, devices] = await Promise.all([
    tx.documents.get('user', id),
    tx.documents.get('group', id),
    tx.devices.get([id]),
  ]);
  if (user === undefined && group === undefined && devices.length === 0) {
    throw new HubError('invalid_request', `There is no user, group or device with the id "${id}".`, { field });
  }
}
