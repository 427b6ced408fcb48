/**
 * The memberships of everybody while they are read, group by group. There may be millions, so until all are
 * there they are pairs of numbers, and members with the same groups end with the very same list.
 */
export class LoadedMemberships {
  /** By number: users in the order of their ids, then whoever else is a member of something. */
  readonly #memberIds: string[];
  readonly #users: number;
  /** Numbers of members who are no users, or are not found where they should be. */
  readonly #others = new Map<string, number>();
  readonly #groupIds: string[] = [];
  readonly #groups = new Map<string, number>();
  readonly #pairs = new NumberList();

  /** @param userIds in order */
  constructor(userIds: Iterable<string>) {
    this.#memberIds = [...userIds];
    this.#users = this.#memberIds.length;
  }

  /** Answers the same ids as texts that are in memory already. @param memberIds in order */
  add(
    groupId: string,
    memberIds: readonly string[],
  ): { readonly groupId: string; readonly memberIds: readonly string[] } {
    let group = this.#groups.get(groupId);
    if (group === undefined) this.#groups.set(groupId, (group = this.#groupIds.push(groupId) - 1));
    let at = 0;
    const kept = memberIds.map((id) => {
      at = this.#userAtOrAfter(id, at);
      const member = this.#memberIds[at] === id && at < this.#users ? at : this.#other(id);
      this.#pairs.push(member);
      this.#pairs.push(group);
      return this.#memberIds[member] as string;
    });
    return { groupId: this.#groupIds[group] as string, memberIds: kept };
  }

  /** Each member with its groups, in the order of their ids; members of the same groups share one list. */
  *sets(): Generator<readonly [id: string, groups: readonly string[]]> {
    const { starts, groups } = this.#byMember();
    const sets = new GroupSets(this.#groupIds);
    for (const [member, id] of this.#memberIds.entries()) {
      const start = starts[member] as number;
      const end = starts[member + 1] as number;
      if (end > start) yield [id, sets.of(groups.subarray(start, end))];
    }
  }

  /** Both lists are in order, so the next member is a few steps on: no look-up in a table larger than the processor's caches. */
  #userAtOrAfter(id: string, from: number): number {
    let low = from;
    let step = 1;
    while (low + step < this.#users && (this.#memberIds[low + step] as string) < id) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step, this.#users);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#memberIds[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #other(id: string): number {
    let member = this.#others.get(id);
    if (member === undefined) this.#others.set(id, (member = this.#memberIds.push(id) - 1));
    return member;
  }

  /** The pairs sorted by member: the groups of member n are those from `starts[n]` up to `starts[n + 1]`. */
  #byMember(): { readonly starts: Int32Array; readonly groups: Int32Array } {
    const pairs = this.#pairs.values();
    const starts = new Int32Array(this.#memberIds.length + 1);
    for (let i = 0; i < pairs.length; i += 2)
      starts[(pairs[i] as number) + 1] = (starts[(pairs[i] as number) + 1] as number) + 1;
    for (let n = 1; n < starts.length; n += 1) starts[n] = (starts[n] as number) + (starts[n - 1] as number);
    const next = starts.slice();
    const groups = new Int32Array(pairs.length / 2);
    for (let i = 0; i < pairs.length; i += 2) {
      const member = pairs[i] as number;
      const place = next[member] as number;
      groups[place] = pairs[i + 1] as number;
      next[member] = place + 1;
    }
    return { starts, groups };
  }
}

/** Sets of groups, each made once. */
class GroupSets {
  readonly #groupIds: readonly string[];
  /** By a number made of the groups' numbers; different sets may share one. */
  readonly #known = new Map<number, { readonly numbers: Int32Array; readonly ids: readonly string[] }[]>();

  constructor(groupIds: readonly string[]) {
    this.#groupIds = groupIds;
  }

  of(numbers: Int32Array): readonly string[] {
    let hash = 0;
    for (const number of numbers) hash = (Math.imul(hash, 31) + number + 1) | 0;
    const alike = this.#known.get(hash);
    const known = alike?.find((set) => isSame(set.numbers, numbers));
    if (known !== undefined) return known.ids;
    const ids = Array.from(numbers, (number) => this.#groupIds[number] as string).sort();
    if (alike === undefined) this.#known.set(hash, [{ numbers, ids }]);
    else alike.push({ numbers, ids });
    return ids;
  }
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}

/** A list that grows without an object for each number. */
class NumberList {
  #values = new Int32Array(1_024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  values(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}
