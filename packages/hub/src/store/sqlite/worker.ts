/**
 * The thread that owns one SQLite connection. It knows no table: it runs what it is sent, one request after
 * the other, so that waiting for the disk never holds up the main thread.
 */
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqlValue } from '../sql/batch-write.ts';
import { FileGuard, nextGeneration } from './file-guard.ts';
import type { FileLost } from './file-guard.ts';
import { flatten } from './protocol.ts';
import type { Answer, Operation, OperationResult, Request, ThreadError, ThreadSettings } from './protocol.ts';

/** Statements kept prepared. The store has a few dozen; more come only from filters that callers choose. */
const KEPT_STATEMENTS = 200;

/** The log is cut to this after a checkpoint, if a large transaction made it longer. */
const LOG_LIMIT = 134_217_728;
/**
 * With a quiet moment of this length the log is moved into the file, and under load this often, so that the file by
 * itself is never far behind: who copies only that still has a backup.
 */
const QUIET_MS = 1_000;
const CHECKPOINT_AT_LEAST_EVERY_MS = 5_000;

/**
 * FULL: the log is flushed at each commit, so that what was answered survives a power cut.
 * The log is moved into the file after 64 MiB instead of 4: pages that change often are then moved once for
 * many changes, which is worth a third of the throughput. Caches are in KiB.
 */
const WRITER_PRAGMAS = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma wal_autocheckpoint = 16384;
  pragma journal_size_limit = ${LOG_LIMIT};
  pragma cache_size = -131072;
  pragma temp_store = memory;
`;

/** Who reads a fleet from one end to the other has no use for a large cache of its own: the operating system has the file. */
const READER_PRAGMAS = 'pragma query_only = on; pragma cache_size = -8192';

const port = parentPort;
if (!port) throw new Error('worker.ts runs only as a worker thread');

const settings = workerData as ThreadSettings;
const database = open(settings);
const guard = new FileGuard(settings.file, LOG_LIMIT, settings.opened);
const statements = new Map<string, Prepared>();

interface Prepared {
  readonly statement: StatementSync;
  /** Of its rows; asked for once, for no table changes after the start. */
  columns?: readonly string[];
}

port.on('message', (message: readonly Request[] | 'close') => {
  if (message === 'close') {
    clearTimeout(checkpointTimer);
    statements.clear();
    database.close();
    port.close();
    return;
  }
  port.postMessage(message.map(answer));
});
let checkpointTimer: NodeJS.Timeout | undefined;
/** By `performance.now()`. As if long ago: the first tables are in the file soon. */
let checkpointedAt = performance.now() - CHECKPOINT_AT_LEAST_EVERY_MS + QUIET_MS;
// From its first day on no other file passes for this one.
if (!settings.readOnly && generation() === 0) checkpoint();
port.postMessage('open');

function open({ file, readOnly, busyTimeoutMs }: ThreadSettings): DatabaseSync {
  const opened = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  if (readOnly) {
    opened.exec(READER_PRAGMAS);
  } else {
    opened.exec(WRITER_PRAGMAS);
  }
  // The first question opens the log.
  opened.prepare('select count(*) from sqlite_schema').all();
  return opened;
}

function answer(request: Request): Answer {
  try {
    return { id: request.id, results: run(request) };
  } catch (error) {
    rollBack();
    return { id: request.id, error: toThreadError(error) };
  }
}

function run({ transaction, operations, end }: Request): OperationResult[] {
  if (transaction === 'begin') begin();
  else if (transaction === 'inside' && end !== 'rollback' && !database.isTransaction)
    throw new Error('the transaction was undone before');
  const results = operations.map(runOperation);
  if (end === 'commit') commit();
  if (end === 'rollback') rollBack();
  return results;
}

function begin(): void {
  guard.check();
  database.exec('begin immediate');
}

function commit(): void {
  database.exec('commit');
  guard.recordOwnWrite();
  scheduleCheckpoint();
}

function scheduleCheckpoint(): void {
  if (performance.now() - checkpointedAt > CHECKPOINT_AT_LEAST_EVERY_MS) return checkpoint();
  if (checkpointTimer === undefined) checkpointTimer = setTimeout(checkpoint, QUIET_MS);
  else checkpointTimer.refresh();
}

/**
 * Never waits for readers and never fails: what could not be moved is moved with the next one. The number of the
 * generation tells an older copy of the file from this one.
 */
function checkpoint(): void {
  clearTimeout(checkpointTimer);
  checkpointTimer = undefined;
  checkpointedAt = performance.now();
  try {
    if (database.isTransaction) return;
    guard.check();
    database.exec(`pragma user_version = ${nextGeneration(generation())}; pragma wal_checkpoint(passive)`);
    guard.recordOwnWrite();
  } catch {
    // A file that is lost, or a disk that is full, shows with the next transaction, which has a caller to tell.
  }
}

function generation(): number {
  return Number(database.prepare('pragma user_version').get()?.user_version ?? 0);
}

function runOperation(operation: Operation): OperationResult {
  const prepared = prepare(operation.sql);
  if (operation.kind === 'each') return runEach(prepared.statement, operation);
  const rows = prepared.statement.all(...operation.parameters) as unknown as SqlValue[][];
  return {
    columns: (prepared.columns ??= prepared.statement.columns().map(({ name }) => name)),
    values: flatten(rows),
  };
}

function runEach(
  statement: StatementSync,
  { width, values, count }: Extract<Operation, { kind: 'each' }>,
): OperationResult {
  const runs = width === 0 ? 1 : values.length / width;
  const changes = count ? new Uint8Array(runs) : null;
  for (let i = 0; i < runs; i += 1) {
    const result = statement.run(...values.slice(i * width, (i + 1) * width));
    if (changes) changes[i] = Math.min(Number(result.changes), 255);
  }
  return changes && { changes };
}

function prepare(sql: string): Prepared {
  let prepared = statements.get(sql);
  if (prepared) {
    statements.delete(sql);
  } else {
    prepared = { statement: database.prepare(sql) };
    prepared.statement.setReturnArrays(true);
    const [oldest] = statements.keys();
    if (statements.size >= KEPT_STATEMENTS && oldest !== undefined) statements.delete(oldest);
  }
  statements.set(sql, prepared);
  return prepared;
}

/** SQLite has already rolled back by itself after some errors, and a failed commit leaves the transaction open. */
function rollBack(): void {
  if (database.isTransaction) database.exec('rollback');
}

function toThreadError(error: unknown): ThreadError {
  const { message, errcode, fileLost } = error as { message?: string; errcode?: number } & Partial<FileLost>;
  return { message: message ?? String(error), errcode: errcode ?? null, fileLost };
}
