/**
 * Log streams send one JSON object a line (ndjson.org), under a type of their own, as plain text, or as if it
 * were one JSON document. The parser of the server knows one document only, so lines become a list first.
 */
const LINES_TYPE = /^(?:application\/(?:(?:x-)?(?:ndjson|jsonl|json-?lines)|octet-stream)|text\/plain)\s*(?:;|$)/i;

/** The type under which the body is parsed: that of JSON for the types of JSON lines and where none is told, otherwise as it was. */
export function parsedType(contentType: string | undefined): string {
  return contentType === undefined || contentType.trim() === '' || LINES_TYPE.test(contentType) ? 'application/json' : contentType;
}

/**
 * A list of what the lines hold where there are several and they are no one document; otherwise the same bytes. A
 * line that cannot be read becomes `null`, which says nothing: one broken record must not keep the others out, and
 * a sender that repeats what was refused would repeat it for ever.
 */
export function listOfJsonLines(body: Buffer): Buffer {
  // Bytes as characters: what is handed on are the same bytes again.
  const text = body.toString('latin1');
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length < 2) return body;
  const objects = lines.map((line) => line.startsWith('{') && line.endsWith('}') && isJson(line));
  if (!objects.includes(true) || (objects.includes(false) && isJson(text))) return body;
  return Buffer.from(`[${lines.map((line, i) => (objects[i] === true ? line : 'null')).join(',')}]`, 'latin1');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
