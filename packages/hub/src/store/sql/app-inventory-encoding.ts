import type { AppTrait } from '@sallyport/core';
import { APP_TRAITS } from '@sallyport/core';

/**
 * The compact form of what is installed on one device: numbers of apps, each with its traits and sizes. All
 * numbers are unsigned LEB128, seven bits a byte. First a palette of the traits that occur, so that an entry
 * names them with one byte; then the entries by ascending number, each with the difference to the one before.
 */
export interface SetEntry {
  /** Number of the app or certificate. */
  readonly id: number;
  /** See `traitsOf`; for a certificate 1 where the device holds its key. */
  readonly traits: number;
  /** 0: as the app's row says; 1: not told; else the size in bytes plus 2. */
  readonly bundle: number;
  /** 0: not told; else the size in bytes plus 1. */
  readonly dynamic: number;
}

const VERSION = 1;

/** Traits take two bits each: 0 not told, 1 true, 2 false. Above them one bit for "listed". */
const LISTED = 1 << (APP_TRAITS.length * 2);

export function traitsOf(app: Readonly<Partial<Record<AppTrait, boolean | undefined>>>, listed: boolean): number {
  return APP_TRAITS.reduce(
    (bits, trait, i) => {
      const value = app[trait];
      return value === undefined ? bits : bits | ((value ? 1 : 2) << (i * 2));
    },
    listed ? LISTED : 0,
  );
}

export function isListed(traits: number): boolean {
  return (traits & LISTED) !== 0;
}

/** Whether a set holds apps known to be the user's own: not managed, and on a device of which administrators see managed apps only. */
export function holdsOwnApps(entries: readonly SetEntry[]): boolean {
  return entries.some(({ traits }) => !isListed(traits) && traitsFrom(traits).managed === false);
}

/** Only the traits that were told. */
export function traitsFrom(bits: number): Partial<Record<AppTrait, boolean>> {
  const traits: Partial<Record<AppTrait, boolean>> = {};
  for (const [i, trait] of APP_TRAITS.entries()) {
    const value = (bits >> (i * 2)) & 3;
    if (value !== 0) traits[trait] = value === 1;
  }
  return traits;
}

/** `entries` by ascending id, each id once. */
export function encodeSet(entries: readonly SetEntry[]): Uint8Array {
  const palette = [...new Set(entries.map((entry) => entry.traits))];
  const placeOf = new Map(palette.map((traits, place) => [traits, place]));
  const numbers = [VERSION, palette.length, ...palette, entries.length];
  let last = 0;
  for (const { id, traits, bundle, dynamic } of entries) {
    numbers.push(id - last, placeOf.get(traits) ?? 0, bundle, dynamic);
    last = id;
  }
  return encodeNumbers(numbers);
}

/** Throws for bytes that `encodeSet` did not write. */
export function decodeSet(bytes: Uint8Array): readonly SetEntry[] {
  const next = numbersIn(bytes);
  const version = next();
  if (version !== VERSION)
    throw new Error(
      `The inventory of a device is kept in form ${version}; this version of Sallyport reads form ${VERSION}.`,
    );
  const palette = Array.from({ length: next() }, next);
  const entries = new Array<SetEntry>(next());
  let id = 0;
  for (let i = 0; i < entries.length; i += 1) {
    id += next();
    entries[i] = { id, traits: palette[next()] ?? 0, bundle: next(), dynamic: next() };
  }
  return entries;
}

/** Bytes in an array of their own. Numbers may be up to 2^53 - 1. */
export function encodeNumbers(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let number of numbers) {
    while (number > 127) {
      bytes.push((number % 128) + 128);
      number = Math.floor(number / 128);
    }
    bytes.push(number);
  }
  return Uint8Array.from(bytes);
}

/** Reads one number at each call; throws at the end. */
export function numbersIn(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('The bytes of an inventory end too early.');
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
}

/** Whether two sets differ in nothing but what apps have stored beside themselves, which changes all the time. */
export function sameButDynamic(a: readonly SetEntry[], b: readonly SetEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, i) => {
      const other = b[i] as SetEntry;
      return entry.id === other.id && entry.traits === other.traits && entry.bundle === other.bundle;
    })
  );
}
