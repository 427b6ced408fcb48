/** A text that rows have, and which ones: mostly one, and then there is no list. */
interface Key {
  readonly text: string;
  rows: number | number[];
}

/** A text of each row that several may have, such as its user. Each text is kept once. */
export class KeyColumn {
  readonly #keys: (Key | undefined)[] = [];
  readonly #byText = new Map<string, Key>();
  readonly #kept: (text: string) => string;

  /** @param kept answers the same text as one that is in memory already, if it is */
  constructor(kept: (text: string) => string = (text) => text) {
    this.#kept = kept;
  }

  get(row: number): string | undefined {
    return this.#keys[row]?.text;
  }

  /** The rows that have this text, in the order in which they were given it. */
  find(text: string): readonly number[] {
    const key = this.#byText.get(text);
    return key === undefined ? NO_ROWS : typeof key.rows === 'number' ? [key.rows] : key.rows;
  }

  /** Gives a row that has no text one, or none. */
  set(row: number, text: string | undefined): void {
    let key: Key | undefined;
    if (text !== undefined) {
      key = this.#byText.get(text);
      if (key === undefined) this.#add((key = { text: this.#kept(text), rows: row }));
      // The list of two is written out because one that grew takes the room of seventeen.
      else if (typeof key.rows === 'number') key.rows = [key.rows, row];
      else key.rows.push(row);
    }
    // Without holes, which would make the engine keep the column as a dictionary.
    while (this.#keys.length <= row) this.#keys.push(undefined);
    this.#keys[row] = key;
  }

  /** Takes its text from a row, if it has one. */
  delete(row: number): void {
    const key = this.#keys[row];
    if (key === undefined) return;
    this.#keys[row] = undefined;
    const rows = typeof key.rows === 'number' ? NO_ROWS : key.rows.filter((other) => other !== row);
    if (rows.length === 0) this.#byText.delete(key.text);
    else key.rows = rows.length === 1 ? rows[0] as number : [...rows];
  }

  #add(key: Key): void {
    this.#byText.set(key.text, key);
  }
}

const NO_ROWS: readonly number[] = [];
