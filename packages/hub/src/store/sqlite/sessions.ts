import type { Compilable } from 'kysely';
import { sqliteText } from '../sql/batch-write.ts';
import type { BatchWrite, SqlValue } from '../sql/batch-write.ts';
import { transactionEnded } from '../sql/session.ts';
import type { ReadSession, WriteSession } from '../sql/session.ts';
import { CommitInDoubt } from '../store.ts';
import { flatten } from './protocol.ts';
import type { Operation, OperationResult, RowsResult } from './protocol.ts';
import type { Connection, DatabaseThread } from './thread.ts';

/** Values that wait on this side at most, so that a large import does not pile up here. */
const MOST_PENDING = 100_000;

export function readSession(thread: DatabaseThread): ReadSession {
  return {
    dialect: 'sqlite',
    async query<Row>(query: Compilable<Row>) {
      const connection = await thread.connection();
      const [result] = await connection.request({ transaction: null, operations: [queryOperation(query)], end: null });
      return rowsOf<Row>(result);
    },
  };
}

/**
 * A transaction on the writing thread. Each message is a wait for the main thread's next free moment, so there
 * are as few as can be: what needs no answer travels with the next question or with the commit, and the
 * beginning with the first of them. An error of such a write therefore shows later, at the latest at the
 * commit; it undoes the transaction all the same.
 */
export class SqliteTransaction implements WriteSession {
  readonly dialect = 'sqlite';
  readonly #connection: Connection;
  #pending: Operation[] = [];
  #pendingValues = 0;
  #begun = false;
  #ended = false;
  #failure: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async query<Row>(query: Compilable<Row>): Promise<readonly Row[]> {
    return rowsOf<Row>(await this.#ask(queryOperation(query)));
  }

  async execute(query: Compilable): Promise<void> {
    const { sql, parameters } = query.compile();
    await this.#later({ kind: 'each', sql, width: parameters.length, values: parameters as SqlValue[], count: false });
  }

  async write(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    if (rows.length > 0) await this.#later(eachOperation(write, rows, false));
  }

  async insertNew(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<readonly boolean[]> {
    if (rows.length === 0) return [];
    const result = await this.#ask(eachOperation(write, rows, true));
    if (!result || !('changes' in result)) throw new Error('The database thread gave no count of changes.');
    return Array.from(result.changes, (count) => count > 0);
  }

  /** There is one writer, and it is this one. */
  async lock(): Promise<void> {}
  async lockDevices(): Promise<void> {}

  /** @throws CommitInDoubt when the thread ended before it answered. */
  async commit(): Promise<void> {
    // A caller may have caught the error of a statement; what it belonged to is undone already.
    if (this.#failure !== undefined) throw this.#failure;
    try {
      if (this.#begun || this.#pending.length > 0) await this.#send([], 'commit');
    } catch (error) {
      throw this.#connection.usable ? error : new CommitInDoubt(error);
    }
    this.#ended = true;
  }

  /** Never throws: where this cannot be said, the connection has failed and took the transaction with it. */
  async rollback(): Promise<void> {
    this.#ended = true;
    this.#pending = [];
    if (!this.#begun || this.#failure !== undefined) return;
    await this.#connection.request({ transaction: 'inside', operations: [], end: 'rollback' }).catch(() => {});
  }

  async #later(operation: Extract<Operation, { kind: 'each' }>): Promise<void> {
    this.#checkUsable();
    this.#pending.push(operation);
    this.#pendingValues += operation.values.length;
    if (this.#pendingValues > MOST_PENDING) await this.#send([], null);
  }

  async #ask(operation: Operation): Promise<OperationResult> {
    return (await this.#send([operation], null)).at(-1) ?? null;
  }

  async #send(operations: readonly Operation[], end: 'commit' | null): Promise<readonly OperationResult[]> {
    this.#checkUsable();
    const transaction = this.#begun ? 'inside' : 'begin';
    const all = [...this.#pending, ...operations];
    this.#begun = true;
    this.#pending = [];
    this.#pendingValues = 0;
    try {
      return await this.#connection.request({ transaction, operations: all, end });
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  #checkUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) throw transactionEnded();
  }
}

function queryOperation(query: Compilable): Operation {
  const { sql, parameters } = query.compile();
  return { kind: 'query', sql, parameters: parameters as SqlValue[] };
}

function eachOperation(
  write: BatchWrite,
  rows: readonly (readonly SqlValue[])[],
  count: boolean,
): Extract<Operation, { kind: 'each' }> {
  return { kind: 'each', sql: sqliteText(write), width: rows[0]?.length ?? 0, values: flatten(rows), count };
}

function rowsOf<Row>(result: OperationResult | undefined): readonly Row[] {
  const { columns, values } = result as RowsResult;
  const rows = new Array<Row>(values.length / columns.length);
  for (let i = 0, at = 0; i < rows.length; i += 1) {
    const row: Record<string, SqlValue> = {};
    for (const column of columns) row[column] = values[at++] ?? null;
    rows[i] = row as Row;
  }
  return rows;
}
