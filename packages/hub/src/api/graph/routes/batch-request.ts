import { invalidField } from '@sallyport/contracts';
import { isGraphBody } from '@sallyport/contracts/graph/model.ts';

const MAX_REQUESTS = 20;
/** PUT is answered by its route, with 405, and does not keep the other requests out. */
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;

/** One request of a `$batch` (JSON batching of Graph). */
export interface BatchPart {
  readonly id: string;
  readonly method: (typeof METHODS)[number];
  /** Relative to the version, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
}

/** What a part may say for itself; who calls is said once, by the batch. */
const HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'client-request-id',
  'consistencylevel',
  'content-type',
  'if-match',
  'if-none-match',
  'prefer',
]);

/** Throws `HubError` for what makes the whole batch unreadable. */
export function parseBatch(body: unknown, version: string): BatchPart[] {
  const requests = isGraphBody(body) ? body.requests : undefined;
  if (!Array.isArray(requests) || requests.length === 0) throw invalidField('requests', 'must be a list of requests');
  if (requests.length > MAX_REQUESTS)
    throw invalidField('requests', `holds ${requests.length} requests; at most ${MAX_REQUESTS} are allowed`);
  const parts = requests.map((request, index) => parsePart(request, index, version));
  const seen = new Set<string>();
  for (const [index, { id }] of parts.entries()) {
    if (seen.has(id.toLowerCase())) throw invalidField(`requests[${index}].id`, `is "${id}" a second time`);
    seen.add(id.toLowerCase());
  }
  for (const [index, part] of parts.entries()) {
    for (const other of part.dependsOn)
      if (!seen.has(other.toLowerCase()))
        throw invalidField(`requests[${index}].dependsOn`, `names "${other}", which is no request of this batch`);
  }
  refuseCircles(parts);
  return parts;
}

function parsePart(request: unknown, index: number, version: string): BatchPart {
  const at = `requests[${index}]`;
  if (!isGraphBody(request)) throw invalidField(at, 'must be an object');
  const { method: given } = request;
  const method = typeof given === 'string' ? METHODS.find((known) => known === given.toUpperCase()) : undefined;
  if (method === undefined) throw invalidField(`${at}.method`, `must be one of ${METHODS.join(', ')}`);
  return {
    id: textOf(request.id, `${at}.id`),
    method,
    url: urlOf(request.url, `${at}.url`, version),
    headers: headersOf(request.headers ?? {}, `${at}.headers`),
    body: request.body,
    dependsOn: dependenciesOf(request.dependsOn ?? [], `${at}.dependsOn`),
  };
}

/** Real clients number their requests. */
function textOf(value: unknown, field: string): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text.length > 100)
    throw invalidField(field, 'must be a text of 1 to 100 characters');
  return text;
}

/** Graph's own client for JavaScript cuts the url out of a whole address, which leaves the version in it. */
function urlOf(value: unknown, field: string, version: string): string {
  if (
    typeof value !== 'string' ||
    value.length > 8192 ||
    !/^\/?[\w$%]/.test(value) ||
    /^[a-z][a-z0-9+.-]*:/i.test(value)
  ) {
    throw invalidField(field, 'must be a path relative to the version, like /users');
  }
  const whole = value.replace(/^\//, '');
  const path = whole.startsWith(`${version}/`) ? whole.slice(version.length + 1) : whole;
  // As the server will read it: dots, encoded or not, must not lead out.
  const { pathname } = new URL(`/${version}/${path}`, 'https://hub.invalid');
  if (!pathname.startsWith(`/${version}/`)) throw invalidField(field, `must stay below /${version}`);
  if (/^(?:\$|%24)batch\b/i.test(pathname.slice(version.length + 2)))
    throw invalidField(field, 'cannot be another batch');
  return path;
}

function headersOf(value: unknown, field: string): Record<string, string> {
  if (!isGraphBody(value)) throw invalidField(field, 'must be an object');
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string' || /[^\t\x20-\x7e]/.test(text))
      throw invalidField(`${field}.${name.slice(0, 60)}`, 'must be a plain text');
    if (HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = text;
  }
  return headers;
}

function dependenciesOf(value: unknown, field: string): string[] {
  if (!Array.isArray(value) || value.length > MAX_REQUESTS) throw invalidField(field, 'must be a list of ids');
  return value.map((id) => textOf(id, field));
}

/** Takes away, again and again, what waits for nothing; what is left waits for itself. */
function refuseCircles(parts: readonly BatchPart[]): void {
  let waiting = parts;
  for (;;) {
    const ids = new Set(waiting.map(({ id }) => id.toLowerCase()));
    const left = waiting.filter(({ dependsOn }) => dependsOn.some((id) => ids.has(id.toLowerCase())));
    if (left.length === 0) return;
    if (left.length === waiting.length)
      throw invalidField('requests', `wait for each other in a circle: ${left.map(({ id }) => id).join(', ')}`);
    waiting = left;
  }
}
