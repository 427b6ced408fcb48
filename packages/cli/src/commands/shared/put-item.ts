import type { HubClient, Resource } from '@sallyport/contracts/client/index.ts';
import type { GraphKind } from './graph-kinds.ts';
import { isGuid, literal, segment, withQuery } from './odata.ts';

export interface PutResult {
  readonly what: 'created' | 'changed';
  readonly id: string;
}

/** What is there already for an item of a file: by its id, else by its natural key. */
export async function findExisting(hub: HubClient, kind: GraphKind, item: Resource): Promise<Resource | undefined> {
  if (typeof item.id === 'string' && isGuid(item.id)) {
    const byId = await hub.find(`${kind.path}/${segment(item.id)}`);
    if (byId !== undefined) return byId;
  }
  const key = kind.naturalKey;
  const name = key === undefined ? undefined : item[key];
  if (key === undefined || typeof name !== 'string' || name === '') return undefined;
  const found = await hub.all(withQuery(kind.path, { $filter: `${key} eq ${literal(name)}` }), 2);
  if (found.length > 1) throw new Error(`There is more than one ${kind.one} with the ${key} "${name}"; give its id.`);
  return found[0];
}

/**
 * Makes the item, or changes it to what the file says: the parts that Graph keeps apart (actions, assignments)
 * follow in calls of their own. Members of groups are the caller's.
 */
export async function putItem(hub: HubClient, kind: GraphKind, item: Resource, existing: Resource | undefined): Promise<PutResult> {
  if (existing === undefined) {
    const { id } = await hub.post<{ readonly id: string }>(kind.path, creatable(kind, item));
    return { what: 'created', id };
  }
  const id = String(existing.id);
  await hub.patch(`${kind.path}/${segment(id)}`, without(item, [...kind.apart, 'id']));
  if (kind.name === 'deviceCompliancePolicies') await putApart(hub, `${kind.path}/${segment(id)}`, item);
  return { what: 'changed', id };
}

async function putApart(hub: HubClient, path: string, item: Resource): Promise<void> {
  if (item.scheduledActionsForRule !== undefined) await hub.post(`${path}/scheduleActionsForRules`, { deviceComplianceScheduledActionForRules: item.scheduledActionsForRule });
  if (item.assignments !== undefined) await hub.post(`${path}/assign`, { assignments: item.assignments });
}

/** A new policy takes its actions and assignments in the one call that makes it. */
function creatable(kind: GraphKind, item: Resource): Resource {
  return kind.name === 'deviceCompliancePolicies' ? item : without(item, kind.apart);
}

function without(item: Resource, names: readonly string[]): Resource {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));
}
