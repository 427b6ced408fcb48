import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DeviceKey, Signal } from '@sallyport/core';
import type { ReportReader, ReportStatus, ReportWriter, StoredReport } from '../store.ts';
import type { BatchWrite, SqlValue } from './batch-write.ts';
import { foldKey } from './fold.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';
import type { Tables } from './tables.ts';

const REPORT_KEYS = { connector_id: 'text', report_id: 'text' } as const;

const ADD_REPORTS: BatchWrite = {
  kind: 'insertNew',
  table: 'reports',
  keys: REPORT_KEYS,
  values: {
    format: 'text',
    raw: 'text',
    observed_at: 'bigint',
    received_at: 'bigint',
    status: 'text',
    device_id: 'text',
  },
};

const SETTLE_REPORTS: BatchWrite = {
  kind: 'update',
  table: 'reports',
  keys: REPORT_KEYS,
  values: { status: 'text', device_id: 'text', flag: 'text', signal: 'text' },
};

const FORGET_WAITING_KEYS: BatchWrite = { kind: 'delete', table: 'waiting_keys', keys: REPORT_KEYS, values: {} };

const ADD_WAITING_KEYS: BatchWrite = {
  kind: 'insertNew',
  table: 'waiting_keys',
  keys: { key: 'text', ...REPORT_KEYS },
  values: {},
};

const isWaiting = (status: string): boolean => status === 'unmatched' || status === 'ambiguous';

export function reportReader(session: ReadSession): ReportReader {
  const db = builders[session.dialect];
  const all = () => db.selectFrom('reports').selectAll('reports');
  const waiting = () => all().where('status', 'in', ['unmatched', 'ambiguous']);
  return {
    async get(connectorId, reportId) {
      const [row] = await session.query(
        all().where('connector_id', '=', connectorId).where('report_id', '=', reportId),
      );
      return row && toReport(row);
    },
    async ofDevice(deviceId, limit, beforeSeq = Number.MAX_SAFE_INTEGER) {
      const rows = await session.query(
        all().where('device_id', '=', deviceId).where('seq', '<', beforeSeq).orderBy('seq', 'desc').limit(limit),
      );
      return rows.map(toReport);
    },
    async waiting(limit, afterSeq = 0) {
      return (await session.query(waiting().where('seq', '>', afterSeq).orderBy('seq').limit(limit))).map(toReport);
    },
    async waitingFor(keys, after) {
      const names = keys.flatMap((key) => nameOfKey(key) ?? []);
      const carriers = db
        .selectFrom('waiting_keys')
        .select(['connector_id', 'report_id'])
        .where(isOneOf(session.dialect, 'key', names));
      const rows = await session.query(
        waiting()
          .where((eb) =>
            eb(eb.refTuple('connector_id', 'report_id'), 'in', carriers.$asTuple('connector_id', 'report_id')),
          )
          .$if(after !== undefined, (query) => query.where('observed_at', '>', after as number))
          .orderBy('seq'),
      );
      return rows.map(toReport);
    },
    async count() {
      const [row] = await session.query(db.selectFrom('reports').select((eb) => eb.fn.countAll<number>().as('count')));
      return row?.count ?? 0;
    },
    async countWaiting() {
      const rows = await session.query(
        db
          .selectFrom('reports')
          .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
          .where('status', 'in', ['unmatched', 'ambiguous'])
          .groupBy('status'),
      );
      const countOf = (status: ReportStatus): number => rows.find((row) => row.status === status)?.count ?? 0;
      return new Map([
        ['unmatched' as const, countOf('unmatched')],
        ['ambiguous' as const, countOf('ambiguous')],
      ]);
    },
    async replay(afterSeq, limit) {
      return (await session.query(all().where('seq', '>', afterSeq).orderBy('seq').limit(limit))).map(toReport);
    },
  };
}

