import { sql } from 'kysely';
import type { FindingQuery, FindingReader, FindingRow, FindingWriter } from '../store.ts';
import { lastOfEach } from './batch-write.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const PUT_FINDINGS: BatchWrite = {
  kind: 'upsert',
  table: 'findings',
  keys: { device_id: 'text', connector_id: 'text', id: 'text' },
  values: { observed_at: 'bigint', state: 'text', severity: 'text', category: 'text', body: 'text' },
};

/** The order of `query`; all of it descending, so that one comparison of rows finds the next page. */
const ORDER = ['observed_at', 'device_id', 'connector_id', 'id'] as const;

export function findingReader(session: ReadSession): FindingReader {
  const db = builders[session.dialect];
  return {
    async ofDevices(deviceIds) {
      const rows = await session.query(
        db
          .selectFrom('findings')
          .select('body')
          .where(isOneOf(session.dialect, 'device_id', deviceIds))
          .orderBy('observed_at', 'desc')
          .orderBy('connector_id')
          .orderBy('id'),
      );
      return rows.map((row) => JSON.parse(row.body) as FindingRow);
    },
    async withoutCategory(limit) {
      const rows = await session.query(
        db
          .selectFrom('findings')
          .select('body')
          .where('category', '=', 'unclassified')
          .where('body', 'not like', '%"category":%')
          .limit(limit),
      );
      return rows.map((row) => JSON.parse(row.body) as FindingRow);
    },
    async query({ state, severity, category, connectorId, deviceId, after, limit }: FindingQuery) {
      let found = db.selectFrom('findings').select('body');
      // Written out, not bound: only then is the index of open findings used.
      if (state !== undefined)
        found = found.where(state === 'open' ? sql<boolean>`state = 'open'` : sql<boolean>`state = 'resolved'`);
      if (severity !== undefined)
        found = severity === 'none' ? found.where('severity', 'is', null) : found.where('severity', '=', severity);
      if (category !== undefined)
        found =
          typeof category === 'string'
            ? found.where('category', '=', category)
            : found.where('category', 'in', category);
      if (connectorId !== undefined) found = found.where('connector_id', '=', connectorId);
      if (deviceId !== undefined) found = found.where('device_id', '=', deviceId);
      if (after !== undefined) {
        found = found.where((eb) =>
          eb(eb.refTuple(...ORDER), '<', eb.tuple(after.observedAt, after.deviceId, after.connectorId, after.id)),
        );
      }
      for (const column of ORDER) found = found.orderBy(column, 'desc');
      return (await session.query(found.limit(limit))).map((row) => JSON.parse(row.body) as FindingRow);
    },
  };
}

export function findings(session: WriteSession): FindingReader & FindingWriter {
  const put = async (rows: readonly FindingRow[]): Promise<void> => {
    const values = rows.map((row) => [
      row.deviceId,
      row.connectorId,
      row.id,
      row.observedAt,
      row.state,
      row.severity ?? null,
      row.category ?? 'unclassified',
      JSON.stringify(row),
    ]);
    await session.write(PUT_FINDINGS, lastOfEach(values, 3));
  };
  return {
    ...findingReader(session),
    put,
    async pullBack(limit, at) {
      const query = builders[session.dialect]
        .selectFrom('findings')
        .select('body')
        .where('observed_at', '>', limit)
        .limit(1_000);
      const ahead = (await session.query(query)).map((row) => JSON.parse(row.body) as FindingRow);
      await put(ahead.map((finding) => ({ ...finding, observedAt: at })));
      return ahead.length;
    },
  };
}
