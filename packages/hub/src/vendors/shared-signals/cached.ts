import { hasElapsed, type Clock } from '../../platform/clock.ts';

/** Between two requests at the earliest, whatever tokens name: nobody makes us ask without end. */
const COOL_DOWN_MS = 30_000;
/** What was fetched last is used as long as this while the transmitter cannot be asked. */
const KEEP_WHILE_FAILING_MS = 24 * 60 * 60_000;

export interface CachedOptions<T> {
  readonly clock: Clock;
  readonly fetch: () => Promise<T>;
  /** After this it is fetched again. */
  readonly maxAgeMs: number;
}

/**
 * Something fetched from the transmitter; those who need it at the same moment share one request. What a successful
 * fetch answers takes the place of what was there before. A failed one changes nothing for 24 hours: a transmitter that
 * is away has withdrawn nothing.
 */
export class Cached<T> {
  readonly #options: CachedOptions<T>;
  #kept: { readonly value: T; readonly at: number } | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;
  #pending: Promise<T> | undefined;

  constructor(options: CachedOptions<T>) {
    this.#options = options;
  }

  /** When what is kept was fetched; `undefined`: nothing was. */
  get keptAt(): number | undefined {
    return this.#kept?.at;
  }

  /** Rejects as the last request did, where nothing that may still be used is kept. */
  async get(): Promise<T> {
    const { clock, maxAgeMs } = this.#options;
    if (this.#kept !== undefined && !hasElapsed(this.#kept.at, maxAgeMs, clock.now())) return this.#kept.value;
    if (this.#failed !== undefined && !hasElapsed(this.#failed.at, COOL_DOWN_MS, clock.now()))
      return this.#keptOr(this.#failed.error);
    return this.fetchNow().catch((error: unknown) => this.#keptOr(error));
  }

  /** A newer one than before; `undefined` while it is too early to ask again. */
  async newer(): Promise<T | undefined> {
    const last = Math.max(this.#kept?.at ?? 0, this.#failed?.at ?? 0);
    return hasElapsed(last, COOL_DOWN_MS, this.#options.clock.now()) ? this.fetchNow() : undefined;
  }

  /** Whenever it was fetched last. Rejects when it cannot be had. */
  fetchNow(): Promise<T> {
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #request(): Promise<T> {
    const { clock, fetch } = this.#options;
    try {
      const value = await fetch();
      this.#kept = { value, at: clock.now() };
      this.#failed = undefined;
      return value;
    } catch (error) {
      this.#failed = { error, at: clock.now() };
      throw error;
    }
  }

  #keptOr(error: unknown): T {
    if (this.#kept === undefined || hasElapsed(this.#kept.at, KEEP_WHILE_FAILING_MS, this.#options.clock.now()))
      throw error;
    return this.#kept.value;
  }
}
