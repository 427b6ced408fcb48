const LONGEST_PAUSE_MS = 40;
/** Of the time, at most a quarter goes into telling doors while events keep coming. */
const PAUSE_FACTOR = 3;

/**
 * Runs `work` soon after `wake`, one run at a time, and after a long run pauses in proportion, so that many
 * small commits become few larger writes. The first event after a quiet time never waits.
 */
export class Pace {
  readonly #work: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #wanted = false;
  #running = false;
  #stopped = false;
  #notBefore = 0;

  constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
    this.#work = work;
    this.#onError = onError;
  }

  wake(): void {
    if (this.#wanted || this.#stopped) return;
    this.#wanted = true;
    if (!this.#running) this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
  }

  #schedule(): void {
    const pause = this.#notBefore - performance.now();
    // setImmediate and not at once: whoever committed first finishes its own turn, in which memory is updated.
    if (pause <= 0) setImmediate(() => void this.#run());
    else setTimeout(() => void this.#run(), pause);
  }

  async #run(): Promise<void> {
    if (this.#stopped) return;
    this.#wanted = false;
    this.#running = true;
    const started = performance.now();
    try {
      await this.#work();
    } catch (error) {
      this.#onError(error);
    }
    const ended = performance.now();
    this.#notBefore = ended + Math.min((ended - started) * PAUSE_FACTOR, LONGEST_PAUSE_MS);
    this.#running = false;
    if (this.#wanted) this.#schedule();
  }
}
