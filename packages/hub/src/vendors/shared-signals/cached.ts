import { hasElapsed, type Clock } from '../../platform/clock.ts';

/** How long an answer is used. */
const MAX_AGE_MS = 60 * 60_000;
/** Between two requests at the earliest, whatever tokens name: nobody makes us ask without end. */
const COOL_DOWN_MS = 30_000;

/** Something fetched from the transmitter, kept for an hour; those who need it at the same moment share one request. */
export class Cached<T> {
  readonly #clock: Clock;
  readonly #fetch: () => Promise<T>;
  #kept: { readonly value: T; readonly at: number } | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;
  #pending: Promise<T> | undefined;

  constructor(clock: Clock, fetch: () => Promise<T>) {
    this.#clock = clock;
    this.#fetch = fetch;
  }

  /** When what is kept was there; `undefined`: nothing is. */
  get keptAt(): number | undefined {
    return this.#kept?.at;
  }

  /** Rejects as the last request did, until it may be made again. */
  async get(): Promise<T> {
    if (this.#kept !== undefined && !hasElapsed(this.#kept.at, MAX_AGE_MS, this.#clock.now())) return this.#kept.value;
    if (this.#failed !== undefined && !hasElapsed(this.#failed.at, COOL_DOWN_MS, this.#clock.now())) throw this.#failed.error;
    return this.#renew();
  }

  /** A newer one than before; `undefined` while it is too early to ask again. */
  async newer(): Promise<T | undefined> {
    const last = Math.max(this.#kept?.at ?? 0, this.#failed?.at ?? 0);
    return hasElapsed(last, COOL_DOWN_MS, this.#clock.now()) ? this.#renew() : undefined;
  }

  #renew(): Promise<T> {
    this.#pending ??= this.#request().finally(() => { this.#pending = undefined; });
    return this.#pending;
  }

  async #request(): Promise<T> {
    try {
      const value = await this.#fetch();
      this.#kept = { value, at: this.#clock.now() };
      this.#failed = undefined;
      return value;
    } catch (error) {
      this.#failed = { error, at: this.#clock.now() };
      throw error;
    }
  }
}
