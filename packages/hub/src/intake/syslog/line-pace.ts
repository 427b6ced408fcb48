/**
 * Lines a second that one connector may send in the long run, with a burst on top. Who sends more is not refused
 * but read more slowly. (The generic cell rate algorithm, ITU-T I.371.)
 */
export class LinePace {
  readonly #everyMs: number;
  readonly #burstMs: number;
  #due = 0;

  constructor(perSecond: number, burst: number) {
    this.#everyMs = 1000 / perSecond;
    this.#burstMs = burst * this.#everyMs;
  }

  /** How long to wait before reading on, after so many lines. `now` is of a clock that never goes back. */
  spend(lines: number, now: number): number {
    this.#due = Math.max(this.#due, now) + lines * this.#everyMs;
    return Math.max(0, this.#due - now - this.#burstMs);
  }
}
