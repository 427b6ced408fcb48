import { isIP } from 'node:net';
import { guidForm, mdmDeviceKeys } from '../kit/device-keys.ts';
import type { KeyPlaces, NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, records, word } from '../kit/wire-read.ts';
import type { SharedSignalsSettings } from './settings.ts';
import { UNDERSTOOD_MEMBERS } from './vocabulary.ts';

/** Subject identifiers (RFC 9493; SSF 1.0, section 3) and the keys by which devices are found here. */

/** Members by which a complex subject is known where it does not name its format, as in Okta's form. */
const MEMBERS = ['user', 'device', 'session', 'application', 'tenant', 'org_unit', 'group'] as const;

/** The members of a complex subject; `undefined` for a simple one. */
export function membersOf(subject: WireRecord): Readonly<Record<string, unknown>> | undefined {
  if (word(subject.format) === 'COMPLEX')
    return Object.fromEntries(Object.entries(subject).filter(([name]) => name !== 'format'));
  return subject.format === undefined && MEMBERS.some((name) => isRecord(subject[name])) ? subject : undefined;
}

/**
 * What is wrong with a subject; `undefined` for a good one. A subject in a format that nobody here can read is refused, as
 * it would be acknowledged and mean nothing; members that name neither the device nor its user may have formats to come.
 */
export function problemOfSubject(subject: unknown): string | undefined {
  if (!isRecord(subject)) return 'the subject must be an object';
  const members = membersOf(subject);
  if (members === undefined) return problemOfSimple(subject);
  const subjects = Object.entries(members).filter(
    ([name]) => subject.format !== undefined || (MEMBERS as readonly string[]).includes(name),
  );
  if (subjects.length === 0) return 'a complex subject must have at least one member';
  for (const [name, member] of subjects) {
    if (isRecord(member) && !UNDERSTOOD_MEMBERS.has(name) && isFormatToCome(member)) continue;
    const problem = !isRecord(member)
      ? 'it must be an object'
      : membersOf(member) !== undefined
        ? 'it must be a simple subject'
        : problemOfSimple(member);
    if (problem !== undefined) return `the member ${name.slice(0, 40)} of the subject: ${problem}`;
  }
  return undefined;
}

/** A text of at least one character that is not a space. */
const TEXT = /\S/;
/** RFC 5322 addr-spec, as far as it matters here. */
const MAIL = /^[^\s@]+@[^\s@]+$/;
/** RFC 3986, section 3: a scheme, and something behind it. */
const URI = /^[a-z][a-z\d+.-]*:[^\s]+$/i;

interface Member {
  /** Of which one has to be there. */
  readonly names: readonly string[];
  readonly form: RegExp;
  /** Completes "must be ...". */
  readonly expected: string;
}

function text(...names: readonly string[]): Member {
  return { names, form: TEXT, expected: 'a text that is not empty' };
}

/** What a subject of each format must have (RFC 9493, section 3.2; SSF 1.0, section 3). */
const REQUIRED: ReadonlyMap<string, readonly Member[]> = new Map([
  [
    'ACCOUNT',
    [{ names: ['uri'], form: /^acct:[^\s@]+@[^\s@]+$/i, expected: 'an acct: URI such as acct:alice@example.com' }],
  ],
  ['EMAIL', [{ names: ['email'], form: MAIL, expected: 'a mail address' }]],
  ['ISS_SUB', [text('iss'), text('sub')]],
  [
    'PHONE_NUMBER',
    [
      {
        names: ['phone_number'],
        form: /^\+\d{1,15}$/,
        expected: 'a number in the form of E.164, such as +12065550100',
      },
    ],
  ],
  ['DID', [{ names: ['url'], form: /^did:[a-z\d]+:\S+$/, expected: 'a DID URL such as did:example:123' }]],
  ['URI', [{ names: ['uri'], form: URI, expected: 'a URI with its scheme' }]],
  // One sender writes "sub" where an opaque subject has "id".
  ['OPAQUE', [text('id', 'sub')]],
  ['JWT_ID', [text('iss'), text('jti')]],
  ['SAML_ASSERTION_ID', [text('issuer'), text('assertion_id')]],
]);
/** The same for lists, which must not be empty. */
const REQUIRED_LIST: ReadonlyMap<string, string> = new Map([
  ['ALIASES', 'identifiers'],
  ['IP-ADDRESSES', 'ip-addresses'],
]);

