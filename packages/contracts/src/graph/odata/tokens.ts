import { HubError } from '../../errors.ts';

/** The lexical grammar of `$filter` (OData 4.01, part 2, section 5.1.1), as far as we serve it. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'mark'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'time'; readonly text: string; readonly at: number }
  | { readonly kind: 'guid'; readonly text: string; readonly at: number };

const MAX_LENGTH = 8192;
const MAX_TOKENS = 1000;

const RULES: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /'(?:[^']|'')*'/y],
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ['time', /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[ +-]\d\d:\d\d))?/iy],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_@][\w.@]*/y],
  ['mark', /[(),:/]/y],
];

export function tokenise(text: string, option: string): Token[] {
  if (text.length > MAX_LENGTH)
    throw refuse(option, `is ${text.length} characters long; at most ${MAX_LENGTH} are allowed`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const token = nextToken(text, at);
    if (token === undefined) throw refuse(option, `cannot be read at position ${at}: "${text.slice(at, at + 20)}"`);
    if (tokens.length === MAX_TOKENS) throw refuse(option, `has more than ${MAX_TOKENS} words and signs`);
    tokens.push(token.token);
    at = token.end;
  }
  return tokens;
}

function nextToken(text: string, at: number): { token: Token; end: number } | undefined {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(text)?.[0];
    if (found === undefined) continue;
    const value = kind === 'string' ? found.slice(1, -1).replaceAll("''", "'") : found;
    return { token: { kind, text: value, at }, end: at + found.length };
  }
  return undefined;
}

/** All errors of query options: 400, naming the option. */
export function refuse(option: string, problem: string): HubError {
  return new HubError('unsupported_query', `${option} ${problem}.`, { field: option });
}
