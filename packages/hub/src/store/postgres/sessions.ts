import type { Compilable } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { keyOf, postgresText } from '../sql/batch-write.ts';
import type { BatchWrite, SqlValue } from '../sql/batch-write.ts';
import { transactionEnded } from '../sql/session.ts';
import type { Lock, ReadSession, WriteSession } from '../sql/session.ts';
import { toStoreError } from './errors.ts';

/** Advisory locks are numbered; the first number keeps ours apart from those of others in the same database. */
const LOCK_CLASS = 0x5a11;
const LOCK_NUMBER: Readonly<Record<Lock, number>> = { schema: 1, devices: 2, outbox: 3, inventory: 4, documents: 5 };

export function readSession(pool: Pool): ReadSession {
  return {
    dialect: 'postgres',
    async query<Row>(query: Compilable<Row>) {
      const { sql, parameters } = query.compile();
      try {
        return (await pool.query(sql, [...parameters])).rows as Row[];
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}

/** One transaction, at READ COMMITTED: each statement sees what others have committed before it. */
export class PostgresTransaction implements WriteSession {
  readonly dialect = 'postgres';
  readonly #client: PoolClient;
  #failure: unknown;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** @throws the first error: PostgreSQL turns the commit of a failed transaction into a rollback without a word. */
  checkUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Its connection goes to others. */
  end(): void {
    this.#failure ??= transactionEnded();
  }

  async query<Row>(query: Compilable<Row>): Promise<readonly Row[]> {
    const { sql, parameters } = query.compile();
    return await this.run<Row>(sql, [...parameters]);
  }

  async execute(query: Compilable): Promise<void> {
    await this.query(query);
  }

  async write(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    if (rows.length > 0) await this.run(postgresText(write), columnsOf(rows));
  }

  async insertNew(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<readonly boolean[]> {
    if (rows.length === 0) return [];
    const keys = Object.keys(write.keys);
    const inserted = await this.run<Record<string, SqlValue>>(
      `${postgresText(write)} returning ${keys.map((key) => `"${key}"`).join(', ')}`,
      columnsOf(rows),
    );
    const fresh = new Set(
      inserted.map((row) =>
        keyOf(
          keys.map((key) => row[key] ?? null),
          keys.length,
        ),
      ),
    );
    // `delete` answers true once: the second of the same is a repetition.
    return rows.map((row) => fresh.delete(keyOf(row, keys.length)));
  }

  async lock(what: Lock, mode: 'shared' | 'exclusive'): Promise<void> {
    const suffix = mode === 'shared' ? '_shared' : '';
    await this.run(`select pg_advisory_xact_lock${suffix}($1, $2)`, [LOCK_CLASS, LOCK_NUMBER[what]]);
  }

  /** In the order of their ids, so that two transactions cannot wait for each other here. */
  async lockDevices(ids: readonly string[]): Promise<void> {
    if (ids.length > 0)
      await this.run('select from devices where id = any($1::text[]) order by id for no key update', [ids]);
  }

  /** One after the other, in the order of the calls: callers may ask several things at once. */
  run<Row>(text: string, values: unknown[]): Promise<Row[]> {
    const result = this.#last.then(() => this.#query<Row>(text, values));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    this.checkUsable();
    try {
      return (await this.#client.query(text, values)).rows as Row[];
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }
}

/** Rows turned into one array a column, as `unnest` takes them. */
function columnsOf(rows: readonly (readonly SqlValue[])[]): SqlValue[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
}
