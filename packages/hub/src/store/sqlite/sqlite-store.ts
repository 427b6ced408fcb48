import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Listeners } from '../listeners.ts';
import type { StoreLog } from '../listeners.ts';
import { migrate } from '../migrations/migrate.ts';
import { readersOn, transactionOn } from '../sql/assemble.ts';
import { CommitInDoubt } from '../store.ts';
import type { OutboxReader, OutboxRow, Store } from '../store.ts';
import { readSession, SqliteTransaction } from './sessions.ts';
import { DatabaseThread } from './thread.ts';
import { Turns } from '../turns.ts';

export interface SqliteSettings {
  /** Created, with its folder, if it is not there; readable only by this user. */
  readonly file: string;
  /** How long to wait for another program's lock before answering `StoreBusy`. Default 2,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Hears of failures that no caller sees. */
  readonly log?: StoreLog | undefined;
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
    // A thread takes a while to start, which is not for the first who asks to wait for; that one is told if it failed.
    reader.connection().catch(() => undefined);
    await migrate((work) => inTransaction(writer, work));
    return storeOn(writer, reader, log);
  } catch (error) {
    await reader.close();
    await writer.close();
    throw error;
  }
}

/** The log and its index beside the file get the file's mode from SQLite. */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
}

/** @param isKept is asked when the thread ended in the middle of the commit */
async function inTransaction<T>(
  writer: DatabaseThread, work: (session: SqliteTransaction) => Promise<T>, isKept: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<T> {
  const session = new SqliteTransaction(await writer.connection());
  try {
    const result = await work(session);
    await session.commit().catch(async (error: unknown) => {
      if (!(error instanceof CommitInDoubt) || !(await isKept())) throw error;
    });
    return result;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

/** Whether the transaction that appended these rows was kept: no other can have come after it. */
async function areKept(outbox: OutboxReader, appended: readonly OutboxRow[]): Promise<boolean> {
  const last = appended.at(-1)?.seq;
  return last !== undefined && (await outbox.after(last - 1, 1)).length > 0;
}

function storeOn(writer: DatabaseThread, reader: DatabaseThread, log: StoreLog | undefined): Store {
  const turns = new Turns();
  const listeners = new Listeners(log);
  const readers = readersOn(readSession(reader));
  /** Of the outbox; asked for again after a transaction that failed. */
  let last: number | undefined;

  return {
    ...readers,
    transaction: (work) => turns.take(async () => {
      const appended: OutboxRow[] = [];
      const known = last;
      last = undefined;
      const result = await inTransaction(writer, (session) => work(transactionOn(session, (rows) => appended.push(...rows), known)), () => areKept(readers.outbox, appended));
      last = appended.at(-1)?.seq ?? known;
      listeners.tell(appended);
      return result;
    }),
    onCommitted: (listener) => listeners.add(listener),
    behindForMs: () => 0,
    async close() {
      // The writer last: the last connection to leave moves the log into the file and removes it.
      await turns.take(async () => {
        await reader.close();
        await writer.close();
      });
    },
  };
}
