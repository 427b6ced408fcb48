import type { MemberReader, MemberWriter } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const ADD_MEMBERS: BatchWrite = {
  kind: 'insertNew', table: 'group_members', keys: { group_id: 'text', member_id: 'text' }, values: {},
};

export function memberReader(session: ReadSession): MemberReader {
  const db = builders[session.dialect];
  return {
    async all() {
      return await session.query(db.selectFrom('group_members').select(['group_id as groupId', 'member_id as memberId']));
    },
    async of(groupId) {
      const rows = await session.query(
        db.selectFrom('group_members').select('member_id').where('group_id', '=', groupId).orderBy('member_id'),
      );
      return rows.map((row) => row.member_id);
    },
  };
}

export function members(session: WriteSession): MemberReader & MemberWriter {
  const db = builders[session.dialect];
  return {
    ...memberReader(session),
    async add(groupId, memberIds) {
      await session.write(ADD_MEMBERS, memberIds.map((memberId) => [groupId, memberId]));
    },
    async remove(groupId, memberId) {
      const rows = await session.query(
        db.deleteFrom('group_members').where('group_id', '=', groupId).where('member_id', '=', memberId).returning('member_id'),
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
