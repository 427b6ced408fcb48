import type { HeartbeatReader, HeartbeatWriter } from '../store.ts';
import { builders } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

export function heartbeatReader(session: ReadSession): HeartbeatReader {
  return {
    async all() {
      const rows = await session.query(builders[session.dialect].selectFrom('heartbeats').selectAll());
      return new Map(rows.map((row) => [row.connector_id, row.at]));
    },
  };
}

export function heartbeats(session: WriteSession): HeartbeatReader & HeartbeatWriter {
  return {
    ...heartbeatReader(session),
    async set(connectorId, at) {
      await session.execute(
        builders[session.dialect]
          .insertInto('heartbeats')
          .values({ connector_id: connectorId, at })
          .onConflict((conflict) =>
            conflict.column('connector_id').doUpdateSet({ at }).where('heartbeats.at', '<', at),
          ),
      );
    },
    async pullBack(at) {
      const query = builders[session.dialect]
        .updateTable('heartbeats')
        .set({ at })
        .where('at', '>', at)
        .returning('connector_id');
      return (await session.query(query)).length;
    },
    async forget(connectorId) {
      await session.execute(builders[session.dialect].deleteFrom('heartbeats').where('connector_id', '=', connectorId));
    },
  };
}
