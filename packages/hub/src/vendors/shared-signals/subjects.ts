import type { DeviceKey } from '@sallyport/core';
import { distinctKeys, guidForm, keysOf, mdmDeviceKeys } from '../device-keys.ts';
import type { WireRecord } from '../wire-read.ts';
import { firstOf, identifier, isRecord, records, word } from '../wire-read.ts';
import type { SharedSignalsSettings } from './settings.ts';

/** Subject identifiers (RFC 9493; SSF 1.0, section 3) and the keys by which devices are found here. */

/** Members by which a complex subject is known where it does not name its format, as in Okta's form. */
const MEMBERS = ['user', 'device', 'session', 'application', 'tenant', 'org_unit', 'group'] as const;

/** The members of a complex subject; `undefined` for a simple one. */
export function membersOf(subject: WireRecord): Readonly<Record<string, unknown>> | undefined {
  if (word(subject.format) === 'COMPLEX') return Object.fromEntries(Object.entries(subject).filter(([name]) => name !== 'format'));
  return subject.format === undefined && MEMBERS.some((name) => isRecord(subject[name])) ? subject : undefined;
}

/** What is wrong with a subject; `undefined` for a good one, and for formats to come. */
export function problemOfSubject(subject: unknown): string | undefined {
  if (!isRecord(subject)) return 'the subject must be an object';
  const members = membersOf(subject);
  if (members === undefined) return problemOfSimple(subject);
  const subjects = Object.entries(members).filter(([name]) => subject.format !== undefined || (MEMBERS as readonly string[]).includes(name));
  if (subjects.length === 0) return 'a complex subject must have at least one member';
  for (const [name, member] of subjects) {
    const problem = !isRecord(member) ? 'it must be an object' : membersOf(member) !== undefined ? 'it must be a simple subject' : problemOfSimple(member);
    if (problem !== undefined) return `the member ${name.slice(0, 40)} of the subject: ${problem}`;
  }
  return undefined;
}

/** What a subject of each format must have, each a text that is not empty (RFC 9493, section 3.2; SSF 1.0, section 3). */
const REQUIRED: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['ACCOUNT', [['uri']]], ['EMAIL', [['email']]], ['ISS_SUB', [['iss'], ['sub']]], ['PHONE_NUMBER', [['phone_number']]], ['DID', [['url']]], ['URI', [['uri']]],
  // One sender writes "sub" where an opaque subject has "id".
  ['OPAQUE', [['id', 'sub']]],
  ['JWT_ID', [['iss'], ['jti']]], ['SAML_ASSERTION_ID', [['issuer'], ['assertion_id']]],
]);
/** The same for lists, which must not be empty. */
const REQUIRED_LIST: ReadonlyMap<string, string> = new Map([['ALIASES', 'identifiers'], ['IP-ADDRESSES', 'ip-addresses']]);

function problemOfSimple(subject: WireRecord): string | undefined {
  const format = word(subject.format);
  if (format === undefined || typeof subject.format !== 'string') return 'the subject must name its format';
  const missing = (REQUIRED.get(format) ?? []).find((names) => !names.some((name) => isGiven(subject[name])));
  if (missing !== undefined) return `a subject of the format ${subject.format} must have ${missing[0]}`;
  const list = REQUIRED_LIST.get(format);
  if (list === undefined) return undefined;
  const items = subject[list];
  if (!Array.isArray(items) || items.length === 0) return `a subject of the format ${subject.format} must have ${list}, and something in it`;
  return format === 'ALIASES' ? problemOfAliases(items) : items.every(isGiven) ? undefined : `${list} must hold texts`;
}

/** RFC 9493, section 3.2.8: no list of aliases within one. */
function problemOfAliases(items: readonly unknown[]): string | undefined {
  for (const item of items) {
    if (!isRecord(item) || membersOf(item) !== undefined || word(item.format) === 'ALIASES') return 'identifiers must hold simple subjects that are no aliases themselves';
    const problem = problemOfSimple(item);
    if (problem !== undefined) return `identifiers: ${problem}`;
  }
  return undefined;
}

/** A number is read as text, as everywhere. */
function isGiven(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
}

export interface SubjectContext {
  /** Of the token: its own ids need no further name. */
  readonly issuer: string;
  readonly deviceId: SharedSignalsSettings['deviceId'];
}

/**
 * The keys of the device that an event about a device means. A member that is absent stands for all: a subject
 * that names only a user means every device of that user. It gets the user's mail address as its key, by which
 * the one device of a user may be found; what several devices could be is kept for an administrator to see,
 * and never guessed.
 */
export function deviceKeys(subject: WireRecord, context: SubjectContext): readonly DeviceKey[] {
  const members = membersOf(subject);
  if (members === undefined) return simpleKeys(subject, context);
  const device = isRecord(members.device) ? simpleKeys(members.device, context) : [];
  const user = isRecord(members.user) ? simpleKeys(members.user, context).filter(({ type }) => type === 'email') : [];
  return distinctKeys([...device, ...user]);
}

/** Whether the subject names a device beside its user: only then does the end of a session concern a device. */
export function namesDevice(subject: WireRecord): boolean {
  return isRecord(membersOf(subject)?.device);
}

function simpleKeys(subject: WireRecord, context: SubjectContext): readonly DeviceKey[] {
  switch (word(subject.format)) {
    // One sender writes "sub" where an opaque subject has "id".
    case 'OPAQUE': return idKeys(firstOf(identifier(subject.id), identifier(subject.sub)), context);
    case 'ISS_SUB': return idKeys(identifier(subject.sub), context, identifier(subject.iss));
    case 'URI': return idKeys(identifier(subject.uri)?.replace(/^urn:uuid:/i, ''), context);
    case 'EMAIL': return keysOf(['email'], subject.email);
    case 'ACCOUNT': return keysOf(['email'], identifier(subject.uri)?.replace(/^acct:/i, ''));
    case 'ALIASES': return distinctKeys(records(subject.identifiers).filter(({ format }) => word(format) !== 'ALIASES').flatMap((one) => simpleKeys(one, context)));
    // Telephone numbers, sessions, assertions and addresses name no device.
    default: return [];
  }
}

function idKeys(id: string | undefined, { issuer, deviceId }: SubjectContext, namedBy = issuer): readonly DeviceKey[] {
  if (id === undefined) return [];
  const own = keysOf(['vendorDeviceId'], namedBy === issuer ? id : `${namedBy} ${id}`);
  if (deviceId !== 'auto') return [...keysOf([deviceId], id), ...own];
  const known = mdmDeviceKeys(id).filter(({ type }) => type === 'udid' || guidForm(id) !== undefined);
  return [...known, ...own];
}
