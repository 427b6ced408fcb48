import type { DeviceKey, DeviceKeyType } from '@sallyport/core';
import { isPlainText } from './plain-text.ts';

/** Longer than any real identifier; what is longer is a mistake or an attack. */
const MAX_KEY_LENGTH = 256;

/** What software writes where it knows no identifier. Two phones with such a "serial number" are not one phone. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'unknown', 'null', 'none', 'nil', 'undefined', 'n/a', 'na', 'n.a.', '-', '--', 'no data', 'nodata', 'not available',
  'not applicable', 'unavailable', 'empty', 'default', 'default string', 'to be filled by o.e.m.', 'system serial number',
  'android', 'private', 'redacted', 'restricted', 'invalid', 'not specified', 'not set', 'not found', 'not supported', 'unspecified', 'missing', 'error',
  'test', 'emulator', 'serial number', 'serialnumber', '1234567890', '0123456789', '123456789', '0123456789abcdef', '123456789abcdef', '0123456789abcdef0123456789abcdef',
  // What Exchange ActiveSync calls the device of its own tests, what Android tells for a MAC address, and what its emulator is.
  'validate', '02:00:00:00:00:00', 'emulator30x1x5x0',
]);

/** Of emulators, of test sets and of phones whose IMEI was written over; many phones have them. By their first 14 digits. */
const SHARED_IMEIS: ReadonlySet<string> = new Set(['35824005111111', '00499901064000', '12345678901234', '01234567890123', '35278404190111']);

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
  if (type === 'email') return value.includes('@') ? accept(type, value.toLowerCase()) : problem('is not an e-mail address');
  return accept(type, guidForm(value) ?? value);
}

/** The lower-case hyphenated spelling of a GUID; `undefined` when the text is none. */
export function guidForm(text: string): string | undefined {
  const match = GUID.exec(text);
  return match === null ? undefined : match.slice(1).join('-').toLowerCase();
}

/**
 * An identifier of the device management, where the vendor does not say which. A GUID may be the managed
 * device's id or its Entra id; both are tried, which is safe because GUIDs do not collide.
 */
export function mdmDeviceKeys(raw: unknown): readonly DeviceKey[] {
  if (typeof raw !== 'string') return [];
  const value = raw.trim();
  if (guidForm(value) !== undefined) return keysOf(['managedDeviceId', 'entraDeviceId'], value);
  return keysOf([UDID.test(value) ? 'udid' : 'managedDeviceId'], value);
}

/** The same value as each of the types, leaving out what identifies nothing. */
export function keysOf(types: readonly DeviceKeyType[], raw: unknown): readonly DeviceKey[] {
  if (typeof raw !== 'string' && typeof raw !== 'number') return [];
  return types.flatMap((type) => {
    const cleaned = cleanDeviceKey(type, String(raw));
    return cleaned.ok ? [cleaned.key] : [];
  });
}

/** Each key once, in order of first appearance. */
export function distinctKeys(keys: readonly DeviceKey[]): readonly DeviceKey[] {
  return keys.length < 2 ? keys : [...new Map(keys.map((key) => [`${key.type} ${key.value}`, key])).values()];
}

function cleanImei(value: string): CleanedKey {
  const digits = value.replace(/[ /-]/g, '');
  if (!/^\d{14,16}$/.test(digits)) return problem('is not an IMEI, which has 14 to 16 digits');
  if (SHARED_IMEIS.has(digits.slice(0, 14)) || /^(\d)\1{13}/.test(digits)) return nothing('is a placeholder and identifies no device');
  if (digits.length === 15 && !passesLuhn(digits)) return problem('is not an IMEI: its check digit is wrong');
  return accept('imei', digits);
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
  const word = value.toLowerCase();
  if (PLACEHOLDERS.has(word)) return true;
  if (/^[([<{"'].*[)\]>}"']$/.test(word) && PLACEHOLDERS.has(word.slice(1, -1).trim())) return true;
  if (/[1-9a-eg-wyz]/.test(word)) return false;
  const letters = word.replace(/[^0-9a-z]/g, '');
  return letters === '' ? /^[\x20-\x7e]*$/.test(word) : /^([0fx])\1*$/.test(letters);
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
