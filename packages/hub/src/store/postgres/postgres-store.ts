import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { StoreLog } from '../listeners.ts';
import { MIGRATIONS, migrate, NoSchema } from '../migrations/migrate.ts';
import { readersOn, transactionOn } from '../sql/assemble.ts';
import { CommitInDoubt, NoDatabase, StoreBusy } from '../store.ts';
import type { OutboxRow, Store } from '../store.ts';
import { toStoreError } from './errors.ts';
import { CHANNEL, OutboxTail } from './outbox-tail.ts';
import { openPool } from './pool.ts';
import { readSession } from './sessions.ts';
import { inTransaction } from './transactions.ts';

export interface PostgresSettings {
  /** `postgres://user:password@host:port/database`, with the options of libpq. */
  readonly url: string;
  /** Connections at most, beside the one that listens. Default 10. */
  readonly connections?: number | undefined;
  /** Whether the database may be empty. Default true. */
  readonly mayBeNew?: boolean | undefined;
  /** Hears of failures that no caller sees. */
  readonly log?: StoreLog | undefined;
}

/**
 * The store that several nodes share. `onCommitted` hears of every node's rows.
 *
 * @throws StoreBusy when the server cannot be used now.
 * @throws NoDatabase when the database is new and must not be
 */
export async function openPostgresStore({
  url,
  connections = 10,
  mayBeNew = true,
  log,
}: PostgresSettings): Promise<Store> {
  const pool = openPool(url, connections, log);
  try {
    await migrate((work) => inTransaction(pool, work), MIGRATIONS, mayBeNew);
    const node = randomUUID();
    const tail = new OutboxTail(readersOn(readSession(pool)).outbox, url, node, log);
    await tail.start();
    return storeOn(pool, tail, node);
  } catch (error) {
    await pool.end();
    throw error instanceof NoSchema
      ? new NoDatabase(`the PostgreSQL database ${new URL(url).pathname.slice(1)}`)
      : toStoreError(error);
  }
}

function storeOn(pool: Pool, tail: OutboxTail, node: string): Store {
  let closed = false;
  return {
    ...readersOn(readSession(pool)),
    async transaction(work) {
      if (closed) throw new StoreBusy('The database is closed.');
      let appended: OutboxRow[] = [];
      try {
        const result = await inTransaction(pool, async (session) => {
          appended = [];
          const ofWork = await work(transactionOn(session, (added) => appended.push(...added)));
          if (appended.length > 0) await session.run('select pg_notify($1, $2)', [CHANNEL, node]);
          return ofWork;
        });
        await tail.committed(appended);
        return result;
      } catch (error) {
        if (error instanceof CommitInDoubt) tail.doubt(appended);
        throw error;
      }
    },
    onCommitted: (listener) => tail.onCommitted(listener),
    behindForMs: () => tail.behindForMs(),
    async clock() {
      const {
        rows: [row],
      } = await pool
        .query<{ ms: string }>('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms')
        .catch((error: unknown) => {
          throw toStoreError(error);
        });
      return Number(row?.ms);
    },
    async close() {
      if (closed) return;
      closed = true;
      await tail.stop();
      await pool.end();
    },
  };
}
