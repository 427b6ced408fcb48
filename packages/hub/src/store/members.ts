export interface MembersOfGroup {
  readonly groupId: string;
  readonly memberIds: readonly string[];
}

export interface MemberReader {
  /** (group, member) pairs; a member is a user or a group. In no particular order. */
  all(): Promise<readonly { groupId: string; memberId: string }[]>;
  of(groupId: string): Promise<readonly string[]>;
  /** Of each group at most `limit` members, those with the lowest ids. Groups without members are left out. Costs what it answers. */
  firstOf(groupIds: readonly string[], limit: number): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Everything that `all` answers, in parts, ordered by group and member; a group may come in several. Does not block writers. */
  snapshot(): AsyncIterable<readonly MembersOfGroup[]>;
}

export interface MemberWriter {
  /** Safe to repeat. */
  add(groupId: string, memberIds: readonly string[]): Promise<void>;
  remove(groupId: string, memberId: string): Promise<boolean>;
  /** Everything about `id`, as a group or as a member. */
  removeAll(id: string): Promise<void>;
}
