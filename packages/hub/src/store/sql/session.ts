import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Compilable, RawBuilder } from 'kysely';
import type { BatchWrite, SqlValue } from './batch-write.ts';
import type { Tables } from './tables.ts';

export type Dialect = 'sqlite' | 'postgres';

/** A connection to one of the databases, as far as the queries in this folder see it. */
export interface ReadSession {
  readonly dialect: Dialect;
  query<Row>(query: Compilable<Row>): Promise<readonly Row[]>;
}

/** One transaction. What answers nothing may be sent together with what comes next, at the latest with the commit. */
export interface WriteSession extends ReadSession {
  /** A statement whose answer nobody needs. */
  execute(query: Compilable): Promise<void>;
  write(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<void>;
  /** For `insertNew`: answers, in order, whether each row was new; a repetition inside the batch is not. */
  insertNew(write: BatchWrite, rows: readonly (readonly SqlValue[])[]): Promise<readonly boolean[]>;
  /**
   * Waits until no other transaction holds the lock, then holds it until the end of this one. A database with
   * one writer at a time does nothing here.
   */
  lock(what: Lock, mode: 'shared' | 'exclusive'): Promise<void>;
  /** Holds these devices, with all that hangs on them, until the end of the transaction. */
  lockDevices(ids: readonly string[]): Promise<void>;
}

/**
 * `documents`: the right to change documents that are checked against each other; taken before all others.
 * `devices`: which keys name which devices; shared to look a key up, exclusive to change it, so that a report
 * and the device it waits for cannot miss each other.
 * `outbox`: the right to append; held until the commit, so that numbers become visible in their order.
 * `inventory`: the right to change inventories of apps and certificates; taken after `devices`. Held until the
 * commit, so that numbers of changes become visible in their order.
 * `schema`: the right to change the tables.
 */
export type Lock = 'documents' | 'devices' | 'outbox' | 'inventory' | 'schema';

export function transactionEnded(): Error {
  return new Error('This transaction has ended: a transaction is used only until its work returns.');
}

/** Builds queries and runs none. */
export const builders: Readonly<Record<Dialect, Kysely<Tables>>> = {
  sqlite: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
};

/** `column in (values)` with one parameter, whatever the number of values, so that the statement stays prepared. */
export function isOneOf(dialect: Dialect, column: string, values: readonly string[]): RawBuilder<boolean> {
  return dialect === 'sqlite'
    ? sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
    : sql<boolean>`${sql.ref(column)} = any(${values}::text[])`;
}

/** As `isOneOf`, for numbers. */
export function isOneOfNumbers(dialect: Dialect, column: string, values: readonly number[]): RawBuilder<boolean> {
  return dialect === 'sqlite'
    ? sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
    : sql<boolean>`${sql.ref(column)} = any(${values}::bigint[])`;
}

/** Rows of whole numbers as a table `v` with the given columns, in one parameter or a few. */
export function numberRows(
  dialect: Dialect,
  columns: readonly string[],
  rows: readonly (readonly number[])[],
): RawBuilder<unknown> {
  if (dialect === 'sqlite') {
    const picked = columns.map((name, i) => sql`json_extract(value, ${sql.lit(`$[${i}]`)}) as ${sql.ref(name)}`);
    return sql`(select ${sql.join(picked)} from json_each(${JSON.stringify(rows)})) as v`;
  }
  const arrays = columns.map((_, i) => sql`${rows.map((row) => row[i])}::bigint[]`);
  return sql`unnest(${sql.join(arrays)}) as v(${sql.join(columns.map((name) => sql.ref(name)))})`;
}
