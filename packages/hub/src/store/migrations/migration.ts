import type { Dialect } from '../sql/session.ts';

/** One step of the schema, forward only. Once released it is never changed. */
export interface Migration {
  /** 1, 2, 3, ... without gaps. */
  readonly number: number;
  readonly name: string;
  /** true: a binary that does not know this step would do harm, and refuses to start. */
  readonly breaking: boolean;
  readonly statements: (words: Words, dialect: Dialect) => readonly string[];
}

/** What the two databases call things by different names. */
export interface Words {
  /** Text that sorts by its bytes in both. */
  readonly text: string;
  /** A time in milliseconds, or a number of a row. */
  readonly integer: string;
  readonly bytes: string;
  /** A primary key that grows with each row. */
  readonly counter: string;
  /** Behind the closing bracket of a table of short rows: kept in the order of its primary key. */
  readonly inOrder: string;
  /** A text in the object that a column holds as JSON; null where it is not there. */
  readonly jsonMember: (column: string, name: string) => string;
  /** Behind a column of an index that sorts: null is lower than everything. */
  readonly nullFirst: string;
}

export const WORDS: Readonly<Record<Dialect, Words>> = {
  sqlite: {
    text: 'text',
    integer: 'integer',
    bytes: 'blob',
    counter: 'integer primary key',
    inOrder: 'without rowid',
    nullFirst: '',
    jsonMember: (column, name) => `json_extract(${column}, '$.${name}')`,
  },
  postgres: {
    text: 'text collate "C"',
    integer: 'bigint',
    bytes: 'bytea',
    counter: 'bigint generated always as identity primary key',
    inOrder: '',
    nullFirst: 'nulls first',
    jsonMember: (column, name) => `(${column}::json ->> '${name}')`,
  },
};
