/** A GUID is four of these in a row. */
export const GUID_WORDS = 4;

const LENGTH = 36;
const DASH = 45;
const DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);
const NO_DIGIT = 255;
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? NO_DIGIT : digit;
});
/** Where the digits are, in order. */
const PLACES = Uint8Array.from({ length: LENGTH }, (_, place) => place).filter((place) => !DASHES.has(place));
const CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const scratch = Buffer.alloc(LENGTH, '-');

/** Reads a GUID written in lower case. Answers false, with anything in `into`, for every other text. */
export function readGuid(text: string, into: Uint32Array, at: number): boolean {
  if (text.length !== LENGTH) return false;
  for (const place of DASHES) if (text.charCodeAt(place) !== DASH) return false;
  for (let word = 0, next = 0; word < GUID_WORDS; word += 1) {
    let value = 0;
    for (const end = next + 8; next < end; next += 1) {
      const digit = DIGITS[text.charCodeAt(PLACES[next] as number)] ?? NO_DIGIT;
      if (digit === NO_DIGIT) return false;
      value = (value << 4) | digit;
    }
    into[at + word] = value;
  }
  return true;
}

/** The GUID that `readGuid` read. */
export function writeGuid(words: Uint32Array, at: number): string {
  for (let word = 0, next = 0; word < GUID_WORDS; word += 1) {
    const value = words[at + word] as number;
    for (let shift = 28; shift >= 0; shift -= 4, next += 1)
      scratch[PLACES[next] as number] = CODES[(value >>> shift) & 15] as number;
  }
  return scratch.toString('latin1');
}
