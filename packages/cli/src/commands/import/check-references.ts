import { HubUnreachable, type HubClient, type Resource } from '@sallyport/contracts/client/index.ts';
import { memberId } from '../group/members.ts';
import { findGroup, findUser } from '../shared/find.ts';
import { membersNamed } from './add-members.ts';
import type { ImportItem, ImportProblem } from './read-files.ts';

/** Somebody or something that an item names. */
interface Reference {
  readonly field: string;
  readonly name: string;
  readonly what: 'user' | 'group' | 'member';
}

/** Graph's words in place of ids. */
const WORDS: ReadonlySet<string> = new Set(['All', 'None', 'GuestsOrExternalUsers', 'AllAgentIdUsers']);

/** Whether everything that items name will be there: in the files, or at the hub. For a dry run. */
export class References {
  readonly #hub: HubClient;
  readonly #inFiles = new Set<string>();
  readonly #atHub = new Map<string, Promise<boolean>>();

  constructor(hub: HubClient, items: readonly ImportItem[]) {
    this.#hub = hub;
    for (const { kind, item } of items) {
      const names =
        kind.name === 'users'
          ? [item.id, item.userPrincipalName, item.mail]
          : kind.name === 'groups'
            ? [item.id, item.displayName]
            : [item.id];
      for (const name of names) if (typeof name === 'string') this.#inFiles.add(name.toLowerCase());
    }
  }

  async problemsOf({ item, file, line, kind }: ImportItem): Promise<readonly ImportProblem[]> {
    const problems: ImportProblem[] = [];
    for (const reference of referencesOf(kind.name, item)) {
      if (!(await this.#exists(reference)))
        problems.push({
          file,
          line: line(reference.field),
          field: reference.field,
          message: `there is no ${reference.what === 'member' ? 'user, group or device' : reference.what} "${reference.name}", neither in the files nor at the hub`,
        });
    }
    return problems;
  }

  #exists({ name, what }: Reference): Promise<boolean> | boolean {
    if (this.#inFiles.has(name.toLowerCase())) return true;
    const key = `${what} ${name.toLowerCase()}`;
    const known = this.#atHub.get(key) ?? this.#ask(what, name);
    this.#atHub.set(key, known);
    return known;
  }

  async #ask(what: Reference['what'], name: string): Promise<boolean> {
    try {
      await { user: findUser, group: findGroup, member: memberId }[what](this.#hub, name);
      return true;
    } catch (error) {
      if (error instanceof HubUnreachable) throw error;
      return false;
    }
  }
}

function referencesOf(kind: ImportItem['kind']['name'], item: Resource): readonly Reference[] {
  switch (kind) {
    case 'managedDevices':
      return ['userId', 'userPrincipalName'].flatMap((field) => named(item[field], field, 'user'));
    case 'groups':
      return membersNamed(item).map(({ name, field }) => ({ name, field, what: 'member' }));
    case 'deviceCompliancePolicies':
      return list(item.assignments).flatMap((assignment, index) =>
        named(object(object(assignment).target).groupId, `assignments[${index}].target.groupId`, 'group'),
      );
    case 'conditionalAccessPolicies':
      return ofUsers(object(object(item.conditions).users));
    default:
      return [];
  }
}

function ofUsers(users: Resource): readonly Reference[] {
  const properties = [
    ['includeUsers', 'user'],
    ['excludeUsers', 'user'],
    ['includeGroups', 'group'],
    ['excludeGroups', 'group'],
  ] as const;
  return properties.flatMap(([name, what]) =>
    list(users[name]).flatMap((item, index) => named(item, `conditions.users.${name}[${index}]`, what)),
  );
}

function named(name: unknown, field: string, what: Reference['what']): readonly Reference[] {
  return typeof name !== 'string' || name === '' || WORDS.has(name) ? [] : [{ name, field, what }];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Resource {
  return typeof value === 'object' && value !== null ? (value as Resource) : {};
}
