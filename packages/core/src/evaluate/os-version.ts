import { readSystem } from '../vocabulary/platform.ts';
import type { Platform } from '../vocabulary/platforms.ts';
import { QUALIFIERS, VERSION_WORDS } from './version-words.ts';

/** The numbers of a version, the most significant first; missing ones are zero. */
export type VersionParts = readonly number[];

/** What a device reports as its version: read, blank (`notReported`), or neither (`unreadable`). */
export type DeviceVersion = VersionParts | 'notReported' | 'unreadable';

const MAX_TEXT = 128;
/** No system counts its main version in thousands: such a number is a year, a date or a build. */
const MAX_MAIN_DIGITS = 3;
const MAX_DIGITS = 9;
const MAX_PARTS = 6;

/** A fleet has few versions, each on many devices, and all of them are read again at each change of a policy. */
const READ = new Map<Platform, Map<string, DeviceVersion>>();
/** More than any fleet has; they come from outside. */
const MAX_READ = 10_000;

/** Compares part by part, as numbers: negative, zero or positive. */
export function compareVersions(a: VersionParts, b: VersionParts): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/**
 * A limit that an administrator sets: one to six numbers with dots between them ("17.4", "10.0.19045.3803") and nothing else.
 * `undefined` for everything else: a part of "26.3.1 (a)" or "22H30" would be another limit than the one that was meant.
 */
export function readVersionLimit(text: string): VersionParts | undefined {
  return partsOf(text.trim());
}

/**
 * A limit as it is stored: without blanks around it. `undefined` for what `readVersionLimit` does not read, and for a
 * main version that begins with a zero: "015.0" is a mistake for another number as likely as for 15.
 */
export function settledVersionLimit(text: string): string | undefined {
  const limit = text.trim();
  return /^0\d/.test(limit) || readVersionLimit(limit) === undefined ? undefined : limit;
}

/**
 * The version in `managedDevice.osVersion`. Around the one number that is meant there may be the system's name, a build with
 * letters, a date and words such as "beta 3": "16.7.2 (20H115)", "Android 13 (2023-01-05)", "18.0 beta 3". Windows has its
 * version in its build ("Windows 11 Pro 10.0.22621.1"). Where two numbers could be meant, or none is there, it is unreadable.
 */
export function readDeviceVersion(platform: Platform, osVersion: string): DeviceVersion {
  let read = READ.get(platform);
  if (read === undefined) READ.set(platform, (read = new Map()));
  let version = read.get(osVersion);
  if (version === undefined) {
    version = versionOf(platform, osVersion);
    if (read.size >= MAX_READ) read.clear();
    read.set(osVersion, version);
  }
  return version;
}

function versionOf(platform: Platform, text: string): DeviceVersion {
  if (text.trim() === '') return 'notReported';
  if (text.length > MAX_TEXT || namesOtherSystem(platform, text)) return 'unreadable';
  const tokens = tokensOf(text);
  // "17 .2" may be 17, 17.2 or a misprint of something else.
  if (tokens.some((token) => /^\.+\d/.test(token))) return 'unreadable';
  const numbers = distinct(numbersIn(tokens));
  if (platform === 'windows') return windowsVersion(numbers);
  const [only, second] = numbers;
  return only === undefined || only === 'doubtful' || second !== undefined ? 'unreadable' : only;
}

/** "Windows 11" names the product; only a build (10.0.22621) can be compared with a build. */
function windowsVersion(numbers: readonly Candidate[]): DeviceVersion {
  const read = numbers.filter((number) => number !== 'doubtful');
  const builds = read.filter((parts) => parts.length >= 3);
  const [only, second] = builds.length > 0 ? builds : read;
  const certain = only !== undefined && second === undefined && (builds.length > 0 || read.length === numbers.length);
  return certain && (only[0] ?? 0) <= WINDOWS_NT ? only : 'unreadable';
}

/** Windows 10 and 11 both are version 10.0; a greater first number is that of a product. */
const WINDOWS_NT = 10;

/** An iPhone that reports "Android 14" reports nothing that can be believed. */
function namesOtherSystem(platform: Platform, text: string): boolean {
  const named = readSystem(text).platform;
  return named !== 'unknown' && named !== 'linux' && platform !== 'unknown' && named !== platform;
}

/** `doubtful`: a number that belongs to a word which is not known. */
type Candidate = VersionParts | 'doubtful';

function numbersIn(tokens: readonly string[]): readonly Candidate[] {
  const numbers: Candidate[] = [];
  for (const [i, token] of tokens.entries()) {
    const parts = partsOf(withoutV(token));
    if (parts === undefined) continue;
    const before = tokens[i - 1];
    if (before !== undefined && QUALIFIERS.has(before)) continue;
    numbers.push(before === undefined || isNeutral(before) ? parts : 'doubtful');
  }
  return numbers;
}

/** What may stand before the number of a version: a name of a system, a number or a build, and words for versions. */
function isNeutral(word: string): boolean {
  return VERSION_WORDS.has(word) || /\d/.test(word) || readSystem(word).known;
}

/** Words, numbers with dots and builds, in small letters; dates are left out. */
function tokensOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\d.-]/u)
    .filter((token) => !isDate(token))
    .flatMap((token) => token.split('-'))
    .map((token) => (token.endsWith('.') ? token.slice(0, -1) : token))
    .filter((token) => token !== '');
}

function isDate(token: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(token);
}

function withoutV(token: string): string {
  return /^v\d/.test(token) ? token.slice(1) : token;
}

function partsOf(text: string): VersionParts | undefined {
  if (text.length > MAX_PARTS * (MAX_DIGITS + 1)) return undefined;
  const parts = text.split('.');
  if (
    parts.length > MAX_PARTS ||
    !parts.every((part) => /^\d{1,9}$/.test(part)) ||
    (parts[0] as string).length > MAX_MAIN_DIGITS
  )
    return undefined;
  return parts.map(Number);
}

function distinct(numbers: readonly Candidate[]): readonly Candidate[] {
  return numbers.filter((one, i) => numbers.findIndex((other) => String(other) === String(one)) === i);
}
