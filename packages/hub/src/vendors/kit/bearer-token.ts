import type { Clock } from '../../platform/clock.ts';

export interface FreshToken {
  readonly token: string;
  /** How long it may be used; left out where the vendor does not say, then until it is refused. */
  readonly lifetimeMs?: number | undefined;
}

/** Renewed this long before its end, so that a call that is on its way does not arrive too late. */
const EARLY_MS = 60_000;

/**
 * Keeps one bearer token and asks for the next in time; callers that need one at the same moment share one
 * request. A call refused with 401 is made once more with a new token, because vendors revoke tokens early.
 */
export class BearerToken {
  readonly #clock: Clock;
  readonly #request: (signal: AbortSignal) => Promise<FreshToken>;
  #current: { readonly token: string; readonly until: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(clock: Clock, request: (signal: AbortSignal) => Promise<FreshToken>) {
    this.#clock = clock;
    this.#request = request;
  }

  async use<T extends { readonly status: number }>(
    signal: AbortSignal,
    call: (token: string) => Promise<T>,
  ): Promise<T> {
    const token = await this.#get(signal);
    const answer = await call(token);
    if (answer.status !== 401) return answer;
    if (this.#current?.token === token) this.#current = undefined;
    return call(await this.#get(signal));
  }

  #get(signal: AbortSignal): Promise<string> {
    if (this.#current !== undefined && this.#clock.now() < this.#current.until)
      return Promise.resolve(this.#current.token);
    this.#pending ??= this.#renew(signal).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #renew(signal: AbortSignal): Promise<string> {
    const { token, lifetimeMs = Number.POSITIVE_INFINITY } = await this.#request(signal);
    // A token that lives shorter than the margin is used for half its life.
    this.#current = { token, until: this.#clock.now() + Math.max(lifetimeMs - EARLY_MS, lifetimeMs / 2) };
    return token;
  }
}
