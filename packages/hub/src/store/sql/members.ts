import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Compilable } from 'kysely';
import type { MemberReader, MembersOfGroup, MemberWriter } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { quoted } from './glued-pages.ts';
import { builders } from './session.ts';
import type { Dialect, ReadSession, WriteSession } from './session.ts';

const ADD_MEMBERS: BatchWrite = {
  kind: 'insertNew',
  table: 'group_members',
  keys: { group_id: 'text', member_id: 'text' },
  values: {},
};

export function memberReader(session: ReadSession): MemberReader {
  const db = builders[session.dialect];
  return {
    async all() {
      return await session.query(
        db.selectFrom('group_members').select(['group_id as groupId', 'member_id as memberId']),
      );
    },
    async of(groupId) {
      const rows = await session.query(
        db.selectFrom('group_members').select('member_id').where('group_id', '=', groupId).orderBy('member_id'),
      );
      return rows.map((row) => row.member_id);
    },
    async firstOf(groupIds, limit) {
      const first = new Map<string, string[]>();
      for (const { groupId, memberId } of await session.query(firstMembers(session.dialect, groupIds, limit))) {
        const members = first.get(groupId);
        if (members === undefined) first.set(groupId, [memberId]);
        else members.push(memberId);
      }
      return first;
    },
    snapshot: () => snapshot(session),
  };
}

/** Reads no more of a group than is asked for, however large it is. SQLite has no lateral joins, and finds the same with `in`. */
function firstMembers(
  dialect: Dialect,
  groupIds: readonly string[],
  limit: number,
): Compilable<{ groupId: string; memberId: string }> {
  const db = builders[dialect];
  const first = db
    .selectFrom('group_members')
    .select('member_id')
    .where('group_id', '=', sql.ref<string>('g.value'))
    .orderBy('member_id')
    .limit(limit);
  const joined =
    dialect === 'sqlite'
      ? db
          .selectFrom(sql<{ value: string }>`json_each(${JSON.stringify(groupIds)})`.as('g'))
          .innerJoin('group_members as m', 'm.group_id', 'g.value')
          .where('m.member_id', 'in', first)
      : db
          .selectFrom(sql<{ value: string }>`unnest(${groupIds}::text[])`.as<'g'>(sql.raw('g(value)')))
          .innerJoinLateral(first.as('m'), (join) => join.onTrue());
  return joined.select(['g.value as groupId', 'm.member_id as memberId']).orderBy('g.value').orderBy('m.member_id');
}

/** A large group comes in several parts. */
const MEMBERS_AT_ONCE = 20_000;

interface Part extends MembersOfGroup {
  readonly lastMember: string;
}

async function* snapshot(session: ReadSession): AsyncGenerator<readonly MembersOfGroup[]> {
  let next: Promise<readonly Part[]> | undefined = membersAfter(session, '', '');
  while (next) {
    const parts: readonly Part[] = await next;
    const last = parts.at(-1);
    if (last === undefined) return;
    next = membersAfter(session, last.groupId, last.lastMember);
    next.catch(() => {});
    await setImmediate(); // As in `gluedPages`.
    yield parts;
  }
}

/** As one text for each group, which is quicker to carry than rows. */
async function membersAfter(session: ReadSession, groupId: string, memberId: string): Promise<readonly Part[]> {
  const pairs = builders[session.dialect]
    .selectFrom('group_members')
    .select(['group_id', 'member_id', quoted(session, 'member_id').as('member')])
    .where(sql<boolean>`(group_id, member_id) > (${groupId}, ${memberId})`)
    .orderBy('group_id')
    .orderBy('member_id')
    .limit(MEMBERS_AT_ONCE)
    .as('pairs');
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom(pairs)
      .select(['group_id', sql<string>`string_agg(member, ',')`.as('members'), sql<string>`max(member_id)`.as('last')])
      .groupBy('group_id')
      .orderBy('group_id'),
  );
  return rows.map((row) => ({
    groupId: row.group_id,
    memberIds: JSON.parse(`[${row.members}]`) as string[],
    lastMember: row.last,
  }));
}

export function members(session: WriteSession): MemberReader & MemberWriter {
  const db = builders[session.dialect];
  return {
    ...memberReader(session),
    async add(groupId, memberIds) {
      await session.write(
        ADD_MEMBERS,
        memberIds.map((memberId) => [groupId, memberId]),
      );
    },
    async remove(groupId, memberId) {
      const rows = await session.query(
        db
          .deleteFrom('group_members')
          .where('group_id', '=', groupId)
          .where('member_id', '=', memberId)
          .returning('member_id'),
      );
      return rows.length > 0;
    },
    async removeAll(id) {
      await session.execute(
        db.deleteFrom('group_members').where((eb) => eb.or([eb('group_id', '=', id), eb('member_id', '=', id)])),
      );
    },
  };
}
