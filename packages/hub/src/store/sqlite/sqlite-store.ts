import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { migrate } from '../migrations/migrate.ts';
import { readersOn, transactionOn } from '../sql/assemble.ts';
import type { OutboxRow, Store } from '../store.ts';
import { readSession, SqliteTransaction } from './sessions.ts';
import { DatabaseThread } from './thread.ts';
import { Turns } from '../turns.ts';

export interface SqliteSettings {
  /** Created, with its folder, if it is not there; readable only by this user. */
  readonly file: string;
  /** How long to wait for another program's lock before answering `StoreBusy`. Default 2,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Hears of failures that no caller sees. */
  readonly log?: { error(details: object, message: string): void } | undefined;
}

/**
 * The store on one machine: a file, a thread that writes, and a thread that reads. Only one process may use
 * the file at a time (`platform/instance-lock.ts`).
 *
 * @throws StoreBusy when the file cannot be opened or written now.
 */
export async function openSqliteStore({ file, busyTimeoutMs = 2000, log }: SqliteSettings): Promise<Store> {
  createFile(file);
  const writer = new DatabaseThread({ file, busyTimeoutMs, readOnly: false });
  const reader = new DatabaseThread({ file, busyTimeoutMs, readOnly: true });
  try {
    const store = storeOn(writer, reader, log);
    await store.prepare();
    return store;
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** The log and its index beside the file get the file's mode from SQLite. */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
}

function storeOn(writer: DatabaseThread, reader: DatabaseThread, log: SqliteSettings['log']): Store & { prepare(): Promise<void> } {
  const turns = new Turns();
  const listeners: ((rows: readonly OutboxRow[]) => void)[] = [];

  async function inTransaction<T>(work: (session: SqliteTransaction) => Promise<T>): Promise<T> {
    const session = new SqliteTransaction(await writer.connection());
    try {
      const result = await work(session);
      await session.commit();
      return result;
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }

  function tell(rows: readonly OutboxRow[]): void {
    if (rows.length === 0) return;
    for (const listener of listeners) {
      try {
        listener(rows);
      } catch (error) {
        log?.error({ err: error }, 'a listener of the outbox failed');
      }
    }
  }

  return {
    ...readersOn(readSession(reader)),
    prepare: () => migrate(inTransaction),
    transaction: (work) => turns.take(async () => {
      const appended: (readonly OutboxRow[])[] = [];
      const result = await inTransaction((session) => work(transactionOn(session, (rows) => appended.push(rows))));
      tell(appended.flat());
      return result;
    }),
    onCommitted(listener) {
      listeners.push(listener);
    },
    async close() {
      // The writer last: the last connection to leave moves the log into the file and removes it.
      await turns.take(async () => {
        await reader.close();
        await writer.close();
      });
    },
  };
}
