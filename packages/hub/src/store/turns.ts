/** Lets one in at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `work` when everybody who asked before is done. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
