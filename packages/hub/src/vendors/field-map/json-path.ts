/**
 * A small part of JSONPath (RFC 9535) that only follows names and places: `$`, `.name`, `['any name']`, `[0]` and
 * `[*]`. No filters, no scripts, no descent, so a path costs at most one look at each value of a document. What
 * is accepted here means the same in every other tool.
 */
export interface JsonPath {
  readonly text: string;
  readonly steps: readonly Step[];
  /** Whether it may lead to several values. */
  readonly many: boolean;
}

type Step = string | number | typeof EVERY;

const EVERY = Symbol('[*]');
const LONGEST = 256;
const SEGMENT =
  /\.([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)|\[(\d{1,6})\]|\[(\*)\]|\['((?:[^'\\]|\\['\\])*)'\]|\["((?:[^"\\]|\\["\\])*)"\]/y;

/** Where in a document a value stands, and the value. */
export interface Found {
  /** The place, such as `$.threats[1].severity`. */
  readonly path: string;
  readonly value: unknown;
}

export type ParsedPath =
  | { readonly ok: true; readonly path: JsonPath }
  /** For who wrote the path; completes "the path ...". */
  | { readonly ok: false; readonly problem: string };

export function parsePath(text: string): ParsedPath {
  if (text.length > LONGEST) return { ok: false, problem: `must have at most ${LONGEST} characters` };
  if (!text.startsWith('$')) return { ok: false, problem: 'must begin with $, such as $.device.id' };
  const steps: Step[] = [];
  for (let at = 1; at < text.length; at = SEGMENT.lastIndex) {
    SEGMENT.lastIndex = at;
    const [, name, index, every, single, double] = SEGMENT.exec(text) ?? [];
    const quoted = single ?? double;
    if (name !== undefined) steps.push(name);
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/gs, '$1'));
    else if (index !== undefined) steps.push(Number(index));
    else if (every !== undefined) steps.push(EVERY);
    else
      return {
        ok: false,
        problem: `cannot be read from "${text.slice(at, at + 20)}" on; there are .name, ['any name'], [0] and [*]`,
      };
  }
  return { ok: true, path: { text, steps, many: steps.includes(EVERY) } };
}

/** For paths that have been checked before. */
export function pathOf(text: string): JsonPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`The path ${text} ${parsed.problem}.`);
  return parsed.path;
}

/** What stands at the path, in the order of the document; empty where nothing does. */
export function valuesAt(path: JsonPath, document: unknown): readonly Found[] {
  let found: readonly Found[] = [{ path: '$', value: document }];
  for (const step of path.steps) found = found.flatMap((one) => follow(one, step));
  return found;
}

function follow({ path, value }: Found, step: Step): readonly Found[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    if (step === EVERY) return value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }));
    return typeof step === 'number' && step < value.length
      ? [{ path: `${path}[${step}]`, value: value[step] as unknown }]
      : [];
  }
  if (step === EVERY)
    return Object.entries(value).map(([name, item]) => ({ path: `${path}${named(name)}`, value: item }));
  // Own members only: a path must not reach what every object inherits.
  return typeof step === 'string' && Object.hasOwn(value, step)
    ? [{ path: `${path}${named(step)}`, value: (value as Record<string, unknown>)[step] }]
    : [];
}

function named(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `['${name.replace(/['\\]/g, '\\$&')}']`;
}
