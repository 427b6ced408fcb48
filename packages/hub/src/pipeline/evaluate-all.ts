import { setTimeout as pause } from 'node:timers/promises';
import type { FleetDevice } from '../view/fleet.ts';
import { reevaluateNow, type ReevaluateDependencies } from './reevaluate-fleet.ts';

export interface EvaluateAllDependencies extends Omit<ReevaluateDependencies, 'unfinished'> {
  readonly onError: (error: unknown) => void;
}

const AFTER_MS = 500;
const RETRY_MS = 1_000;

/**
 * Sees to it that every device is evaluated: once after a start, for time has passed, a change of policy may
 * have been cut short, and this version may judge otherwise than the last; and whenever an evaluation could not
 * be finished. For a large fleet that takes seconds, and as long as the database cannot be written it is not
 * done at all; until it is done, decisions evaluate the device they are about.
 */
export class EvaluateAll {
  readonly #deps: EvaluateAllDependencies;
  /** Counts what asked for it, so that a round that began before does not count as done. */
  #wanted = 1;
  #done = 0;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: EvaluateAllDependencies) {
    this.#deps = deps;
  }

  get isDone(): boolean {
    return this.#done === this.#wanted;
  }

  /** Resolves after the first try, whether or not that could be written. */
  async now(): Promise<void> {
    await this.#tryOnce();
    if (!this.isDone) this.#run(RETRY_MS);
  }

  /** Lets the rest of the start go first. */
  soon(): void {
    this.#run(AFTER_MS);
  }

  /** Everything once more, after a pause, since something could not be finished. */
  again(): void {
    this.#wanted += 1;
    this.#run(RETRY_MS);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  #run(after: number): void {
    this.#running ??= this.#untilDone(after).finally(() => {
      this.#running = undefined;
    });
  }

  async #untilDone(after: number): Promise<void> {
    await this.#pause(after);
    while (!this.isDone && !this.#stopped.signal.aborted) {
      await this.#tryOnce();
      if (!this.isDone) await this.#pause(RETRY_MS);
    }
  }

  async #tryOnce(): Promise<void> {
    const wanted = this.#wanted;
    try {
      await reevaluateNow(this.#deps, this.#devices());
      if (!this.#stopped.signal.aborted) this.#done = wanted;
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  /** Cut short by `stop`. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  *#devices(): Generator<FleetDevice> {
    for (const device of this.#deps.memory.fleet.all()) {
      if (this.#stopped.signal.aborted) return;
      yield device;
    }
  }
}
