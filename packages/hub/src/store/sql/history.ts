import type { HistoryReader, HistoryRow, HistoryWriter, StoredHistory } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const APPEND: BatchWrite = {
  kind: 'append',
  table: 'device_history',
  keys: {},
  values: { device_id: 'text', at: 'bigint', body: 'text' },
};

/** Most rows that one `prune` looks at, so that it never holds the database for long. */
const PRUNED_AT_ONCE = 50_000;

export function historyReader(session: ReadSession): HistoryReader {
  return {
    async ofDevice(deviceId, limit, beforeSeq = Number.MAX_SAFE_INTEGER) {
      const rows = await session.query(
        builders[session.dialect]
          .selectFrom('device_history')
          .selectAll()
          .where('device_id', '=', deviceId)
          .where('seq', '<', beforeSeq)
          .orderBy('seq', 'desc')
          .limit(limit),
      );
      return rows.map(
        (row): StoredHistory => ({
          seq: row.seq,
          deviceId: row.device_id,
          at: row.at,
          event: JSON.parse(row.body) as HistoryRow['event'],
        }),
      );
    },
  };
}

export function history(session: WriteSession): HistoryReader & HistoryWriter {
  const db = builders[session.dialect];
  return {
    ...historyReader(session),
    async append(rows) {
      await session.write(
        APPEND,
        rows.map((row) => [row.deviceId, row.at, JSON.stringify(row.event)]),
      );
    },
    async prune(before) {
      // The oldest come first, so there is nothing to find behind the first that is young enough.
      const [oldest] = await session.query(db.selectFrom('device_history').select('seq').orderBy('seq').limit(1));
      if (oldest === undefined) return 0;
      const gone = await session.query(
        db
          .deleteFrom('device_history')
          .where('seq', '<', oldest.seq + PRUNED_AT_ONCE)
          .where('at', '<', before)
          .returning('seq'),
      );
      return gone.length;
    },
  };
}
