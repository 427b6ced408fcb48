import { createHash } from 'node:crypto';
import { isPlainText } from './plain-text.ts';

/**
 * Reading what a vendor sent without trusting any of it: a wrong type reads as something we do not know, never
 * as an error and never as good news.
 */
export type WireRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one when it is none. */
export function record(value: unknown): WireRecord {
  return isRecord(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects in a list, leaving out what is none. */
export function records(value: unknown): readonly WireRecord[] {
  return list(value).filter(isRecord);
}

/**
 * A word of the vendor's vocabulary, in capitals; `undefined` where there is none. A value of the wrong type
 * is a word we do not know.
 */
export function word(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'object') return '[OBJECT]';
  const text = String(value).trim().toUpperCase();
  return text === '' || text === 'NULL' ? undefined : text;
}

/** An identifier: text or number as text, trimmed; `undefined` for nothing, "null" and the like. */
export function identifier(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  return text === '' || text.toLowerCase() === 'null' || text.length > 256 || !isPlainText(text) ? undefined : text;
}

export function isTrue(value: unknown): boolean {
  return value === true || word(value) === 'TRUE';
}

/** The first that is there. */
export function firstOf<T>(...values: readonly (T | null | undefined)[]): T | undefined {
  return values.find((value) => value !== null && value !== undefined) ?? undefined;
}

/** A short fingerprint: the same parts always give the same. For ids of records that the vendor gave none. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
