import { DatabaseFileLost, StoreBusy } from '../store.ts';
import type { ThreadError } from './protocol.ts';

/** Primary result codes (https://sqlite.org/rescode.html) that go away when the cause does. */
const PASSING: ReadonlyMap<number, string> = new Map([
  [5, 'locked by another program'],
  [6, 'locked'],
  [7, 'out of memory'],
  [8, 'read-only'],
  [10, 'failing to read or write its disk'],
  [13, 'out of disk space'],
  [14, 'not to be opened'],
  [22, 'larger than this file system allows'],
]);

/** The error that callers see. What does not go away by itself (a broken constraint, a damaged file) is a plain error. */
export function toStoreError({ message, errcode, fileLost }: ThreadError): Error {
  if (fileLost === true) return new DatabaseFileLost(message);
  const passing = errcode === null ? undefined : PASSING.get(errcode & 0xff);
  return passing === undefined
    ? new Error(`SQLite: ${message}`)
    : new StoreBusy(`The database is ${passing} (SQLite: ${message}). Nothing was kept.`);
}
