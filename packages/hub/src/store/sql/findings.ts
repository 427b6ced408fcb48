import type { FindingReader, FindingRow, FindingWriter } from '../store.ts';
import { lastOfEach } from './batch-write.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const PUT_FINDINGS: BatchWrite = {
  kind: 'upsert', table: 'findings', keys: { device_id: 'text', connector_id: 'text', id: 'text' },
  values: { observed_at: 'bigint', body: 'text' },
};

export function findingReader(session: ReadSession): FindingReader {
  const db = builders[session.dialect];
  return {
    async ofDevices(deviceIds) {
      const rows = await session.query(
        db.selectFrom('findings').select('body').where(isOneOf(session.dialect, 'device_id', deviceIds))
          .orderBy('observed_at', 'desc').orderBy('connector_id').orderBy('id'),
      );
      return rows.map((row) => JSON.parse(row.body) as FindingRow);
    },
  };
}

export function findings(session: WriteSession): FindingReader & FindingWriter {
  return {
    ...findingReader(session),
    async put(rows) {
      const values = rows.map((row) => [row.deviceId, row.connectorId, row.id, row.observedAt, JSON.stringify(row)]);
      await session.write(PUT_FINDINGS, lastOfEach(values, 3));
    },
  };
}
