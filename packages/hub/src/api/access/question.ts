import { isIP } from 'node:net';
import { PLATFORMS, readSystem } from '@sallyport/core';
import type { ClientAppType, Platform } from '@sallyport/core';
import { invalidField } from '@sallyport/contracts';
import type { AccessQuestion } from '../../view/ports.ts';
import { OBLIGATIONS_EXTENSION, STEP_UP } from './obligations.ts';

/**
 * What an AuthZEN Access Evaluation request (Authorization API 1.0, section 6) asks of us. Read by hand: this
 * is the hottest path of the product. `schemas.ts` says the same for the API document, and a test compares.
 */
export interface Evaluation {
  /** Complete, unless there is a certificate to be checked first. */
  readonly question: AccessQuestion;
  /** Members of `context` that cannot be used and count as unknown. */
  readonly hints: readonly Hint[];
  /** The caller fulfils step-up obligations, and says so as the Obligations Extension demands. */
  readonly stepsUp: boolean;
  /** Language of the user as the caller names it: a BCP 47 tag or an Accept-Language. */
  readonly language: string | undefined;
  /** `subject.properties.device_id`: a claim that the caller has checked, e.g. of a token. */
  readonly deviceId: string | undefined;
  /** `subject.properties.certificate`: the device's certificate from a TLS handshake that the caller finished. */
  readonly certificate: string | undefined;
  /** false: a type of subject or resource that we cannot decide about. */
  readonly subjectIsUser: boolean;
  readonly resourceIsApplication: boolean;
}

/** What the caller should know of its own request. */
export interface Hint {
  readonly field: string;
  /** Follows on the name of the field: "must be ...". */
  readonly message: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * @param fallback where an entity is taken from that `item` lacks (the defaults of an evaluations request)
 * @throws HubError `invalid_request` that names the field; never for what is in `context`, where AuthZEN lets a caller
 *   send what it likes
 */
export function parseEvaluation(item: JsonObject, fallback?: JsonObject): Evaluation {
  const subject = entity('subject', item, fallback);
  const action = entity('action', item, fallback);
  const resource = entity('resource', item, fallback);
  const properties = optionalObject(subject['properties'], 'subject.properties');
  const type = text(subject['type'], 'subject.type');
  const user = text(subject['id'], 'subject.id');
  text(action['name'], 'action.name');
  optionalObject(action['properties'], 'action.properties');
  const resourceType = text(resource['type'], 'resource.type');
  const application = text(resource['id'], 'resource.id');
  optionalObject(resource['properties'], 'resource.properties');
  const deviceId = optionalText(properties?.['device_id'], 'subject.properties.device_id');
  const context = optionalObject(item['context'] ?? fallback?.['context'], 'context') ?? NO_CONTEXT;
  const hints: Hint[] = [];
  return {
    question: questionWith(user, application, deviceId, context, hints),
    hints,
    stepsUp: stepsUp(context, hints),
    language: contextText(context, 'language', hints),
    deviceId,
    certificate: optionalText(properties?.['certificate'], 'subject.properties.certificate'),
    subjectIsUser: type === 'user',
    resourceIsApplication: resourceType === 'application',
  };
}

const NO_CONTEXT: JsonObject = {};

function questionWith(
  user: string,
  application: string,
  deviceId: string | undefined,
  context: JsonObject,
  hints: Hint[],
): Evaluation['question'] {
  return {
    user,
    application,
    device: deviceId === undefined ? undefined : { grade: 'claim', value: deviceId },
    platform: platform(context, hints),
    clientAppType:
      word(context, 'client_app_type', CLIENT_APP_TYPE_OF, hints) ??
      word(context, 'clientAppType', CLIENT_APP_TYPE_OF, hints),
    ip: matching(context, 'ip', (text) => isIP(text) !== 0, 'must be an IPv4 or IPv6 address', hints),
    country: matching(
      context,
      'country',
      (text) => /^[A-Za-z]{2}$/u.test(text),
      'must be a country code of two letters (ISO 3166-1)',
      hints,
    )?.toUpperCase(),
    mfaDone: mfaDone(context, hints),
  };
}

function entity(name: string, item: JsonObject, fallback: JsonObject | undefined): JsonObject {
  const value = item[name] ?? fallback?.[name];
  if (value === undefined || value === null) throw invalidField(name, 'is missing');
  return object(value, name);
}

/** @throws HubError when it is no object; an array is none. */
export function object(value: unknown, field: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw invalidField(field, 'must be an object');
}

function optionalObject(value: unknown, field: string): JsonObject | undefined {
  return value === undefined || value === null ? undefined : object(value, field);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw invalidField(field, value === undefined ? 'is missing' : 'must be a string');
}

function optionalText(value: unknown, field: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, field);
}

