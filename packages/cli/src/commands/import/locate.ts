import { placeOf } from '../shared/json-file.ts';

type Step = string | number;

/** A token of valid JSON. */
const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gy;

/**
 * Answers where in a JSON text the value at a path begins, or the deepest value of the path that is there. Reads
 * the text once and remembers where every value of the first `depth` levels is; only for texts that parsed.
 */
export class Locator {
  readonly #text: string;
  readonly #starts = new Map<string, number>();

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#read(depth);
  }

  line(path: readonly Step[]): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const start = this.#starts.get(keyOf(path.slice(0, length)));
      if (start !== undefined) return placeOf(this.#text, start).line;
    }
    return 1;
  }

  #read(depth: number): void {
    const path: Step[] = [];
    const open: ('{' | '[')[] = [];
    let expectsName = false;
    const begins = (at: number): void => {
      if (open.length <= depth) this.#starts.set(keyOf(path), at);
    };
    TOKEN.lastIndex = skipSpace(this.#text, 0);
    for (let match = TOKEN.exec(this.#text); match !== null; match = TOKEN.exec(this.#text)) {
      const [token] = match;
      if (token === '{' || token === '[') {
        begins(match.index);
        open.push(token);
        path.push(token === '[' ? 0 : '');
        expectsName = token === '{';
      } else if (token === '}' || token === ']') {
        open.pop();
        path.pop();
        expectsName = false;
      } else if (token === ',') {
        const last = path.at(-1);
        if (typeof last === 'number') path[path.length - 1] = last + 1;
        expectsName = open.at(-1) === '{';
      } else if (token === ':') {
        expectsName = false;
      } else if (expectsName) {
        path[path.length - 1] = JSON.parse(token) as string;
      } else {
        begins(match.index);
      }
      TOKEN.lastIndex = skipSpace(this.#text, TOKEN.lastIndex);
    }
  }
}

/** `conditions.users.includeUsers[0]` as `['conditions', 'users', 'includeUsers', 0]`. */
export function stepsOf(field: string): readonly Step[] {
  return [...field.matchAll(/\[(\d+)\]|(@?[^.[\]]+(?:\.bind|\.type)?)/gu)].map(([, index, name]) => (index === undefined ? name as string : Number(index)));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r\ufeff'.includes(text[at] as string)) at += 1;
  return at;
}

function keyOf(path: readonly Step[]): string {
  return JSON.stringify(path);
}
