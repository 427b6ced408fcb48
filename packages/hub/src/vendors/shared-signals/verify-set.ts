import { isDeepStrictEqual } from 'node:util';
import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import { VendorError } from '../kit/vendor-error.ts';
import type { VendorTools } from '../vendor.ts';
import { hasRepeatedMembers } from '../../platform/repeated-members.ts';
import { isRecord, record, type WireRecord } from '../kit/wire-read.ts';
import { problemOfEvent } from './events.ts';
import type { SharedSignalsSettings } from './settings.ts';
import { membersOf, problemOfSubject } from './subjects.ts';
import { createTransmitter, type Transmitter } from './transmitter.ts';
import { STREAM_UPDATED, UNDERSTOOD_MEMBERS, VERIFICATION } from './vocabulary.ts';
import type { KeptSet } from './wire.ts';

/** Codes of RFC 8935, section 2.4. */
export type SetError =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed';

/** A token that is not taken. The description is for the transmitter's operator and repeats nothing secret. */
export class SetRefused extends Error {
  readonly err: SetError;
  constructor(err: SetError, description: string) {
    super(description);
    this.name = 'SetRefused';
    this.err = err;
  }
}

export interface VerifiedSet {
  readonly jti: string;
  /** To be taken in; `undefined` where the token says nothing that we may use. */
  readonly record: KeptSet | undefined;
  /** What the transmitter announces about the stream itself: `paused (key change)`. */
  readonly streamStatus?: string | undefined;
}

/** Asymmetric only: with a shared secret the receiver could write tokens too. RS256 is CAEP's interop profile. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** As for reports of vendors: a token from later than this would outrank every true one until that time. */
const MAX_AHEAD_MS = 5 * 60_000;
const MAX_LENGTH = 256 * 1024;
/** `iat` is in whole seconds, and the transmitter's clock is not ours. */
const CLOCKS_DIFFER_MS = 10_000;

export interface SetVerifier {
  readonly transmitter: Transmitter;
  /**
   * Judges a token by RFC 8417, SSF 1.0 and CAEP 1.0. Rejects with `SetRefused` for a token that will never be
   * good, and with `VendorError` where the transmitter's keys cannot be had now.
   */
  verify(token: string): Promise<VerifiedSet>;
}

export function createSetVerifier(
  settings: SharedSignalsSettings,
  tools: Pick<VendorTools, 'http' | 'clock'>,
): SetVerifier {
  const transmitter = createTransmitter(settings, tools);
  return {
    transmitter,
    async verify(token) {
      checkHeader(token);
      if (unverifiedIssuer(token) !== settings.issuer)
        throw new SetRefused('invalid_issuer', 'iss is not the issuer of this stream.');
      const claims = await checkSignature(token, transmitter);
      checkClaims(claims, settings, tools.clock.now());
      const events = Object.entries(record(claims.events));
      requireOneEvent(events);
      for (const [type, event] of events) {
        const problem = problemOfEvent(type, event);
        if (problem !== undefined) throw invalid(problem);
      }
      const jti = String(claims.jti);
      const about = events.find(([type]) => type === VERIFICATION || type === STREAM_UPDATED);
      if (about !== undefined) return { jti, record: undefined, streamStatus: statusOf(claims, about, settings) };
      const dropped = hasForeignCriticalMember(claims, (await transmitter.metadata()).criticalMembers);
      return { jti, record: dropped ? undefined : { set: token } };
    },
  };
}

function invalid(description: string): SetRefused {
  return new SetRefused('invalid_request', description);
}

