import type { HubClient, Resource } from '@sallyport/contracts/client/index.ts';
import { effectTogether, type Effect } from './access-effect.ts';
import type { GraphKind } from './graph-kinds.ts';
import { isGuid, literal, segment, withQuery } from './odata.ts';
import { warningsIn, type WriteWarning, type Written } from './write-warnings.ts';

export interface PutResult {
  readonly what: 'created' | 'changed';
  readonly id: string;
  /** What of the item the hub took and cannot use. */
  readonly warnings: readonly WriteWarning[];
  /** Devices that got access by it, and devices that lost it; absent where the hub has not finished evaluating them. */
  readonly opened?: number | undefined;
  readonly closed?: number | undefined;
}

/** Where several items of a file share a name: what items before took, so that each takes another one. */
export type Namesakes = Set<string>;

/**
 * What is there already for an item of a file: by its id, else by its natural key among those of its type.
 *
 * @param namesakes given where the file has several of this name; the oldest that none of them took is this one's
 * @throws Error when several have the name and nothing tells which is meant
 */
export async function findExisting(
  hub: HubClient,
  kind: GraphKind,
  item: Resource,
  namesakes?: Namesakes,
): Promise<Resource | undefined> {
  const found = (await byId(hub, kind, item)) ?? (await byName(hub, kind, item, namesakes));
  if (found !== undefined) namesakes?.add(String(found.id));
  return found;
}

async function byId(hub: HubClient, kind: GraphKind, { id }: Resource): Promise<Resource | undefined> {
  return typeof id === 'string' && isGuid(id) ? hub.find(`${kind.path}/${segment(id)}`) : undefined;
}

async function byName(
  hub: HubClient,
  kind: GraphKind,
  item: Resource,
  namesakes: Namesakes | undefined,
): Promise<Resource | undefined> {
  const key = kind.naturalKey;
  const name = key === undefined ? undefined : item[key];
  if (key === undefined || typeof name !== 'string' || name === '') return undefined;
  const named = await hub.all<Resource>(withQuery(kind.path, { $filter: `${key} eq ${literal(name)}` }));
  const found = named.filter((one) => isOfType(one, item));
  if (namesakes !== undefined) return found.toSorted(byAge).find(({ id }) => !namesakes.has(String(id)));
  if (found.length > 1) throw new Error(`There is more than one ${kind.one} with the ${key} "${name}"; give its id.`);
  return found[0];
}

/** A policy for iPhones may have the name of one for Android; none can become the other. */
function isOfType(one: Resource, item: Resource): boolean {
  return item['@odata.type'] === undefined || one['@odata.type'] === undefined || typeNameOf(one) === typeNameOf(item);
}

/** What tells items of one name apart: `#microsoft.graph.iosCompliancePolicy` and `microsoft.graph.IosCompliancePolicy` are the same. */
export function typeNameOf(item: Resource): string {
  return String(item['@odata.type'] ?? '')
    .replace(/^#/u, '')
    .toLowerCase();
}

function byAge(a: Resource, b: Resource): number {
  return String(a.createdDateTime).localeCompare(String(b.createdDateTime)) || String(a.id).localeCompare(String(b.id));
}

/**
 * Makes the item, or changes it to what the file says: the parts that Graph keeps apart (actions, assignments)
 * follow in calls of their own. Members of groups are the caller's.
 */
export async function putItem(
  hub: HubClient,
  kind: GraphKind,
  item: Resource,
  existing: Resource | undefined,
): Promise<PutResult> {
  if (existing === undefined) {
    const { resource, ...effect } = await hub.change<Written & { readonly id: string }>(
      'POST',
      kind.path,
      creatable(kind, item),
    );
    return { what: 'created', id: resource.id, warnings: warningsIn(resource), ...effect };
  }
  const id = String(existing.id);
  const path = `${kind.path}/${segment(id)}`;
  const { resource, ...effect } = await hub.change<Written | undefined>(
    'PATCH',
    path,
    without(item, [...kind.apart, 'id']),
  );
  const apart = kind.name === 'deviceCompliancePolicies' ? await putApart(hub, path, item) : [];
  return { what: 'changed', id, warnings: warningsIn(resource), ...effectTogether([effect, ...apart]) };
}

async function putApart(hub: HubClient, path: string, item: Resource): Promise<readonly Effect[]> {
  const effects: Effect[] = [];
  if (item.scheduledActionsForRule !== undefined)
    effects.push(
      await hub.change('POST', `${path}/scheduleActionsForRules`, {
        deviceComplianceScheduledActionForRules: item.scheduledActionsForRule,
      }),
    );
  if (item.assignments !== undefined)
    effects.push(await hub.change('POST', `${path}/assign`, { assignments: item.assignments }));
  return effects;
}

/** A new policy takes its actions and assignments in the one call that makes it. */
function creatable(kind: GraphKind, item: Resource): Resource {
  return kind.name === 'deviceCompliancePolicies' ? item : without(item, kind.apart);
}

function without(item: Resource, names: readonly string[]): Resource {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));
}
