import { hasElapsed, type Clock } from '../../platform/clock.ts';
import type { VendorTools } from '../vendor.ts';

const WINDOW_MS = 60_000;

/** Keeps our requests within what the vendor allows a minute, in the order they were asked for. */
export class RequestBudget {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #wait: VendorTools['wait'];
  /** When the requests of the last minute were made, oldest first. */
  #made: number[] = [];

  constructor(perMinute: number, tools: Pick<VendorTools, 'clock' | 'wait'>) {
    this.#perMinute = perMinute;
    this.#clock = tools.clock;
    this.#wait = tools.wait;
  }

  /** Resolves when one more request may be made. */
  async spend(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      this.#made = this.#made.filter((at) => !hasElapsed(at, WINDOW_MS, now));
      const oldest = this.#made[0];
      if (oldest === undefined || this.#made.length < this.#perMinute) {
        this.#made.push(now);
        return;
      }
      await this.#wait(WINDOW_MS - (now - oldest), signal);
    }
  }
}
