/** One thing after the other for each key; different keys do not wait for each other. Holds in this process only. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const distinct = [...new Set(keys)];
    const before = Promise.allSettled(distinct.map((key) => this.#last.get(key)));
    const result = before.then(work);
    const settled = result.then(() => undefined, () => undefined);
    for (const key of distinct) this.#last.set(key, settled);
    try {
      return await result;
    } finally {
      for (const key of distinct) if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
