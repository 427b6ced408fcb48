/** One token of JSON at the current place (RFC 8259): punctuation, a string, a number or a literal. */
const TOKEN =
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | 'separator' | 'end';

/**
 * Where `JSON.parse` gave up on `text`, in UTF-16 units. V8 says so only in some of its messages, and quotes the
 * text in others, so the answer to a caller is made from this instead. Runs only after a failure.
 */
export function positionOfJsonError(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let position = 0;
  for (;;) {
    SPACE.lastIndex = position;
    SPACE.exec(text);
    position = SPACE.lastIndex;
    TOKEN.lastIndex = position;
    const token = TOKEN.exec(text)?.[0];
    const next: Expected | undefined = token === undefined ? undefined : step(token, expected, open);
    if (next === undefined || token === undefined) return position;
    expected = next;
    position += token.length;
  }
}

/** What may follow `token`; `undefined` when `token` itself is not what was expected. Keeps `open` in step. */
function step(token: string, expected: Expected, open: ('{' | '[')[]): Expected | undefined {
  const afterValue = (): Expected => (open.length === 0 ? 'end' : 'separator');
  const isName = token.startsWith('"');

  if (expected === 'value' || expected === 'value or ]') {
    if (token === '{' || token === '[') {
      open.push(token);
      return token === '{' ? 'name or }' : 'value or ]';
    }
    if (token === ']' && expected === 'value or ]') {
      open.pop();
      return afterValue();
    }
    return '}],:'.includes(token) ? undefined : afterValue();
  }
  if (expected === 'name' || expected === 'name or }') {
    if (token === '}' && expected === 'name or }') {
      open.pop();
      return afterValue();
    }
    return isName ? ':' : undefined;
  }
  if (expected === ':') return token === ':' ? 'value' : undefined;
  if (expected === 'end') return undefined;

  const innermost = open.at(-1);
  if (token === ',') return innermost === '{' ? 'name' : 'value';
  if (token === (innermost === '{' ? '}' : ']')) {
    open.pop();
    return afterValue();
  }
  return undefined;
}
