import type { Selectable } from 'kysely';
import type { OutboxReader, OutboxRow, OutboxWriter } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';
import type { Tables } from './tables.ts';

/** What `prune` always leaves, so that a door that was away for a moment can resume. */
const KEPT = 10_000;

const APPEND_OUTBOX: BatchWrite = {
  kind: 'insertNew',
  table: 'outbox',
  keys: { seq: 'bigint' },
  values: { kind: 'text', subject: 'text', at: 'bigint', payload: 'text' },
};

export function outboxReader(session: ReadSession): OutboxReader {
  const db = builders[session.dialect];
  return {
    async after(seq, limit) {
      return (
        await session.query(db.selectFrom('outbox').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit))
      ).map(toRow);
    },
    async range() {
      // Each end on its own: asked for both at once, SQLite reads everything between them.
      const end = (which: 'asc' | 'desc') => db.selectFrom('outbox').select('seq').orderBy('seq', which).limit(1);
      const [row] = await session.query(db.selectNoFrom([end('asc').as('first'), end('desc').as('last')]));
      return { first: row?.first ?? 0, last: row?.last ?? 0 };
    },
  };
}

/**
 * @param appended hears of every row of the transaction, for telling the listeners after its commit
 * @param last number in the outbox, where that is known and nobody else can append
 */
export function outbox(
  session: WriteSession,
  appended: (rows: readonly OutboxRow[]) => void,
  last?: number,
): OutboxReader & OutboxWriter {
  const db = builders[session.dialect];
  const reader = outboxReader(session);
  let lastOfOthers = last === undefined ? undefined : Promise.resolve(last);
  let ours = 0;

  /**
   * Who appends next waits in `lock` until this transaction has ended, so that who reads `after(seq)` never sees
   * a number before a smaller one. A number may be given again after a rollback: nobody has seen it.
   */
  async function holdTheEnd(): Promise<number> {
    await session.lock('outbox', 'exclusive');
    return (await reader.range()).last;
  }

  return {
    ...reader,
    async append(rows) {
      if (rows.length === 0) return [];
      const last = await (lastOfOthers ??= holdTheEnd());
      const first = last + ours + 1;
      ours += rows.length;
      const numbered = rows.map((row, i) => ({ ...row, seq: first + i }));
      await session.write(
        APPEND_OUTBOX,
        numbered.map((row) => [row.seq, row.kind, row.subject, row.at, JSON.stringify(row.payload)]),
      );
      appended(numbered);
      return numbered;
    },
    async prune(before) {
      const { last: newest } = await reader.range();
      const [end] = await session.query(
        db
          .selectFrom('outbox')
          .select('seq')
          .where('at', '<', before)
          .where('seq', '<=', newest - KEPT)
          .orderBy('seq', 'desc')
          .limit(1),
      );
      if (end === undefined) return 0;
      return (await session.query(db.deleteFrom('outbox').where('seq', '<=', end.seq).returning('seq'))).length;
    },
  };
}

function toRow(row: Selectable<Tables['outbox']>): OutboxRow {
  return {
    seq: row.seq,
    kind: row.kind,
    subject: row.subject,
    at: row.at,
    payload: JSON.parse(row.payload) as Record<string, unknown>,
  };
}
