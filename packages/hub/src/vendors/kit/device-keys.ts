import type { DeviceKey, DeviceKeyType } from '@sallyport/core';
import { isPlainText, plainText } from './plain-text.ts';

/** Longer than any real identifier; what is longer is a mistake or an attack. */
const MAX_KEY_LENGTH = 256;

/**
 * What software writes where it knows no identifier, without blanks and punctuation: "System Serial Number." and "N/A"
 * mean the same with or without them. Two phones with such a "serial number" are not one phone.
 */
// biome-ignore format: a list of words
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'unknown', 'null', 'none', 'nil', 'undefined', 'na', 'nodata', 'notavailable', 'notapplicable', 'unavailable', 'empty',
  'default', 'defaultstring', 'tobefilledbyoem', 'tobefilled', 'oem', 'systemserialnumber', 'chassisserialnumber', 'baseboardserialnumber',
  'android', 'private', 'redacted', 'restricted', 'invalid', 'notspecified', 'notset', 'notfound', 'notsupported', 'unspecified', 'missing', 'error',
  'test', 'emulator', 'serial', 'serialnumber', 'noserial', 'noserialnumber', 'unknownserial', 'unknownserialnumber', 'invalidserialnumber',
  '1234567890', '0123456789', '123456789', '0123456789abcdef', '123456789abcdef', '0123456789abcdef0123456789abcdef',
  // What Exchange ActiveSync calls the device of its own tests, what Android returns for a MAC address, and what its emulator is.
  'validate', '020000000000', 'emulator30x1x5x0',
]);

/** Of emulators, of test sets and of phones whose IMEI was written over; many phones have them. By their first 14 digits. */
const SHARED_IMEIS: ReadonlySet<string> = new Set([
  '35824005111111',
  '00499901064000',
  '12345678901234',
  '01234567890123',
  '35278404190111',
]);

const GUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;
/** Apple: 40 hexadecimal digits, since the A12 chip 8 and 16 with a hyphen. */
const UDID = /^(?:[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f]{16})$/i;

export type CleanedKey =
  | { readonly ok: true; readonly key: DeviceKey }
  /** `nothing`: what software writes where it knows no identifier. Otherwise the value is wrong. */
  | { readonly ok: false; readonly problem: string; readonly nothing: boolean };

/**
 * One identifier of a device as a partner sent it, trimmed and in one spelling; or why it identifies nothing.
 * A GUID may come in braces, in capitals or without hyphens.
 */
export function cleanDeviceKey(type: DeviceKeyType, raw: string): CleanedKey {
  const value = raw.trim();
  if (value === '') return nothing('is empty');
  if (value.length > MAX_KEY_LENGTH) return problem(`is longer than ${MAX_KEY_LENGTH} characters`);
  if (!isPlainText(value) || /[^\S ]/.test(value)) return problem('holds a control character');
  if (isPlaceholder(value)) return nothing('is a placeholder and identifies no device');
  if (type === 'imei') return cleanImei(value);
  if (type === 'email')
    return value.includes('@') ? accept(type, value.toLowerCase()) : problem('is not an e-mail address');
  return accept(type, guidForm(value) ?? value);
}

/** The lower-case hyphenated spelling of a GUID; `undefined` when the text is none. */
export function guidForm(text: string): string | undefined {
  const match = GUID.exec(text);
  return match === null ? undefined : match.slice(1).join('-').toLowerCase();
}

/** The names under which values are read: our types of keys, and `mdmDeviceId` where the vendor does not say which id of the device management it is. */
export type KeyName = DeviceKeyType | 'mdmDeviceId';

/** As `readDeviceKeys`, by name. */
export function readNamedKeys(name: KeyName, raw: unknown): ReadKeys {
  if (name !== 'mdmDeviceId') return readDeviceKeys(name, raw);
  const read = readDeviceKeys('managedDeviceId', raw);
  return { ...read, keys: read.keys.flatMap(({ value }) => managementKeys(value)) };
}

/** A GUID may be the managed device's id or its Entra id; both are tried, which is safe because GUIDs do not collide. */
function managementKeys(value: string): readonly DeviceKey[] {
  if (guidForm(value) !== undefined)
    return [
      { type: 'managedDeviceId', value },
      { type: 'entraDeviceId', value },
    ];
  return [{ type: UDID.test(value) ? 'udid' : 'managedDeviceId', value }];
}

