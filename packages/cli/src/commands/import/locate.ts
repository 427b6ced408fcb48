type Step = string | number;

/** A token of valid JSON. */
const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gy;
const SPACE = /[\s\ufeff]*/gy;

/** Levels whose places are remembered: items in a list in a section. What is inside an item is looked for when asked. */
const REMEMBERED = 3;

/** Answers in which line of a JSON text a value begins. Only for texts that parsed; reads them when first asked. */
export class Locator {
  readonly #text: string;
  #items: ReadonlyMap<string, number> | undefined;
  #lineEnds: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Of the value at `path`, or of the deepest value on the way to it that is there. */
  line(path: readonly Step[]): number {
    const items = (this.#items ??= this.#read());
    let known = Math.min(path.length, REMEMBERED);
    while (known > 0 && !items.has(keyOf(path.slice(0, known)))) known -= 1;
    const start = items.get(keyOf(path.slice(0, known))) ?? 0;
    return this.#lineAt(known < REMEMBERED ? start : this.#within(start, path.slice(known)));
  }

  #lineAt(position: number): number {
    const ends = (this.#lineEnds ??= Array.from(this.#text.matchAll(/\n/g), ({ index }) => index));
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }

  #read(): ReadonlyMap<string, number> {
    const items = new Map<string, number>();
    for (const { path, at } of valuesIn(this.#text, 0)) if (path.length <= REMEMBERED) items.set(keyOf(path), at);
    return items;
  }

  #within(start: number, wanted: readonly Step[]): number {
    let found = { depth: 0, at: start };
    for (const { path, at } of valuesIn(this.#text, start)) {
      if (path.length > found.depth && path.length <= wanted.length && path.every((step, i) => step === wanted[i]))
        found = { depth: path.length, at };
    }
    return found.at;
  }
}

/** The value that begins at `start` and all in it, each with its path from there. */
function* valuesIn(text: string, start: number): Generator<{ readonly path: readonly Step[]; readonly at: number }> {
  const path: Step[] = [];
  const open: string[] = [];
  let expectsName = false;
  let at = afterSpace(text, start);
  do {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return;
    if (token === '}' || token === ']') {
      open.pop();
      path.pop();
      expectsName = false;
    } else if (token === ',') {
      const last = path.at(-1);
      if (typeof last === 'number') path[path.length - 1] = last + 1;
      expectsName = open.at(-1) === '{';
    } else if (token !== ':') {
      if (expectsName) {
        path[path.length - 1] = JSON.parse(token) as string;
      } else {
        yield { path, at };
        if (token === '{' || token === '[') {
          open.push(token);
          path.push(token === '[' ? 0 : '');
        }
      }
      expectsName = token === '{';
    }
    at = afterSpace(text, at + token.length);
  } while (open.length > 0);
}

/** `conditions.users.includeUsers[0]` as `['conditions', 'users', 'includeUsers', 0]`. */
export function stepsOf(field: string): readonly Step[] {
  return [...field.matchAll(/\[(\d+)\]|(@?[^.[\]]+(?:\.bind|\.type)?)/gu)].map(([, index, name]) =>
    index === undefined ? (name as string) : Number(index),
  );
}

function afterSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function keyOf(path: readonly Step[]): string {
  return JSON.stringify(path);
}
