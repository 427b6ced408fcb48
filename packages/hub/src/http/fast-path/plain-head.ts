import { isEchoed, isHarmlessId } from '../request-ids.ts';

/** Of the head of a plain request, what its answer depends on. */
export interface PlainHead {
  readonly authorization: string;
  /** The lines of the answer that repeat the caller's own ids, or nothing. */
  readonly echo: string;
}

export interface ReadHead extends PlainHead {
  readonly bodyLength: number;
  /** Where the digits of Content-Length begin. */
  readonly lengthAt: number;
}

/** A name that is a token (RFC 9110 section 5.6.2), one colon, one space, visible ASCII from first to last, one end of line. */
const FIELD = /([!#$%&'*+.^_`|~0-9A-Za-z-]+): (?! )([ -~]*[!-~])\r\n/y;
const END = '\r\n';
/** Far fewer than Node allows. */
const MOST_FIELDS = 100;

/** Up to 99,999, and written in the only way that nobody can read otherwise. */
const LENGTH = /^[1-9][0-9]{0,4}$/;
const HOST = /^[A-Za-z0-9._:[\]-]+$/;
const JSON_TYPES: readonly (string | undefined)[] = ['application/json', 'application/json; charset=utf-8'];
/** In the order in which the ordinary way repeats them. */
const IDS = [
  ['client-request-id', isHarmlessId],
  ['x-request-id', isEchoed],
] as const;

/** Fields that change what a request is, where it ends, or how it may be answered. */
const NOT_PLAIN: readonly string[] = [
  'transfer-encoding',
  'te',
  'trailer',
  'content-encoding',
  'expect',
  'upgrade',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
];

/**
 * Reads the head of a request, from after the request line to the empty line, if there is one way only to
 * understand it. Everything else is `undefined` and left to Node's own parser: folded lines, bare line feeds,
 * spaces before colons, bytes beyond ASCII, any field twice, empty fields, and all that `NOT_PLAIN` names. So a
 * proxy in front and we cannot be led to see different requests in the same bytes.
 * @param head in Latin-1
 */
export function readPlainHead(head: string, from: number): ReadHead | undefined {
  const fields = new Map<string, string>();
  let lengthAt = 0;
  let at = from;
  for (; !head.startsWith(END, at); at = FIELD.lastIndex) {
    FIELD.lastIndex = at;
    const [, name = '', value = ''] = FIELD.exec(head) ?? [];
    const known = name.toLowerCase();
    if (known === '' || fields.has(known) || fields.size === MOST_FIELDS) return undefined;
    fields.set(known, value);
    if (known === 'content-length') lengthAt = at + name.length + 2;
  }
  return at + END.length === head.length ? meaningOf(fields, lengthAt) : undefined;
}

function meaningOf(fields: ReadonlyMap<string, string>, lengthAt: number): ReadHead | undefined {
  const authorization = fields.get('authorization');
  const length = fields.get('content-length') ?? '';
  if (authorization === undefined || !LENGTH.test(length) || !HOST.test(fields.get('host') ?? '')) return undefined;
  if (!JSON_TYPES.includes(fields.get('content-type')) || NOT_PLAIN.some((name) => fields.has(name))) return undefined;
  if ((fields.get('connection') ?? 'keep-alive').toLowerCase() !== 'keep-alive') return undefined;
  let echo = '';
  for (const [name, isRepeated] of IDS) {
    const id = fields.get(name);
    if (id !== undefined && isRepeated(id)) echo += `${name}: ${id}${END}`;
  }
  return { authorization, echo, bodyLength: Number(length), lengthAt };
}
