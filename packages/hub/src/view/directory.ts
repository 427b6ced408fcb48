import type { UserFacts } from '@sallyport/core';
import type { DocumentRow, Readers } from '../store/store.ts';
import { LoadedMemberships } from './loaded-memberships.ts';
import { readRule } from '../documents/document-type.ts';
import { userDocument } from '../documents/kinds/user.ts';

/**
 * The users and groups that rules ask about, in memory. A `UserFacts` object is replaced, never changed, when
 * anything about the user does, so that what was derived from it can be kept beside it.
 */
export class Directory {
  readonly #users = new Map<string, UserFacts>();
  readonly #byName = new Map<string, string>();
  /** Member to the groups it is directly in, in order. */
  readonly #parents = new Map<string, readonly string[]>();
  /** Group to its direct members. */
  readonly #members = new Map<string, readonly string[]>();
  /** Most users share their set of groups with many others; each set is kept once, and is the same array for all. */
  readonly #sets = new Map<string, readonly string[]>();
  /** A set of groups, and those that the groups are in themselves. */
  readonly #transitive = new Map<readonly string[], readonly string[]>();

  /** By id, userPrincipalName or mail, in any letter case. */
  find(idOrName: string): UserFacts | undefined {
    const key = idOrName.toLowerCase();
    return this.#users.get(key) ?? this.#users.get(this.#byName.get(key) ?? '');
  }

  /** By id as the rules spell it: the hot path. */
  get(id: string): UserFacts | undefined {
    return this.#users.get(id);
  }

  /** A user that cannot be read is none. */
  put(row: DocumentRow): void {
    this.remove(row.id);
    const user = userOf(row, this.groupsOf(row.id));
    if (user === undefined) return;
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
    if (direct === undefined) return NO_GROUPS;
    let groups = this.#transitive.get(direct);
    if (groups === undefined) {
      const all = new Set(direct);
      for (const group of all) for (const parent of this.#parents.get(group) ?? NO_GROUPS) all.add(parent);
      groups = all.size === direct.length ? direct : this.#theSet([...all].sort());
      this.#transitive.set(direct, groups);
    }
    return groups;
  }

  /** Replaces the direct members of a group; answers the members, direct and not, that this may concern. */
  setMembers(groupId: string, memberIds: readonly string[]): ReadonlySet<string> {
    const before = new Set(this.#members.get(groupId));
    const after = new Set(memberIds);
    const gone = [...before].filter((id) => !after.has(id));
    const come = [...after].filter((id) => !before.has(id));
    for (const id of gone)
      this.#setParents(
        id,
        (this.#parents.get(id) ?? NO_GROUPS).filter((group) => group !== groupId),
      );
    for (const id of come) this.#setParents(id, [...(this.#parents.get(id) ?? NO_GROUPS), groupId].sort());
    if (after.size === 0) this.#members.delete(groupId);
    else this.#members.set(groupId, [...after]);
    this.#transitive.clear();
    const touched = new Set<string>();
    for (const id of [...gone, ...come]) this.#collect(id, touched);
    for (const id of touched) this.#refresh(id);
    return touched;
  }

  /** Everybody and all memberships, at start: as if put one after the other, with each id kept once, however many rows name it. */
  async load(
    { documents, members }: Pick<Readers, 'documents' | 'members'>,
    onUnreadable: (id: string) => void,
  ): Promise<void> {
    for await (const page of documents.snapshot('user')) {
      for (const { name, row, other } of page.flatMap((row) => this.#loadUser(row, onUnreadable))) {
        // Of two with one name, the one who had it first is meant.
        if (row.createdAt < ((await documents.get('user', other))?.createdAt ?? Infinity))
          this.#byName.set(name, row.id);
      }
    }
    const memberships = new LoadedMemberships(this.#users.keys());
    for await (const part of members.snapshot()) {
      for (const { groupId, memberIds } of part) {
        const kept = memberships.add(groupId, memberIds);
        this.#members.set(kept.groupId, [...(this.#members.get(groupId) ?? NO_GROUPS), ...kept.memberIds]);
      }
    }
    const kept = new Set<readonly string[]>();
    for (const [id, groups] of memberships.sets()) {
      if (!kept.has(groups)) kept.add(this.#theSet(groups));
      this.#parents.set(id, groups);
    }
    for (const [id, user] of this.#users) {
      // Nobody has seen these objects yet, so they may still be completed.
      (user as { groupIds: readonly string[] }).groupIds = this.groupsOf(id);
    }
  }

  /** Answers the names that somebody else has. */
  #loadUser(
    row: DocumentRow,
    onUnreadable: (id: string) => void,
  ): readonly { readonly name: string; readonly row: DocumentRow; readonly other: string }[] {
    const user = userOf(row, NO_GROUPS);
    if (user === undefined) {
      onUnreadable(row.id);
      return NOTHING;
    }
    this.#users.set(row.id, user);
    const taken = [];
    for (const name of namesOf(user)) {
      const other = this.#byName.get(name);
      if (other === undefined) this.#byName.set(name, row.id);
      else if (other !== row.id) taken.push({ name, row, other });
    }
    return taken.length === 0 ? NOTHING : taken;
  }

  /** @param groups in order, each once */
  #setParents(id: string, groups: readonly string[]): void {
    if (groups.length === 0) this.#parents.delete(id);
    else this.#parents.set(id, this.#theSet(groups));
  }

  /** The one array for all that hold these. */
  #theSet(groups: readonly string[]): readonly string[] {
    const key = groups.join();
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    this.#sets.set(key, groups);
    return groups;
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
const NOTHING: readonly never[] = [];

function userOf(row: DocumentRow, groupIds: readonly string[]): UserFacts | undefined {
  const { rule } = readRule(userDocument, row);
  return rule && { ...rule, groupIds };
}

function namesOf(user: UserFacts): readonly string[] {
  const { userPrincipalName, mail } = user;
  const name = userPrincipalName.toLowerCase();
  return mail === undefined || mail === userPrincipalName ? [name] : [name, mail.toLowerCase()];
}
