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
  if (members === undefined) return typeof subject.format === 'string' && subject.format !== '' ? undefined : 'the subject must name its format';
  return Object.values(members).some(isRecord) ? undefined : 'a complex subject must have at least one member';
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
