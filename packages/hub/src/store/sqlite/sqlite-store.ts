import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Listeners } from '../listeners.ts';
import type { StoreLog } from '../listeners.ts';
import { MIGRATIONS, migrate, NoSchema } from '../migrations/migrate.ts';
import { readersOn, transactionOn } from '../sql/assemble.ts';
import { CommitInDoubt, DatabaseFileLost, NoDatabase } from '../store.ts';
import type { OutboxReader, OutboxRow, Store } from '../store.ts';
import type { OpenedFile } from './file-guard.ts';
import { readSession, SqliteTransaction } from './sessions.ts';
import { DatabaseThread } from './thread.ts';
import { Turns } from '../turns.ts';

export interface SqliteSettings {
  /** Created, with its folder, if it is not there; readable only by this user. */
  readonly file: string;
  /** How long to wait for another program's lock before answering `StoreBusy`. Default 2,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Whether `file` may be empty or not there yet. Default true. */
  readonly mayBeNew?: boolean | undefined;
  /** Hears of failures that no caller sees. */
  readonly log?: StoreLog | undefined;
}

/**
 * The store on one machine: a file, a thread that writes, and a thread that reads. Only one process may use
 * the file at a time (`platform/instance-lock.ts`).
 *
 * @throws StoreBusy when the file cannot be opened or written now.
 * @throws NoDatabase when it is new and must not be
 */
export async function openSqliteStore({
  file,
  busyTimeoutMs = 2000,
  mayBeNew = true,
  log,
}: SqliteSettings): Promise<Store> {
  if (!mayBeNew && (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) throw new NoDatabase(file);
  const opened = openFile(file);
  const writer = new DatabaseThread({ file, busyTimeoutMs, opened, readOnly: false });
  const reader = new DatabaseThread({ file, busyTimeoutMs, opened, readOnly: true });
  try {
    // A thread takes a while to start, which is not for the first who asks to wait for; that one is told if it failed.
    reader.connection().catch(() => undefined);
    await migrate((work) => inTransaction(writer, work), MIGRATIONS, mayBeNew);
    // From the start the file by itself is a database of ours, and holds what an unclean end left in the log.
    await (await writer.connection()).request({
      transaction: null,
      operations: [{ kind: 'query', sql: 'pragma wal_checkpoint(passive)', parameters: [] }],
      end: null,
    });
    return storeOn(writer, reader, () => closeSync(opened.descriptor), log);
  } catch (error) {
    await reader.close();
    await writer.close();
    closeSync(opened.descriptor);
    throw error instanceof NoSchema ? new NoDatabase(file) : error;
  }
}

/** The log and its index beside the file get the file's mode from SQLite. */
function openFile(file: string): OpenedFile {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a+', 0o600);
  const { dev, ino } = fstatSync(descriptor);
  return { descriptor, dev, ino };
}

/** @param isKept is asked when the thread ended in the middle of the commit */
async function inTransaction<T>(
  writer: DatabaseThread,
  work: (session: SqliteTransaction) => Promise<T>,
  isKept: () => Promise<boolean> = () => Promise.resolve(false),
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

function storeOn(
  writer: DatabaseThread,
  reader: DatabaseThread,
  closeFile: () => void,
  log: StoreLog | undefined,
): Store {
  const turns = new Turns();
  const listeners = new Listeners(log);
  const readers = readersOn(readSession(reader));
  /** Of the outbox; asked for again after a transaction that failed. */
  let last: number | undefined;
  /** Since when the file has not been the one that was opened, by `performance.now()`. */
  let lostSince: number | undefined;
  let closed = false;

  return {
    ...readers,
    transaction: (work) =>
      turns.take(async () => {
        const appended: OutboxRow[] = [];
        const known = last;
        last = undefined;
        const result = await inTransaction(
          writer,
          (session) => work(transactionOn(session, (rows) => appended.push(...rows), known)),
          () => areKept(readers.outbox, appended),
        ).catch((error: unknown) => {
          if (error instanceof DatabaseFileLost) lostSince ??= performance.now();
          throw error;
        });
        lostSince = undefined;
        last = appended.at(-1)?.seq ?? known;
        listeners.tell(appended);
        return result;
      }),
    onCommitted: (listener) => listeners.add(listener),
    behindForMs: () => (lostSince === undefined ? 0 : performance.now() - lostSince),
    clock: () => Promise.resolve(undefined),
    async close() {
      // The writer last: the last connection to leave moves the log into the file and removes it.
      await turns.take(async () => {
        if (closed) return;
        closed = true;
        await reader.close();
        await writer.close();
        // Last of all: closing any descriptor of the file ends SQLite's locks on it.
        closeFile();
      });
    },
  };
}
