import type { AuditReader, AuditRow, AuditWriter } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const APPEND_AUDIT: BatchWrite = {
  kind: 'insertNew',
  table: 'audit',
  keys: { id: 'text' },
  values: {
    at: 'bigint',
    actor: 'text',
    operation: 'text',
    resource_type: 'text',
    resource_id: 'text',
    changes: 'text',
  },
};

export function auditReader(session: ReadSession): AuditReader {
  return {
    async list(limit, offset) {
      const rows = await session.query(
        builders[session.dialect]
          .selectFrom('audit')
          .selectAll()
          .orderBy('at', 'desc')
          .orderBy('seq', 'desc')
          .limit(limit)
          .offset(offset),
      );
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        actor: row.actor,
        operation: row.operation,
        resourceType: row.resource_type,
        resourceId: row.resource_id,
        changes: JSON.parse(row.changes) as AuditRow['changes'],
      }));
    },
  };
}

export function audit(session: WriteSession): AuditReader & AuditWriter {
  return {
    ...auditReader(session),
    async append(rows) {
      await session.write(
        APPEND_AUDIT,
        rows.map((row) => [
          row.id,
          row.at,
          row.actor,
          row.operation,
          row.resourceType,
          row.resourceId,
          JSON.stringify(row.changes),
        ]),
      );
    },
  };
}
