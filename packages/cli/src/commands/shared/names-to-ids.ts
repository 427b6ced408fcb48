import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { findGroup, findUser } from './find.ts';
import { isGuid } from './odata.ts';

type Json = Readonly<Record<string, unknown>>;

/** Words that policies use in place of ids. */
const WORDS: ReadonlySet<string> = new Set(['All', 'None', 'GuestsOrExternalUsers', 'AllAgentIdUsers']);

/**
 * A policy with the names of users and groups replaced by their ids, so that files can be written by people.
 * Ids and Graph's words stay as they are.
 */
export async function namesToIds(hub: HubClient, policy: Json): Promise<Json> {
  const conditions = asObject(policy.conditions);
  const users = asObject(conditions?.users);
  return {
    ...policy,
    ...(conditions === undefined || users === undefined
      ? {}
      : { conditions: { ...conditions, users: await ofUsers(hub, users) } }),
    ...(Array.isArray(policy.assignments)
      ? { assignments: await Promise.all(policy.assignments.map((one) => ofAssignment(hub, one))) }
      : {}),
  };
}

async function ofUsers(hub: HubClient, users: Json): Promise<Json> {
  const group = async (name: string): Promise<string> => (await findGroup(hub, name)).id;
  const user = async (name: string): Promise<string> => (await findUser(hub, name)).id;
  const finders = { includeGroups: group, excludeGroups: group, includeUsers: user, excludeUsers: user };
  const found = await Promise.all(
    Object.entries(finders)
      .filter(([name]) => Array.isArray(users[name]))
      .map(
        async ([name, find]) =>
          [name, await Promise.all((users[name] as unknown[]).map((item) => idOf(item, find)))] as const,
      ),
  );
  return { ...users, ...Object.fromEntries(found) };
}

async function idOf(item: unknown, find: (name: string) => Promise<string>): Promise<unknown> {
  return typeof item !== 'string' || isGuid(item) || WORDS.has(item) ? item : find(item);
}

async function ofAssignment(hub: HubClient, assignment: unknown): Promise<unknown> {
  const target = asObject(asObject(assignment)?.target);
  if (typeof target?.groupId !== 'string' || isGuid(target.groupId)) return assignment;
  return { ...asObject(assignment), target: { ...target, groupId: (await findGroup(hub, target.groupId)).id } };
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