export function mdmDeviceKeys(raw: unknown): readonly DeviceKey[] {
  return readNamedKeys('mdmDeviceId', raw).keys;
}

/** The same value as each of the types, leaving out what identifies nothing. */
export function keysOf(types: readonly DeviceKeyType[], raw: unknown): readonly DeviceKey[] {
  return types.flatMap((type) => readDeviceKeys(type, raw).keys);
}

export interface ReadKeys {
  readonly keys: readonly DeviceKey[];
  /** Why the value identifies nothing, where it was meant to: completes "the value ...". */
  readonly problem?: string | undefined;
  /** The same where the value is what software writes when it knows no identifier, which is no fault. */
  readonly nothing?: string | undefined;
}

/** The keys in a value as JSON has it: one, or several IMEIs of one phone. A whole number is taken as the text of its digits. */
export function readDeviceKeys(type: DeviceKeyType, raw: unknown): ReadKeys {
  if (typeof raw === 'number' && !Number.isSafeInteger(raw))
    return { keys: [], problem: 'is a number whose digits JSON does not keep; send it as a text' };
  if (typeof raw !== 'string' && typeof raw !== 'number') return { keys: [], problem: 'must be a text' };
  const cleaned = cleanDeviceKey(type, String(raw));
  if (cleaned.ok) return { keys: [cleaned.key] };
  if (cleaned.nothing) return { keys: [], nothing: cleaned.problem };
  const several = type === 'imei' ? severalImeis(String(raw)) : [];
  return several.length === 0 ? { keys: [], problem: cleaned.problem } : { keys: several };
}

/** A phone has one IMEI for each of its SIM cards, and some systems write them into one value. All or none of them are read. */
function severalImeis(raw: string): readonly DeviceKey[] {
  if (raw.length > MAX_KEY_LENGTH) return [];
  const parts = raw
    .split(/[,;|&/\s]/)
    .filter((part) => part !== '')
    .map(cleanImei);
  const keys = parts.flatMap((part) => (part.ok ? [part.key] : []));
  return keys.length === parts.length ? distinctKeys(keys) : [];
}

/** The flag of a report with a key that identifies nothing: an administrator has to see why reports of a phone match less than they could. */
export function unusableKey(name: string, value: unknown): string {
  return `unusable ${name} "${plainText(value, 60) ?? ''}"`;
}

/** Each key once, in order of first appearance. */
export function distinctKeys(keys: readonly DeviceKey[]): readonly DeviceKey[] {
  return keys.length < 2 ? keys : [...new Map(keys.map((key) => [`${key.type} ${key.value}`, key])).values()];
}

function cleanImei(value: string): CleanedKey {
  const digits = value.replace(/[ /-]/g, '');
  if (!/^\d{14,16}$/.test(digits)) return problem('is not an IMEI, which has 14 to 16 digits');
  if (SHARED_IMEIS.has(digits.slice(0, 14)) || /^(\d)\1{13}/.test(digits))
    return nothing('is a placeholder and identifies no device');
  if (digits.length === 15 && !passesLuhn(digits)) return problem('is not an IMEI: its check digit is wrong');
  return accept('imei', digits);
}

/** false: 15 digits of which the last, the check digit, does not fit the others. What is no IMEI at all says nothing of the kind. */
export function isPossibleImei(value: string): boolean {
  const digits = value.replace(/[\s/.-]/g, '');
  if (!/^\d{15}$/.test(digits)) return true;
  const cleaned = cleanImei(digits);
  return cleaned.ok || cleaned.nothing;
}

/** ISO/IEC 7812-1, annex B. Only the 15-digit form of an IMEI carries a check digit (3GPP TS 23.003, 6.2). */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** One character repeated (`0000`, `00-00`, `ffff`, `xxxx`) is a placeholder too. */
function isPlaceholder(value: string): boolean {
  const letters = value.toLowerCase().replace(/[\p{P}\p{S}\s]/gu, '');
  if (letters === '' || PLACEHOLDERS.has(letters)) return true;
  return /^(?:0+|f+|x+)$/.test(letters);
}

function accept(type: DeviceKeyType, value: string): CleanedKey {
  return { ok: true, key: { type, value } };
}

function nothing(text: string): CleanedKey {
  return { ok: false, problem: text, nothing: true };
}

function problem(text: string): CleanedKey {
  return { ok: false, problem: text, nothing: false };
}
