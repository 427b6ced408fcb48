/**
 * Names that stand twice in one JSON object. `JSON.parse` takes the last of them, other readers the first (RFC 8259
 * section 4), so whoever can add a member can make two readers see two things. Everything here is linear in the text.
 */

/** Whether an object of a valid text has a name twice. `value` is what `JSON.parse` made of it. */
export function hasRepeatedMembers(text: string, value: unknown): boolean {
  return namesIn(text) !== membersOf(value);
}

/** In a valid text, a string is a name where a colon follows. */
function namesIn(text: string): number {
  let names = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = endOfString(text, start);
    let next = end;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text.charCodeAt(next) === COLON) names += 1;
    start = text.indexOf('"', next);
  }
  return names;
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const item of value) members += membersOf(item);
  else for (const name in value) members += 1 + membersOf((value as Record<string, unknown>)[name]);
  return members;
}

const COLON = 0x3a;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Behind the closing quote of the string that begins at `start`. Each backslash is looked at once. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    if (end === -1) return text.length;
    let first = end;
    while (text.charCodeAt(first - 1) === 0x5c) first -= 1;
    if ((end - first) % 2 === 0) return end + 1;
  }
}

/** Where an object holds all values of a name that stands in it more than once. A symbol, so that JSON leaves it out. */
const REPEATED = Symbol('repeated members');

type Repeated = Readonly<Record<string, readonly unknown[]>>;

export interface WithRepeats {
  /** As `JSON.parse` reads it, the last value of each name. */
  readonly value: unknown;
  /** Of the first name that stands twice: `reports[0].threatState`. */
  readonly first: string | undefined;
}

/**
 * Reads a valid text and remembers in its objects what `JSON.parse` forgets; see `readingsOf`.
 * To be called for texts of a known depth only: it calls itself for each level.
 */
export function parseWithRepeats(text: string): WithRepeats {
  const reader = new Reader(text);
  const value = reader.value();
  return { value, first: reader.first };
}

class Reader {
  first: string | undefined;
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    switch (this.#peek()) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #object(): unknown {
    const values = new Map<string, unknown[]>();
    this.#at += 1;
    while (this.#peek() !== '}') {
      const name = this.#string();
      this.#peek();
      this.#at += 1;
      this.#path.push(name);
      const before = values.get(name);
      if (before !== undefined) this.first ??= pathOf(this.#path);
      const value = this.value();
      if (before === undefined) values.set(name, [value]);
      else before.push(value);
      this.#path.pop();
      this.#comma();
    }
    this.#at += 1;
    return objectOf(values);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    while (this.#peek() !== ']') {
      this.#path.push(items.length);
      items.push(this.value());
      this.#path.pop();
      this.#comma();
    }
    this.#at += 1;
    return items;
  }

  #string(): string {
    this.#peek();
    const start = this.#at;
    this.#at = endOfString(this.#text, start);
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  /** A number, `true`, `false` or `null`. */
  #word(): unknown {
    const start = this.#at;
    while (this.#at < this.#text.length && !',]} \n\r\t'.includes(this.#text.charAt(this.#at))) this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as unknown;
  }

  #comma(): void {
    if (this.#peek() === ',') this.#at += 1;
  }

  #peek(): string {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return this.#text.charAt(this.#at);
  }
}

function objectOf(values: ReadonlyMap<string, readonly unknown[]>): object {
  const repeated = new Map(
    [...values].flatMap(([name, all]) => (all.length > 1 ? [[name, combined(all)] as const] : [])),
  );
  const members = Object.fromEntries([...values].map(([name, all]) => [name, (repeated.get(name) ?? all).at(-1)]));
  return repeated.size === 0 ? members : { ...members, [REPEATED]: Object.fromEntries(repeated) };
}

/** What several values of one name may mean: lists are one list, objects are one with all their members, others stay apart. */
function combined(values: readonly unknown[]): readonly unknown[] {
  if (values.some(Array.isArray)) return [values.filter((value) => typeof value === 'object' && value !== null).flat()];
  if (!values.every(isObject)) return [...new Set(values)];
  const members = new Map<string, unknown[]>();
  for (const value of values) {
    for (const [name, member] of Object.entries(value)) {
      const all = members.get(name) ?? [];
      for (const one of repeatedIn(value)[name] ?? [member]) all.push(one);
      members.set(name, all);
    }
  }
  return [objectOf(members)];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pathOf(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('')
    .slice(0, 300);
}

/** More readings of one record than any mistake makes. */
const MAX_READINGS = 16;

export interface Readings {
  /** Each reading of the record that takes one value of every name; the record alone where no name stands twice. */
  readonly records: readonly unknown[];
  /** The names that stand twice, in order. */
  readonly names: readonly string[];
  /** There are more readings than these. */
  readonly incomplete: boolean;
}

/** What a value may mean that was read by `parseWithRepeats`, or was made of parts of such a one. */
export function readingsOf(value: unknown): Readings {
  const names = new Set<string>();
  collectNames(value, names);
  if (names.size === 0) return { records: [value], names: [], incomplete: false };
  const records = variantsOf(value);
  return { records: records.slice(0, MAX_READINGS), names: [...names], incomplete: records.length > MAX_READINGS };
}

function collectNames(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const repeated = repeatedIn(value);
  for (const [name, member] of Object.entries(value)) {
    const alternatives = repeated[name];
    if (alternatives !== undefined) names.add(name);
    for (const one of alternatives ?? [member]) collectNames(one, names);
  }
}

function repeatedIn(value: object): Repeated {
  return (value as { readonly [REPEATED]?: Repeated })[REPEATED] ?? {};
}

/** At most one more than `MAX_READINGS`. */
function variantsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  const repeated = repeatedIn(value);
  const members = Object.entries(value).map(
    ([name, member]) => [name, (repeated[name] ?? [member]).slice(0, MAX_READINGS + 1).flatMap(variantsOf)] as const,
  );
  let variants: readonly Readonly<Record<string, unknown>>[] = [
    Object.fromEntries(members.map(([name, all]) => [name, all[0]])),
  ];
  for (const [name, all] of members) {
    if (all.length < 2 || variants.length > MAX_READINGS) continue;
    variants = variants
      .flatMap((one) => all.map((alternative) => ({ ...one, [name]: alternative })))
      .slice(0, MAX_READINGS + 1);
  }
  return Array.isArray(value) ? variants.map((one) => Object.values(one)) : variants;
}