/** RFC 8417, section 2.3: the type keeps an access token or an id token from being taken for an event. */
function checkHeader(token: string): void {
  if (token.length > MAX_LENGTH) throw invalid('The token is too long.');
  let header: WireRecord;
  try {
    header = record(decodeProtectedHeader(token));
  } catch {
    throw invalid('The body is no signed JSON Web Token in compact form.');
  }
  if (typeof header.typ !== 'string' || header.typ.toLowerCase().replace(/^application\//, '') !== 'secevent+jwt')
    throw invalid('typ must be secevent+jwt.');
  if (typeof header.alg !== 'string' || !ALGORITHMS.includes(header.alg))
    throw new SetRefused('invalid_key', 'The algorithm of the signature is not accepted.');
}

/** Looked at before the keys are: refusing needs no proof. */
function unverifiedIssuer(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw invalid('The claims of the token are no JSON object.');
  }
}

async function checkSignature(token: string, transmitter: Transmitter): Promise<WireRecord> {
  const first = await tryKeys(token, await transmitter.keys());
  if (first !== undefined) return first;
  const newer = await transmitter.newerKeys();
  const second = newer === undefined ? undefined : await tryKeys(token, newer);
  if (second !== undefined) return second;
  // A key that began after we looked is no fault of the token: the transmitter would never send a refused one again.
  if (newer === undefined && mayBeIssuedAfter(token, transmitter.keysKeptAt))
    throw new VendorError(
      'unavailable',
      'The keys of the transmitter are read anew in a moment; the token may be signed with a new one.',
    );
  throw new SetRefused('invalid_key', 'The transmitter publishes no such key.');
}

function mayBeIssuedAfter(token: string, moment: number | undefined): boolean {
  const { iat } = decodeJwt(token);
  return typeof iat === 'number' && moment !== undefined && iat * 1000 > moment - CLOCKS_DIFFER_MS;
}

/** The claims; `undefined` where none of the keys is meant. */
async function tryKeys(token: string, keys: JSONWebKeySet): Promise<WireRecord | undefined> {
  try {
    const { payload } = await compactVerify(token, createLocalJWKSet(keys), { algorithms: ALGORITHMS });
    return claimsOf(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw new SetRefused('authentication_failed', 'The signature is not that of the transmitter.');
    if (error instanceof errors.JWSInvalid) throw invalid('The token is no JSON Web Signature that can be read.');
    // Several keys fit, the key is too short (RFC 7518, section 3.3), or it is of another kind than it says.
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw new SetRefused('invalid_key', 'The key of the signature is not accepted.');
    throw error;
  }
}

/** RFC 7519, section 4: of a name that stands twice one reader takes the first value and another the last. */
function claimsOf(text: string): WireRecord {
  let isRepeated: boolean;
  let claims: unknown;
  try {
    claims = JSON.parse(text);
    isRepeated = hasRepeatedMembers(text, claims);
  } catch {
    throw invalid('The claims of the token cannot be read.'); // Or lie too deep within one another.
  }
  if (isRepeated) throw invalid('A name stands twice in one object of the claims.');
  return record(claims);
}

/**
 * SSF 1.0, section 4.2.1: several addresses are for one event whose type goes by several of them. Their last parts and
 * what they hold then agree; of two different events, one could hide the other.
 */
function requireOneEvent(events: readonly (readonly [string, unknown])[]): void {
  const names = new Set(events.map(([type]) => type.replace(/\/+$/, '').split('/').at(-1)?.toLowerCase()));
  if (names.size > 1) throw invalid('events holds events of different types; send one token for each.');
  if (events.some(([, event]) => !isDeepStrictEqual(event, events[0]?.[1])))
    throw invalid(
      'events holds one type under several addresses with different contents; send one token for each event.',
    );
}

function checkClaims(claims: WireRecord, { audience, acceptSubjectInEvent }: SharedSignalsSettings, now: number): void {
  const audiences: readonly unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(audience)) throw new SetRefused('invalid_audience', 'aud does not name this receiver.');
  if (typeof claims.jti !== 'string' || claims.jti === '' || claims.jti.length > 1024) throw invalid('jti is missing.');
  if (typeof claims.iat !== 'number') throw invalid('iat is missing.');
  if (claims.iat * 1000 > now + MAX_AHEAD_MS) throw invalid('iat lies in the future.');
  // SSF 1.0, sections 4.1.2 and 4.1.7: they make a token look like one that grants something.
  if ('exp' in claims) throw invalid('exp must not be there.');
  if ('sub' in claims) throw invalid('sub must not be there; the subject goes into sub_id.');
  const events = Object.values(record(claims.events));
  if (events.length === 0 || !events.every(isRecord)) throw invalid('events must hold at least one event.');
  const subjects =
    'sub_id' in claims
      ? [claims.sub_id]
      : acceptSubjectInEvent
        ? events.map((event) => record(event).subject)
        : [undefined];
  for (const subject of subjects) {
    const problem = subject === undefined ? 'sub_id is missing.' : problemOfSubject(subject);
    if (problem !== undefined) throw invalid(problem);
  }
}

/** SSF 1.0, section 8.1.4: such an event is about the stream, which is its subject. */
function statusOf(
  claims: WireRecord,
  [type, event]: readonly [string, unknown],
  { streamId }: SharedSignalsSettings,
): string | undefined {
  const subject = record(claims.sub_id);
  if (streamId !== undefined && (subject.format !== 'opaque' || subject.id !== streamId))
    throw invalid('The event is about another stream.');
  if (type === VERIFICATION) return undefined;
  const { status, reason } = record(event);
  return [String(status).slice(0, 40), typeof reason === 'string' ? `(${reason.slice(0, 200)})` : ''].join(' ').trim();
}

/** SSF 1.0, section 3.5. */
function hasForeignCriticalMember(claims: WireRecord, critical: readonly string[]): boolean {
  const subjects =
    'sub_id' in claims ? [claims.sub_id] : Object.values(record(claims.events)).map((event) => record(event).subject);
  return subjects.some((subject) =>
    Object.keys(membersOf(record(subject)) ?? {}).some(
      (name) => critical.includes(name) && !UNDERSTOOD_MEMBERS.has(name),
    ),
  );
}
