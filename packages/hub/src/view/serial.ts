/**
 * One thing after the other, in the order asked for. Whatever reads a posture and writes it back goes through
 * here, so that within this process no two of them overlap; between processes the database's locks do it.
 */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
