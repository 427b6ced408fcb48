import { setTimeout as pause } from 'node:timers/promises';
import type { FleetDevice } from './fleet.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';

export interface FirstLookDependencies extends ReevaluateDependencies {
  readonly onError: (error: unknown) => void;
}

const AFTER_MS = 500;
const RETRY_MS = 1_000;

/**
 * After a start every device is evaluated once: time has passed, a change of policy may have been cut short, and
 * this version may judge otherwise than the last. For a large fleet that takes seconds, and as long as the
 * database cannot be written it is not done at all; until it is done, decisions evaluate the device they are about.
 */
export class FirstLook {
  readonly #deps: FirstLookDependencies;
  #done = false;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: FirstLookDependencies) {
    this.#deps = deps;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Resolves after the first try, whether or not that could be written. */
  async now(): Promise<void> {
    const first = this.#tryOnce();
    this.#running = first.then(() => this.#tryAgain());
    await first;
  }

  /** Lets the rest of the start go first. */
  soon(): void {
    this.#running = this.#pause(AFTER_MS).then(() => this.#tryOnce()).then(() => this.#tryAgain());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #tryOnce(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    try {
      await reevaluate(this.#deps, this.#devices());
      this.#done = !this.#stopped.signal.aborted;
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  async #tryAgain(): Promise<void> {
    while (!this.#done && !this.#stopped.signal.aborted) {
      await this.#pause(RETRY_MS);
      await this.#tryOnce();
    }
  }

  /** Cut short by `stop`. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  * #devices(): Generator<FleetDevice> {
    for (const device of this.#deps.memory.fleet.all()) {
      if (this.#stopped.signal.aborted) return;
      yield device;
    }
  }
}
