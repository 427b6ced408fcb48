import { consoleLink } from '../kit/console-link.ts';
import { plainText } from '../kit/plain-text.ts';
import type { TryOutProblem } from '../vendor.ts';
import { identifier, word } from '../kit/wire-read.ts';
import type { MeaningField, TimeField } from './compile-field-map.ts';
import type { Found, JsonPath } from './json-path.ts';
import { valuesAt } from './json-path.ts';
import { readTime } from './read-time.ts';

/** What a field of a record turned out to be. */
export type Read<T> =
  | { readonly kind: 'missing' }
  | { readonly kind: 'is'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly found: Found; readonly message: string };

const MISSING = { kind: 'missing' } as const;
/** Formats that want a time zone. */
const ZONED: ReadonlySet<TimeField['format']> = new Set<TimeField['format']>(['iso', 'cef']);

export function readId(paths: readonly JsonPath[], record: unknown): Read<string> {
  return read(paths, record, identifier, 'is no id: that is a text or a number of at most 256 characters');
}

export function readText(paths: readonly JsonPath[], record: unknown, max: number): Read<string> {
  return read(paths, record, (value) => plainText(value, max), 'is no text');
}

export function readLink(paths: readonly JsonPath[], record: unknown): Read<string> {
  return read(paths, record, consoleLink, 'is no https address');
}

export function readInstant(field: TimeField | undefined, record: unknown): Read<number> {
  if (field === undefined) return MISSING;
  return read(
    field.paths,
    record,
    (value) => readTime(value, field.format),
    `is no time in the format ${field.format}${ZONED.has(field.format) ? ` with its time zone (${field.format}Utc takes one without it as UTC)` : ''} between 2000 and 2100`,
  );
}

export function readMeaning<W extends string>(field: MeaningField<W>, record: unknown): Read<W> {
  return read(
    field.paths,
    record,
    (value) => field.words.get(word(value) ?? '') ?? meaningOfNumber(field, value),
    'has no meaning in the map',
  );
}

function meaningOfNumber<W extends string>({ numbers }: MeaningField<W>, value: unknown): W | undefined {
  const number = typeof value === 'string' && /^\s*-?\d{1,15}(?:\.\d{1,9})?\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' ? numbers.find(({ from }) => number >= from)?.is : undefined;
}

/** The first value that is there is the one that is meant; what vendors write for nothing is not there. */
function read<T>(
  paths: readonly JsonPath[],
  record: unknown,
  as: (value: unknown) => T | undefined,
  message: string,
): Read<T> {
  const found = paths.flatMap((path) => valuesAt(path, record)).find(({ value }) => word(value) !== undefined);
  if (found === undefined) return MISSING;
  const value = as(found.value);
  return value === undefined ? { kind: 'unreadable', found, message } : { kind: 'is', value };
}

export function problemAt(field: string, { path, value }: Found, message: string): TryOutProblem {
  return { field, path, ...(value !== undefined && { value: shown(value) }), message };
}

/** As JSON, cut at a length that people can read. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 120 ? `${json.slice(0, 120).toWellFormed()}...` : json;
}
