import { plainText } from './plain-text.ts';

/** The flag of a report that uses a word which its vendor's table does not hold; `undefined` when it does, or when nothing was told. */
export function unknownWord(field: string, told: string | undefined, table: ReadonlyMap<string, unknown>): string | undefined {
  return told === undefined || table.has(told) ? undefined : `unknown ${field} "${plainText(told, 60) ?? ''}"`;
}
