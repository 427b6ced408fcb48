/**
 * Log streams send one JSON object a line (ndjson.org), under a type of their own, as plain text, or as if it
 * were one JSON document. The parser of the server knows one document only, so lines become a list first.
 */
const LINES_TYPE = /^(?:application\/(?:x-)?(?:ndjson|jsonl|json-?lines)|text\/plain)\s*(?:;|$)/i;

/** The type under which the body is parsed: that of JSON for the types of JSON lines, otherwise as it was. */
export function typeOfJsonLines(contentType: string | undefined): string | undefined {
  return contentType !== undefined && LINES_TYPE.test(contentType) ? 'application/json' : contentType;
}

/**
 * A list of the objects where there are several lines and each looks like an object; otherwise the same bytes.
 * A document written over several lines begins or ends some of them in another way.
 */
export function listOfJsonLines(body: Buffer): Buffer {
  const lines = body.toString('latin1').split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length < 2 || !lines.every((line) => line.startsWith('{') && line.endsWith('}'))) return body;
  return Buffer.from(`[${lines.join(',')}]`, 'latin1');
}
