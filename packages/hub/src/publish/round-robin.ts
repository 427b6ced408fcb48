/** Of those who wait, so many go on in one turn of the event loop. */
const PER_TURN = 8;

/** Lets many long jobs take small steps in turn, so that decisions and reports never wait long behind them. */
export class RoundRobin {
  #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn to take one step. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#release());
    });
  }

  #release(): void {
    const first = this.#waiting.slice(0, PER_TURN);
    this.#waiting = this.#waiting.slice(PER_TURN);
    if (this.#waiting.length > 0) setImmediate(() => this.#release());
    for (const resolve of first) resolve();
  }
}
