/** From when until when a certificate is valid; milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
/** As long as browsers accept (CA/Browser Forum Baseline Requirements 6.3.2). */
export const SERVER_DAYS = 397;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** Clocks of clients may be a little behind ours. */
export const BACKDATED_MS = 3_600_000;

/** What is known of the time when a certificate is looked at. */
export interface CertificateTime {
  readonly now: number;
  /** Whether nothing says that `now` may be wrong. */
  readonly isSure: boolean;
}

/** Whether a server certificate of ours has to be issued again. Outside of its CA's validity it is the clock that is wrong. */
export function isDue(present: Span, ca: Span, { now, isSure }: CertificateTime): boolean {
  if (!includes(ca, now)) return false;
  const endsSoon = present.to - now <= RENEW_BEFORE_MS && present.to < ca.to;
  return present.from > now || endsSoon || (isSure && present.to - present.from > SERVER_DAYS * DAY_MS);
}

/**
 * The dates of the next server certificate, never beyond its CA's. While the time is not sure they include those of the
 * present certificate, so that clients accept it by either time.
 */
export function nextSpan(present: Span | undefined, ca: Span, { now, isSure }: CertificateTime): Span {
  const from = Math.min(Math.max(now, ca.from), ca.to - DAY_MS) - BACKDATED_MS;
  const fresh = { from, to: from + SERVER_DAYS * DAY_MS };
  if (present === undefined || (isSure && includes(ca, now))) return within(ca, fresh);
  if (!includes(ca, now)) return present;
  return within(ca, { from: Math.min(present.from, fresh.from), to: Math.max(present.to, fresh.to) });
}

function includes({ from, to }: Span, at: number): boolean {
  return from <= at && at < to;
}

function within(outer: Span, { from, to }: Span): Span {
  return { from: Math.max(outer.from, from), to: Math.min(outer.to, to) };
}
