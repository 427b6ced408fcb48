const FIRST_ROWS = 1_024;

/** A number of each row. */
export class NumberColumn {
  #values = new Float64Array(FIRST_ROWS);

  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const larger = new Float64Array(Math.max(row + 1, Math.ceil(this.#values.length * 1.5)));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[row] = value;
  }
}
