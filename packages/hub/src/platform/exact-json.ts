/**
 * JSON of vendors, whose ids may be whole numbers beyond 2^53. Read as a double such a number loses its last digits, and
 * two devices become one; so it is read as text, which is what ids are taken as in any case.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(exact(text.startsWith('\ufeff') ? text.slice(1) : text)) as unknown;
}

/** The same for the bytes of a body that somebody else parses. */
export function withExactNumbers(body: Buffer): Buffer {
  // Bytes as characters: what is handed on are the same bytes again, but for the quotes.
  const text = body.toString('latin1');
  const changed = exact(text);
  return changed === text ? body : Buffer.from(changed, 'latin1');
}

/** A member or an item that may be too long: the largest number that a double holds has 16 digits. Most texts have none, and are left alone. */
const LONG = /[:[,]\s*-?\d{16,}\s*[,}\]]/;
/** Strings are looked at so that digits in them are passed over. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const WHOLE = /^-?[1-9]\d{15,}$/;

function exact(text: string): string {
  if (!LONG.test(text)) return text;
  return text.replace(TOKEN, (token) => (WHOLE.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token));
}