export function reports(session: WriteSession): ReportReader & ReportWriter {
  /**
   * Added in this transaction and not waiting since: they have no keys that would have to be looked for and forgotten.
   * With the device that each is kept as accepted for, without a flag.
   */
  const added = new Map<string, string | null>();
  return {
    ...reportReader(session),
    async add(rows) {
      const fresh = await session.insertNew(
        ADD_REPORTS,
        rows.map((row) => [
          row.connectorId,
          row.reportId,
          row.format,
          row.raw,
          row.observedAt,
          row.receivedAt,
          'accepted',
          row.deviceId ?? null,
        ]),
      );
      for (const [i, row] of rows.entries()) if (fresh[i] === true) added.set(nameOf(row), row.deviceId ?? null);
      return fresh;
    },
    async settle(all) {
      // Of several words about one report the last counts.
      const last = new Map(all.map((row) => [nameOf(row), row]));
      const rows = [...last].flatMap(([name, row]) => (isPlain(row) && added.get(name) === row.deviceId ? [] : [row]));
      const settled = rows.map((row) => [
        row.connectorId,
        row.reportId,
        row.status,
        row.deviceId,
        row.flag,
        isWaiting(row.status) && row.signal ? JSON.stringify(row.signal) : null,
      ]);
      await session.write(SETTLE_REPORTS, settled);
      await session.write(
        FORGET_WAITING_KEYS,
        rows.filter((row) => !added.has(nameOf(row))).map((row) => [row.connectorId, row.reportId]),
      );
      await session.write(ADD_WAITING_KEYS, rows.flatMap(waitingKeysOf));
      for (const row of rows) {
        const name = nameOf(row);
        if (isWaiting(row.status)) added.delete(name);
        else if (added.has(name)) added.set(name, isPlain(row) ? row.deviceId : null);
      }
    },
    async retire(connectorId, as, limit) {
      const db = builders[session.dialect];
      await session.execute(db.deleteFrom('waiting_keys').where('connector_id', '=', connectorId));
      const some = db.selectFrom('reports').select('seq').where('connector_id', '=', connectorId).limit(limit);
      const retired = await session.query(
        db
          .updateTable('reports')
          .where('seq', 'in', some)
          .set((eb) => ({
            connector_id: as,
            signal: null,
            status: eb
              .case()
              .when('status', 'in', ['unmatched', 'ambiguous'])
              .then(sql.lit<ReportStatus>('late'))
              .else(eb.ref('status'))
              .end(),
          }))
          .returning('seq'),
      );
      return retired.length;
    },
  };
}

/** What `add` can say at once. */
function isPlain({ status, deviceId, flag }: Parameters<ReportWriter['settle']>[0][number]): boolean {
  return status === 'accepted' && deviceId !== null && flag === null;
}

function nameOf({ connectorId, reportId }: { readonly connectorId: string; readonly reportId: string }): string {
  return `${connectorId}\u0000${reportId}`;
}

function waitingKeysOf({
  connectorId,
  reportId,
  status,
  signal,
}: Parameters<ReportWriter['settle']>[0][number]): SqlValue[][] {
  if (!isWaiting(status) || !signal) return [];
  return signal.keys.flatMap((key) => {
    const name = nameOfKey(key);
    return name === null ? [] : [[name, connectorId, reportId]];
  });
}

function nameOfKey({ type, value }: DeviceKey): string | null {
  const key = foldKey(value, type);
  return key === null ? null : `${type} ${key}`;
}

function toReport(row: Selectable<Tables['reports']>): StoredReport {
  return {
    seq: row.seq,
    connectorId: row.connector_id,
    reportId: row.report_id,
    format: row.format,
    raw: row.raw,
    observedAt: row.observed_at,
    receivedAt: row.received_at,
    deviceId: row.device_id,
    status: row.status,
    flag: row.flag,
    signal: row.signal === null ? null : (JSON.parse(row.signal) as Signal),
  };
}
