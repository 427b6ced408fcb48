import { GUID_WORDS, readGuid } from './guid.ts';

/** Tabulation hashing: nobody who chooses ids can choose where they collide, for the table is another one in each process. */
const TABLE = crypto.getRandomValues(new Uint32Array(GUID_WORDS * 4 * 256));

export function hashOf(guid: Uint32Array, at: number): number {
  let hash = 0;
  for (let word = 0, row = 0; word < GUID_WORDS; word += 1) {
    const value = guid[at + word] as number;
    for (let shift = 0; shift < 32; shift += 8, row += 256) hash ^= TABLE[row + ((value >>> shift) & 255)] as number;
  }
  return hash;
}

/** The text that was last looked for, which is often looked for in several columns one after the other. */
export class SoughtGuid {
  readonly words = new Uint32Array(GUID_WORDS);
  hash = 0;
  #text = '';
  #isGuid = false;

  /** Whether it is a GUID that can be kept as one; then `words` and `hash` are its. Zeros mean that there is none, so the GUID of zeros cannot. */
  read(text: string): boolean {
    if (text === this.#text) return this.#isGuid;
    this.#text = text;
    const { words } = this;
    this.#isGuid =
      readGuid(text, words, 0) &&
      ((words[0] as number) | (words[1] as number) | (words[2] as number) | (words[3] as number)) !== 0;
    this.hash = this.#isGuid ? hashOf(words, 0) : 0;
    return this.#isGuid;
  }
}
