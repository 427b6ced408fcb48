import { GUID_WORDS, writeGuid } from './guid.ts';
import { hashOf, SoughtGuid } from './sought-guid.ts';

const FIRST_ROWS = 1_024;
const FREE = 0;
const sought = new SoughtGuid();

/**
 * A name of each row, by which the row is found. Nearly all are GUIDs: of those 16 bytes are kept, and a place in a
 * table of rows, where a text in a Map would take five times that. Other texts are in a Map.
 */
export class IdColumn {
  /** Of row n from `GUID_WORDS` * n on; zeros where the row has no GUID. */
  #words = new Uint32Array(FIRST_ROWS * GUID_WORDS);
  /** Rows plus one, each at the first free place from the one that its GUID's hash says; at most half are taken. */
  #places = new Int32Array(FIRST_ROWS * 2);
  #taken = 0;
  readonly #texts = new Map<number, string>();
  readonly #rowOfText = new Map<string, number>();

  get(row: number): string | undefined {
    return this.#hasGuid(row) ? writeGuid(this.#words, row * GUID_WORDS) : this.#texts.get(row);
  }

  /** The row that has this name, of several the one that was given it last; `undefined` once that one has lost it. */
  find(name: string): number | undefined {
    if (!sought.read(name)) return this.#rowOfText.get(name);
    const taken = this.#places[this.#placeOf(sought.words, 0, sought.hash)] as number;
    return taken === FREE ? undefined : taken - 1;
  }

  /** Names a row that has no name. */
  set(row: number, name: string): void {
    if (!sought.read(name)) {
      this.#texts.set(row, name);
      this.#rowOfText.set(name, row);
      return;
    }
    if ((row + 1) * GUID_WORDS > this.#words.length) this.#words = grown(this.#words, (row + 1) * GUID_WORDS);
    this.#words.set(sought.words, row * GUID_WORDS);
    const place = this.#placeOf(sought.words, 0, sought.hash);
    if (this.#places[place] === FREE) this.#taken += 1;
    this.#places[place] = row + 1;
    if (this.#taken * 2 > this.#places.length) this.#widen();
  }

  /** Takes its name from a row, if it has one. */
  delete(row: number): void {
    const text = this.#texts.get(row);
    if (text !== undefined) {
      this.#texts.delete(row);
      if (this.#rowOfText.get(text) === row) this.#rowOfText.delete(text);
    } else if (this.#hasGuid(row)) {
      const place = this.#placeOf(this.#words, row * GUID_WORDS);
      if (this.#places[place] === row + 1) this.#vacate(place);
      this.#words.fill(0, row * GUID_WORDS, (row + 1) * GUID_WORDS);
    }
  }

  #hasGuid(row: number): boolean {
    const words = this.#words;
    for (let at = row * GUID_WORDS; at < (row + 1) * GUID_WORDS; at += 1) if ((words[at] ?? 0) !== 0) return true;
    return false;
  }

  /** Where the row with this GUID is, or would be. */
  #placeOf(guid: Uint32Array, at: number, hash = hashOf(guid, at)): number {
    const last = this.#places.length - 1;
    let place = hash & last;
    for (let taken = this.#places[place] as number; taken !== FREE; taken = this.#places[place] as number) {
      if (isSame(this.#words, (taken - 1) * GUID_WORDS, guid, at)) break;
      place = (place + 1) & last;
    }
    return place;
  }

  /** What comes after, up to the next free place, may have wanted this one. */
  #vacate(place: number): void {
    const last = this.#places.length - 1;
    this.#places[place] = FREE;
    this.#taken -= 1;
    for (let next = (place + 1) & last; this.#places[next] !== FREE; next = (next + 1) & last) {
      const taken = this.#places[next] as number;
      this.#places[next] = FREE;
      this.#places[this.#placeOf(this.#words, (taken - 1) * GUID_WORDS)] = taken;
    }
  }

  #widen(): void {
    const before = this.#places;
    this.#places = new Int32Array(before.length * 2);
    for (const taken of before)
      if (taken !== FREE) this.#places[this.#placeOf(this.#words, (taken - 1) * GUID_WORDS)] = taken;
  }
}

function isSame(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  return a[atA] === b[atB] && a[atA + 1] === b[atB + 1] && a[atA + 2] === b[atB + 2] && a[atA + 3] === b[atB + 3];
}

function grown(words: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(atLeast, Math.ceil(words.length * 1.5)));
  larger.set(words);
  return larger;
}
