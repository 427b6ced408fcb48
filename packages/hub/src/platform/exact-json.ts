import { hasRepeatedMembers, parseWithRepeats } from './repeated-members.ts';

/**
 * JSON of vendors, whose ids may be whole numbers beyond 2^53. Read as a double such a number loses its last digits, and
 * two devices become one; so it is read as text, which is what ids are taken as in any case. A name that stands twice in
 * one object is remembered, so that the worse of its readings can count (`readingsOf`). Linear in the text.
 */
export function parseExactJson(text: string): unknown {
  const whole = text.startsWith('\ufeff') ? text.slice(1) : text;
  const value: unknown = JSON.parse(whole);
  const exactText = exact(whole);
  const exactValue: unknown = exactText === whole ? value : JSON.parse(exactText);
  return isWithin(exactValue, MAX_DEPTH) && hasRepeatedMembers(exactText, exactValue)
    ? parseWithRepeats(exactText).value
    : exactValue;
}

/** Deeper than what any vendor sends; such a text is refused, or tells nothing, wherever it arrives. */
const MAX_DEPTH = 64;

/** Never deeper into it than `depth`. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isWithin(member, depth - 1));
}

/** A member or an item that may be too long: the largest number that a double holds has 16 digits. Most texts have none, and are left alone. */
const LONG = /[:[,]\s*-?\d{16,}\s*[,}\]]/;
/** Strings are looked at so that digits in them are passed over. In a valid text each of them has an end. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const WHOLE = /^-?[1-9]\d{15,}$/;

function exact(text: string): string {
  if (!LONG.test(text)) return text;
  return text.replace(TOKEN, (token) =>
    WHOLE.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}
