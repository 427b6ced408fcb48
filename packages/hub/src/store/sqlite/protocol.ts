import type { SqlValue } from '../sql/batch-write.ts';
import type { OpenedFile } from './file-guard.ts';

/** What the main thread and the thread that owns a SQLite connection say to each other. */

export interface ThreadSettings {
  readonly file: string;
  readonly readOnly: boolean;
  /** How long a statement waits for another process's lock before it fails. */
  readonly busyTimeoutMs: number;
  /** Which file `file` has to be. */
  readonly opened: OpenedFile;
}

export type Operation =
  /** Answers rows. */
  | { readonly kind: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  /** Runs `sql` once for each `width` of `values`. With `count`, answers how many rows each run changed. */
  | {
      readonly kind: 'each';
      readonly sql: string;
      readonly width: number;
      readonly values: readonly SqlValue[];
      readonly count: boolean;
    };

/** Sent in lists, and answered in lists of the same order. Done in order: begin, operations, end. If one fails, the rest is left and the transaction rolled back. */
export interface Request {
  readonly id: number;
  /** `inside`: refused where the transaction has been rolled back, for alone it would be kept at once. `null`: of none. */
  readonly transaction: 'begin' | 'inside' | null;
  readonly operations: readonly Operation[];
  readonly end: 'commit' | 'rollback' | null;
}

/** Rows one after the other, each with a value for every one of `columns`. */
export interface RowsResult {
  readonly columns: readonly string[];
  readonly values: readonly SqlValue[];
}

/**
 * All values of all rows. Not `rows.flat()`: what that makes is sent between threads with the number of each place,
 * which takes twice the time.
 */
export function flatten(rows: readonly (readonly SqlValue[])[]): SqlValue[] {
  const values: SqlValue[] = [];
  for (const row of rows) for (const value of row) values.push(value);
  return values;
}

export type OperationResult = RowsResult | { readonly changes: Uint8Array } | null;

export type Answer =
  | { readonly id: number; readonly results: readonly OperationResult[] }
  | { readonly id: number; readonly error: ThreadError };

/** What is told of an error of SQLite; `errcode` is SQLite's extended result code. */
export interface ThreadError {
  readonly message: string;
  readonly errcode: number | null;
  /** The file or its log is not the one that was opened (`file-guard.ts`). */
  readonly fileLost?: true | undefined;
}
