import { OutboundError } from '../../platform/outbound.ts';

export type VendorFailure =
  /** Address, credentials or rights are wrong: a person has to act. */
  | 'refused'
  | 'rate_limited'
  /** The vendor cannot answer now. */
  | 'unavailable'
  /** The vendor answered what we cannot read. */
  | 'bad_answer';

/** A vendor could not be asked. The message is shown to administrators and holds no secret. */
export class VendorError extends Error {
  readonly failure: VendorFailure;
  /** What the vendor asked us to wait. */
  readonly retryAfterMs: number | undefined;
  constructor(failure: VendorFailure, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VendorError';
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws for any status but 2xx. `what` completes "Lookout ... answered 429". */
export function requireSuccess(answer: Answer, what: string, now: number): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  throw new VendorError(
    failureOfStatus(status),
    `${what} answered ${status}${whatHelps(status)}.`,
    retryAfterMs(answer.headers['retry-after'], theirNow(answer, now)),
  );
}

/** A date that the vendor names is by its own clock, which may be hours from ours. */
function theirNow({ headers }: Answer, now: number): number {
  const told = Date.parse(headers.date ?? '');
  return Number.isNaN(told) ? now : told;
}

/** For administrators: what a bare number does not tell. */
function whatHelps(status: number): string {
  if (status >= 300 && status < 400)
    return ', which leads to another address; that is not followed, so check the one in the settings';
  if (status === 404) return ': there is nothing at this address. Check it';
  if (status === 429) return ': it has had too many requests';
  return '';
}

function failureOfStatus(status: number): VendorFailure {
  if (status === 429) return 'rate_limited';
  if (status >= 500 || status === 408) return 'unavailable';
  return 'refused';
}

/** RFC 9110, section 10.2.3: seconds or a date. Never more than an hour, whatever is asked. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}

const FAILURE_OF_OUTBOUND: Readonly<Record<OutboundError['code'], VendorFailure | undefined>> = {
  destination_refused: 'refused',
  timeout: 'unavailable',
  response_too_large: 'bad_answer',
  connection_failed: 'unavailable',
  // Our own doing, and no failure of the vendor.
  aborted: undefined,
};

/** Runs a call to a vendor and turns what the network does into `VendorError`. */
export async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asVendorError(error);
  }
}

export function asVendorError(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  const failure = FAILURE_OF_OUTBOUND[error.code];
  return failure === undefined ? error : new VendorError(failure, error.message, undefined, { cause: error });
}
