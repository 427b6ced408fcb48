import type { Tables } from './tables.ts';

/** Bytes are in an array of their own: a part of a larger one would travel between threads with all of it. */
export type SqlValue = string | number | null | Uint8Array;

type Columns = Readonly<Record<string, 'text' | 'bigint' | 'bytea'>>;

/**
 * One write of many rows. Each database makes of it what it does fastest: SQLite a prepared statement in a
 * loop, PostgreSQL one statement over arrays. A row has the values of `keys`, then those of `values`.
 */
export interface BatchWrite {
  /**
   * `insertNew` leaves rows alone whose keys are there already; `upsert` replaces them; `update` and `delete`
   * skip rows that are not there. `append` is for rows without keys, which the database numbers. For `upsert` and `update` the keys of a batch must differ from each other.
   */
  readonly kind: 'insertNew' | 'upsert' | 'append' | 'update' | 'delete';
  readonly table: keyof Tables;
  readonly keys: Columns;
  readonly values: Columns;
}

const quoted = (name: string): string => `"${name}"`;

/** The statement for one row. */
export function sqliteText(write: BatchWrite): string {
  const keys = Object.keys(write.keys).map(quoted);
  const values = Object.keys(write.values).map(quoted);
  const all = [...keys, ...values];
  const matches = keys.map((key, i) => `${key} = ?${i + 1}`).join(' and ');
  switch (write.kind) {
    case 'insertNew':
    case 'upsert':
      return `insert into ${quoted(write.table)} (${all.join(', ')}) values (${all.map(() => '?').join(', ')}) ${onConflict(write.kind, keys, values)}`;
    case 'append':
      return `insert into ${quoted(write.table)} (${all.join(', ')}) values (${all.map(() => '?').join(', ')})`;
    case 'update':
      return `update ${quoted(write.table)} set ${values.map((v, i) => `${v} = ?${keys.length + i + 1}`).join(', ')} where ${matches}`;
    case 'delete':
      return `delete from ${quoted(write.table)} where ${matches}`;
  }
}

/** The statement for any number of rows; parameter n is the array of the n-th column. */
export function postgresText(write: BatchWrite): string {
  const columns = { ...write.keys, ...write.values };
  const keys = Object.keys(write.keys).map(quoted);
  const values = Object.keys(write.values).map(quoted);
  const all = [...keys, ...values];
  const table = quoted(write.table);
  const arrays = Object.values(columns)
    .map((type, i) => `$${i + 1}::${type}[]`)
    .join(', ');
  const rows = `unnest(${arrays}) with ordinality as v(${all.join(', ')}, ordinal)`;
  const matches = keys.map((key) => `t.${key} = v.${key}`).join(' and ');
  switch (write.kind) {
    case 'insertNew':
    case 'upsert':
      return `insert into ${table} (${all.join(', ')}) select ${all.map((c) => `v.${c}`).join(', ')} from ${rows} order by v.ordinal ${onConflict(write.kind, keys, values)}`;
    case 'append':
      return `insert into ${table} (${all.join(', ')}) select ${all.map((c) => `v.${c}`).join(', ')} from ${rows} order by v.ordinal`;
    case 'update':
      return `update ${table} t set ${values.map((c) => `${c} = v.${c}`).join(', ')} from ${rows} where ${matches}`;
    case 'delete':
      return `delete from ${table} t using ${rows} where ${matches}`;
  }
}

function onConflict(kind: 'insertNew' | 'upsert', keys: readonly string[], values: readonly string[]): string {
  const action =
    kind === 'insertNew' ? 'nothing' : `update set ${values.map((v) => `${v} = excluded.${v}`).join(', ')}`;
  return `on conflict (${keys.join(', ')}) do ${action}`;
}

/** Keeps the last of the rows that share their first `keyCount` values, as if they were written one by one. */
export function lastOfEach(rows: readonly (readonly SqlValue[])[], keyCount: number): readonly (readonly SqlValue[])[] {
  if (rows.length < 2) return rows;
  const byKey = new Map<string, readonly SqlValue[]>();
  for (const row of rows) byKey.set(keyOf(row, keyCount), row);
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

/** The first `keyCount` values as one string that no other values give. */
export function keyOf(row: readonly SqlValue[], keyCount: number): string {
  return keyCount === 1 ? String(row[0]) : JSON.stringify(row.slice(0, keyCount));
}