function problemOfSimple(subject: WireRecord): string | undefined {
  const format = word(subject.format);
  if (format === undefined || typeof subject.format !== 'string') return 'the subject must name its format';
  const list = REQUIRED_LIST.get(format);
  if (list !== undefined) return problemOfList(format, list, subject);
  const required = REQUIRED.get(format);
  if (required === undefined)
    return `the format ${subject.format.slice(0, 40)} is not known (RFC 9493, section 3.2; SSF 1.0, section 3)`;
  for (const { names, form, expected } of required) {
    const name = names.find((one) => (subject[one] ?? undefined) !== undefined);
    const value = name === undefined ? undefined : subject[name];
    if (name === undefined) return `a subject of the format ${subject.format} must have ${names[0]}`;
    if (typeof value !== 'string' || !form.test(value)) return `${name} must be ${expected}`;
  }
  return undefined;
}

function problemOfList(format: string, name: string, subject: WireRecord): string | undefined {
  const items = subject[name];
  if (!Array.isArray(items) || items.length === 0)
    return `a subject of the format ${format.toLowerCase()} must have ${name}, and something in it`;
  if (format === 'ALIASES') return problemOfAliases(items);
  return items.every((item) => typeof item === 'string' && isIP(item) !== 0)
    ? undefined
    : `${name} must hold IP addresses`;
}

/** RFC 9493, section 3.2.8: no list of aliases within one. An alias in a format to come is passed over beside one that can be read. */
function problemOfAliases(items: readonly unknown[]): string | undefined {
  const problems = items.map((item) => {
    if (!isRecord(item) || membersOf(item) !== undefined || word(item.format) === 'ALIASES')
      return 'identifiers must hold simple subjects that are no aliases themselves';
    const problem = problemOfSimple(item);
    return problem === undefined ? undefined : `identifiers: ${problem}`;
  });
  const isUnknown = (item: unknown): boolean => isRecord(item) && isFormatToCome(item);
  return (
    problems.find((problem, index) => problem !== undefined && !isUnknown(items[index])) ??
    (items.every(isUnknown) ? problems[0] : undefined)
  );
}

function isFormatToCome({ format }: WireRecord): boolean {
  const name = word(format);
  return (
    typeof format === 'string' &&
    name !== undefined &&
    name !== 'COMPLEX' &&
    !REQUIRED.has(name) &&
    !REQUIRED_LIST.has(name)
  );
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
export function deviceOf(subject: WireRecord, context: SubjectContext): NamedDevice {
  const members = membersOf(subject);
  if (members === undefined) return nameDevice(...simpleKeys(subject, context));
  const device = isRecord(members.device) ? simpleKeys(members.device, context) : [];
  const user = isRecord(members.user) ? simpleKeys(members.user, context).filter(([name]) => name === 'email') : [];
  return nameDevice(...device, ...user);
}

/** Whether the subject names a device beside its user: only then does the end of a session concern a device. */
export function namesDevice(subject: WireRecord): boolean {
  return isRecord(membersOf(subject)?.device);
}

function simpleKeys(subject: WireRecord, context: SubjectContext): readonly KeyPlaces[] {
  switch (word(subject.format)) {
    // One sender writes "sub" where an opaque subject has "id".
    case 'OPAQUE':
      return idKeys(firstOf(identifier(subject.id), identifier(subject.sub)), context);
    case 'ISS_SUB':
      return idKeys(identifier(subject.sub), context, identifier(subject.iss));
    case 'URI':
      return idKeys(identifier(subject.uri)?.replace(/^urn:uuid:/i, ''), context);
    case 'EMAIL':
      return [['email', subject.email]];
    case 'ACCOUNT':
      return [['email', identifier(subject.uri)?.replace(/^acct:/i, '')]];
    case 'ALIASES':
      return records(subject.identifiers)
        .filter(({ format }) => word(format) !== 'ALIASES')
        .flatMap((one) => simpleKeys(one, context));
    // Telephone numbers, sessions, assertions and addresses name no device.
    default:
      return [];
  }
}

function idKeys(id: string | undefined, { issuer, deviceId }: SubjectContext, namedBy = issuer): readonly KeyPlaces[] {
  if (id === undefined) return [];
  const own: KeyPlaces = ['vendorDeviceId', namedBy === issuer ? id : `${namedBy} ${id}`];
  if (deviceId !== 'auto') return [[deviceId, id], own];
  const isOfManagement = guidForm(id) !== undefined || mdmDeviceKeys(id).some(({ type }) => type === 'udid');
  return isOfManagement ? [['mdmDeviceId', id], own] : [own];
}
