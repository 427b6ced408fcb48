import { NumberColumn } from './number-column.ts';

/** A text that rows have, with the first and the last of them. */
interface Key {
  readonly text: string;
  first: number;
  last: number;
}

const END = -1;

/** A text of each row that several may have, such as its user. Each text is kept once, and its rows are a chain. */
export class KeyColumn {
  readonly #keys: (Key | undefined)[] = [];
  /** The next row with the same text. */
  readonly #next = new NumberColumn();
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
    const rows: number[] = [];
    for (let row = this.#byText.get(text)?.first ?? END; row !== END; row = this.#next.get(row)) rows.push(row);
    return rows;
  }

  /** Gives a text to a row that has none. */
  set(row: number, text: string): void {
    // Without holes, which would make the engine keep the column as a dictionary.
    while (this.#keys.length <= row) this.#keys.push(undefined);
    let key = this.#byText.get(text);
    if (key === undefined) {
      const kept = this.#kept(text);
      key = { text: kept, first: row, last: row };
      this.#byText.set(kept, key);
    } else {
      this.#next.set(key.last, row);
      key.last = row;
    }
    this.#next.set(row, END);
    this.#keys[row] = key;
  }

  /** Takes its text from a row, if it has one. */
  delete(row: number): void {
    const key = this.#keys[row];
    if (key === undefined) return;
    this.#keys[row] = undefined;
    const next = this.#next.get(row);
    if (key.first === row) {
      if (next === END) this.#byText.delete(key.text);
      key.first = next;
      return;
    }
    let before = key.first;
    while (this.#next.get(before) !== row) before = this.#next.get(before);
    this.#next.set(before, next);
    if (key.last === row) key.last = before;
  }
}
