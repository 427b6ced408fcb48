import { decodeJwt } from 'jose';
import type { WireRecord } from '../kit/wire-read.ts';
import { isRecord, record } from '../kit/wire-read.ts';

/** What is kept of a token: the token itself, whose signature anybody can check again. Ours; verified before it is kept. */
export interface KeptSet {
  readonly set: string;
}

export interface SetEvent {
  readonly type: string;
  readonly event: WireRecord;
  /** Of the token, or of the event in Okta's form. */
  readonly subject: WireRecord;
}

export interface SetClaims {
  readonly issuer: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly issuedAt: number | undefined;
  /** `toe`: when it happened, in seconds (RFC 8417, section 2.2). */
  readonly happenedAt: number | undefined;
  readonly events: readonly SetEvent[];
}

/** The claims of a kept token; `undefined` for what is none. Checks no signature. */
export function readKeptSet(raw: unknown): SetClaims | undefined {
  if (!isRecord(raw) || typeof raw.set !== 'string') return undefined;
  try {
    return readClaims(record(decodeJwt(raw.set)));
  } catch {
    return undefined;
  }
}

function readClaims(claims: WireRecord): SetClaims | undefined {
  if (typeof claims.iss !== 'string' || typeof claims.jti !== 'string' || claims.jti === '') return undefined;
  const subject = record(claims.sub_id);
  const named = isRecord(claims.sub_id);
  return {
    issuer: claims.iss,
    jti: claims.jti,
    issuedAt: seconds(claims.iat),
    happenedAt: seconds(claims.toe),
    events: Object.entries(record(claims.events)).flatMap(([type, event]) =>
      isRecord(event) ? [{ type, event, subject: named ? subject : record(event.subject) }] : [],
    ),
  };
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Milliseconds since 1970 of an event: CAEP 1.0 has seconds, its older drafts had milliseconds. */
export function timeOfEvent(
  { event_timestamp: told }: WireRecord,
  { happenedAt, issuedAt }: SetClaims,
): number | undefined {
  const own = seconds(told);
  if (own !== undefined) return Math.floor(own > 100_000_000_000 ? own : own * 1000);
  const other = happenedAt ?? issuedAt;
  return other === undefined ? undefined : Math.floor(other * 1000);
}
