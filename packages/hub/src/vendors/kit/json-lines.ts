/**
 * Log streams send one JSON object a line (ndjson.org), under a type of their own, as plain text, or as if it
 * were one JSON document. The parser of the server knows one document only, so lines become a list first.
 */
const LINES_TYPE =
  /^(?:application\/(?:(?:x-)?(?:ndjson|jsonl|json-?lines)|json-seq|octet-stream)|text\/plain)\s*(?:;|$)/i;

const SPACE: ReadonlySet<string> = new Set([' ', '\t', '\r', '\n']);
const RECORD_SEPARATOR = '\x1e';
const BOM = '\xef\xbb\xbf';

/** The type under which the body is parsed: that of JSON for the types of JSON lines and where none is told, otherwise as it was. */
export function parsedType(contentType: string | undefined): string {
  return contentType === undefined || contentType.trim() === '' || LINES_TYPE.test(contentType)
    ? 'application/json'
    : contentType;
}

export interface JsonLines {
  /** One JSON document, where the lines are JSON. */
  readonly body: Buffer;
  /** The numbers of the lines, from 1, that are no JSON object or list, while others are. In the list they are `null`. */
  readonly unreadable: readonly number[];
}

/**
 * A list of what the lines hold where there are several and they are no one document; otherwise the same bytes. A
 * line may hold a list of records. Lines end with CR, LF or both; a byte order mark (RFC 8259 section 8.1) or a record
 * separator (RFC 7464) in front of the body or of any line is passed over.
 */
export function listOfJsonLines(body: Buffer): JsonLines {
  // Bytes as characters: what is handed on are the same bytes again.
  const text = body.toString('latin1');
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({ number: i + 1, text: trimmed(line) }))
    .filter((line) => line.text !== '');
  if (lines.length < 2)
    return { body: lines[0] === undefined ? body : Buffer.from(lines[0].text, 'latin1'), unreadable: [] };
  const records = lines.map((line) => recordsIn(line.text));
  const unreadable = lines.filter((_, i) => records[i] === undefined).map(({ number }) => number);
  if (unreadable.length === lines.length || (unreadable.length > 0 && isJson(trimmed(text))))
    return { body, unreadable: [] };
  return {
    body: Buffer.from(
      `[${records
        .map((record) => record ?? 'null')
        .filter((record) => record !== '')
        .join(',')}]`,
      'latin1',
    ),
    unreadable,
  };
}

/** The object, or what the list holds, as items of another list; `undefined` for a line that is neither. */
function recordsIn(line: string): string | undefined {
  const isObject = line.startsWith('{') && line.endsWith('}');
  const isList = line.startsWith('[') && line.endsWith(']');
  if ((!isObject && !isList) || !isJson(line)) return undefined;
  return isObject ? line : trimmed(line.slice(1, -1));
}

/** Without what may stand in front and behind. Not `trim`, which takes half a character of UTF-8 for a space. */
function trimmed(line: string): string {
  let start = 0;
  let end = line.length;
  for (let length = lengthInFront(line, start); length > 0; length = lengthInFront(line, start)) start += length;
  while (end > start && SPACE.has(line.charAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function lengthInFront(line: string, at: number): number {
  if (SPACE.has(line.charAt(at)) || line.charAt(at) === RECORD_SEPARATOR) return 1;
  return line.startsWith(BOM, at) ? BOM.length : 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