const PLATFORM_OF = new Map<string, Platform>([
  ...PLATFORMS.map((name) => [name.toLowerCase(), name] as const),
  ['windowsphone', 'unknown'],
]);
const CLIENT_APP_TYPES: readonly ClientAppType[] = [
  'browser',
  'mobileAppsAndDesktopClients',
  'exchangeActiveSync',
  'easSupported',
  'other',
];
const CLIENT_APP_TYPE_OF = new Map<string, ClientAppType>(CLIENT_APP_TYPES.map((name) => [name.toLowerCase(), name]));

/** A word of Graph, or the name of a system as managements send it; ChromeOS and the like are known, and none of Graph's platforms. */
function platform(context: JsonObject, hints: Hint[]): Platform | undefined {
  const given = contextText(context, 'platform', hints);
  if (given === undefined) return undefined;
  const meant = PLATFORM_OF.get(given.toLowerCase());
  if (meant !== undefined) return meant;
  const system = readSystem(given);
  if (system.known) return system.platform;
  hint(
    hints,
    'platform',
    `must be one of ${[...new Set(PLATFORM_OF.values())].join(', ')}, or the name of a system that is known here`,
  );
  return undefined;
}

function contextText(context: JsonObject, name: string, hints: Hint[]): string | undefined {
  const value = context[name];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  hint(hints, name, 'must be a string');
  return undefined;
}

function matching(
  context: JsonObject,
  name: string,
  fits: (text: string) => boolean,
  message: string,
  hints: Hint[],
): string | undefined {
  const given = contextText(context, name, hints);
  if (given === undefined || fits(given)) return given;
  hint(hints, name, message);
  return undefined;
}

function word<T extends string>(
  context: JsonObject,
  name: string,
  words: ReadonlyMap<string, T>,
  hints: Hint[],
): T | undefined {
  const given = contextText(context, name, hints);
  const known = given === undefined ? undefined : words.get(given.toLowerCase());
  if (given !== undefined && known === undefined)
    hint(hints, name, `must be one of ${[...new Set(words.values())].join(', ')}`);
  return known;
}

/** `mfa: true`, or `amr` with "mfa" in it (RFC 8176). */
function mfaDone(context: JsonObject, hints: Hint[]): boolean | undefined {
  const { mfa, amr } = context;
  const told = mfa === null || typeof mfa === 'boolean' ? (mfa ?? undefined) : undefined;
  if (mfa !== undefined && mfa !== null && told === undefined) hint(hints, 'mfa', 'must be true or false');
  const methods = contextTexts(amr, 'amr', hints);
  return methods === undefined ? told : told === true || methods.includes('mfa');
}

function contextTexts(value: unknown, name: string, hints: Hint[]): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  hint(hints, name, 'must be an array of strings');
  return undefined;
}

/** Both levels of the negotiation (Obligations Extension, "Adoption and Negotiation"). What else is listed does not matter. */
function stepsUp(context: JsonObject, hints: Hint[]): boolean {
  const extensions = contextTexts(context['supported_mandatory_extensions'], 'supported_mandatory_extensions', hints);
  const types = contextTexts(context['supported_obligations'], 'supported_obligations', hints);
  return extensions?.includes(OBLIGATIONS_EXTENSION) === true && types?.includes(STEP_UP) === true;
}

function hint(hints: Hint[], name: string, message: string): void {
  hints.push({ field: `context.${name}`, message });
}
