import { isIP } from 'node:net';
import { PLATFORMS } from '@sallyport/core';
import type { ClientAppType, Platform } from '@sallyport/core';
import { invalidField } from '@sallyport/contracts';
import type { AccessQuestion } from '../../pipeline/ports.ts';

/**
 * What an AuthZEN Access Evaluation request (Authorization API 1.0, section 6) asks of us. Read by hand: this
 * is the hottest path of the product. `schemas.ts` says the same for the API document, and a test compares.
 */
export interface Evaluation {
  /** Complete, unless there is a certificate to be checked first. */
  readonly question: Omit<AccessQuestion, 'certificateInvalid'>;
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

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * @param fallback where an entity is taken from that `item` lacks (the defaults of an evaluations request)
 * @throws HubError `invalid_request` that names the field
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
  const context = optionalObject(item['context'] ?? fallback?.['context'], 'context');
  return {
    question: questionWith(user, application, deviceId, context ?? NO_CONTEXT),
    language: optionalText(context?.['language'], 'context.language'),
    deviceId,
    certificate: optionalText(properties?.['certificate'], 'subject.properties.certificate'),
    subjectIsUser: type === 'user',
    resourceIsApplication: resourceType === 'application',
  };
}

const NO_CONTEXT: JsonObject = {};

function questionWith(user: string, application: string, deviceId: string | undefined, context: JsonObject): Evaluation['question'] {
  return {
    user,
    application,
    device: deviceId === undefined ? undefined : { grade: 'claim', value: deviceId },
    platform: platform(context['platform']),
    clientAppType: clientAppType(context),
    ip: ip(context['ip']),
    country: country(context['country']),
    mfaDone: mfaDone(context),
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

const PLATFORM_OF = new Map<string, Platform>([...PLATFORMS.map((name) => [name.toLowerCase(), name] as const), ['windowsphone', 'unknown']]);

function platform(value: unknown): Platform | undefined {
  return word(value, 'context.platform', PLATFORM_OF);
}

const CLIENT_APP_TYPES: readonly ClientAppType[] = ['browser', 'mobileAppsAndDesktopClients', 'exchangeActiveSync', 'easSupported', 'other'];
const CLIENT_APP_TYPE_OF = new Map<string, ClientAppType>(CLIENT_APP_TYPES.map((name) => [name.toLowerCase(), name]));

function clientAppType(context: JsonObject): ClientAppType | undefined {
  const snake = word(context['client_app_type'], 'context.client_app_type', CLIENT_APP_TYPE_OF);
  return snake ?? word(context['clientAppType'], 'context.clientAppType', CLIENT_APP_TYPE_OF);
}

function word<T extends string>(value: unknown, field: string, words: ReadonlyMap<string, T>): T | undefined {
  const given = optionalText(value, field);
  if (given === undefined) return undefined;
  const known = words.get(given.toLowerCase());
  if (known === undefined) throw invalidField(field, `must be one of ${[...new Set(words.values())].join(', ')}`);
  return known;
}

function ip(value: unknown): string | undefined {
  const given = optionalText(value, 'context.ip');
  if (given !== undefined && isIP(given) === 0) throw invalidField('context.ip', 'must be an IPv4 or IPv6 address');
  return given;
}

function country(value: unknown): string | undefined {
  const given = optionalText(value, 'context.country');
  if (given === undefined) return undefined;
  if (!/^[A-Za-z]{2}$/u.test(given)) throw invalidField('context.country', 'must be a country code of two letters (ISO 3166-1)');
  return given.toUpperCase();
}

/** `mfa: true`, or `amr` with "mfa" in it (RFC 8176). */
function mfaDone(context: JsonObject): boolean | undefined {
  const { mfa, amr } = context;
  if (mfa !== undefined && mfa !== null && typeof mfa !== 'boolean') throw invalidField('context.mfa', 'must be true or false');
  if (amr === undefined || amr === null) return mfa === null ? undefined : mfa;
  if (!Array.isArray(amr) || !amr.every((method) => typeof method === 'string')) throw invalidField('context.amr', 'must be an array of strings');
  return mfa === true || amr.includes('mfa');
}
