import type { UserFacts } from '@sallyport/core';
import type { DocumentRow } from '../store/store.ts';
import { toUserFacts } from './rules-from-documents.ts';

/**
 * The users and groups that rules ask about, in memory. A `UserFacts` object is replaced, never changed, when
 * anything about the user does, so that what was derived from it can be kept beside it.
 */
export class Directory {
  readonly #users = new Map<string, UserFacts>();
  readonly #byName = new Map<string, string>();
  /** Member to the groups it is directly in. */
  readonly #parents = new Map<string, Set<string>>();
  /** Most users share their set of groups with many others; each set is kept once, and is the same array for all. */
  readonly #groupSets = new Map<string, readonly string[]>();
  /** Group to its direct members. */
  readonly #members = new Map<string, Set<string>>();

  /** By id, userPrincipalName or mail, in any letter case. */
  find(idOrName: string): UserFacts | undefined {
    const key = idOrName.toLowerCase();
    return this.#users.get(key) ?? this.#users.get(this.#byName.get(key) ?? '');
  }

  /** By id as the rules spell it: the hot path. */
  get(id: string): UserFacts | undefined {
    return this.#users.get(id);
  }

  put(row: DocumentRow): void {
    this.remove(row.id);
    const user = toUserFacts(row.body, row.id, this.groupsOf(row.id));
    this.#users.set(row.id, user);
    for (const name of namesOf(user)) if (!this.#byName.has(name)) this.#byName.set(name, row.id);
  }

  remove(id: string): void {
    const user = this.#users.get(id);
    if (user === undefined) return;
    this.#users.delete(id);
    for (const name of namesOf(user)) if (this.#byName.get(name) === id) this.#byName.delete(name);
  }

  /** Transitive groups of a user, a device or a group; a circle of groups ends where it began. */
  groupsOf(memberId: string): readonly string[] {
    const direct = this.#parents.get(memberId);
    if (direct === undefined || direct.size === 0) return NO_GROUPS;
    const all = new Set(direct);
    for (const group of all) for (const parent of this.#parents.get(group) ?? NO_GROUPS) all.add(parent);
    const key = [...all].sort().join();
    let groups = this.#groupSets.get(key);
    if (groups === undefined) this.#groupSets.set(key, (groups = key.split(',')));
    return groups;
  }

  /** Replaces the direct members of a group; answers the members, direct and not, that this may concern. */
  setMembers(groupId: string, memberIds: readonly string[]): ReadonlySet<string> {
    const before = this.#members.get(groupId) ?? new Set();
    const after = new Set(memberIds);
    for (const id of before) if (!after.has(id)) this.#parents.get(id)?.delete(groupId);
    for (const id of after) this.#parentsOf(id).add(groupId);
    if (after.size === 0) this.#members.delete(groupId);
    else this.#members.set(groupId, after);
    const touched = new Set<string>();
    for (const id of before) if (!after.has(id)) this.#collect(id, touched);
    for (const id of after) if (!before.has(id)) this.#collect(id, touched);
    for (const id of touched) this.#refresh(id);
    return touched;
  }

  /** All pairs at once, at start. Users are put afterwards. */
  loadMembers(pairs: readonly { readonly groupId: string; readonly memberId: string }[]): void {
    for (const { groupId, memberId } of pairs) {
      this.#parentsOf(memberId).add(groupId);
      const members = this.#members.get(groupId);
      if (members === undefined) this.#members.set(groupId, new Set([memberId]));
      else members.add(memberId);
    }
  }

  #parentsOf(id: string): Set<string> {
    let parents = this.#parents.get(id);
    if (parents === undefined) this.#parents.set(id, (parents = new Set()));
    return parents;
  }

  #collect(id: string, into: Set<string>): void {
    if (into.has(id)) return;
    into.add(id);
    for (const member of this.#members.get(id) ?? NO_GROUPS) this.#collect(member, into);
  }

  #refresh(id: string): void {
    const user = this.#users.get(id);
    if (user !== undefined) this.#users.set(id, { ...user, groupIds: this.groupsOf(id) });
  }
}

const NO_GROUPS: readonly string[] = [];

function namesOf(user: UserFacts): readonly string[] {
  return [user.userPrincipalName, ...(user.mail === undefined ? [] : [user.mail])].map((name) => name.toLowerCase());
}
