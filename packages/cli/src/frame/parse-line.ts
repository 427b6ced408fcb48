import type { Arguments } from './arguments.ts';
import { shown } from './arguments.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Flags } from './flags.ts';
import { flagName } from './flags.ts';
import { UsageError } from './usage-error.ts';

export interface ParsedLine {
  readonly args: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Words and flags in any order, as they were typed. */
interface Line {
  readonly words: readonly string[];
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads what stands after a command. Strict: what is not declared is refused, with the nearest name.
 *
 * @throws UsageError
 */
export function parseLine(argv: readonly string[], args: Arguments, flags: Flags): ParsedLine {
  const line = split(argv, flags);
  return {
    args: readArguments(line.words, args),
    flags: Object.fromEntries(
      Object.entries(flags).map(([key, flag]) => [key, flag.read(line.given.get(key) ?? [], flagName(key))]),
    ),
  };
}

function split(argv: readonly string[], flags: Flags): Line {
  const keys = new Map(Object.keys(flags).map((key) => [flagName(key), key]));
  const words: string[] = [];
  const given = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i += 1) {
    const item = argv[i] as string;
    if (item === '--') return { words: [...words, ...argv.slice(i + 1)], given };
    // A single dash is standard input.
    if (!item.startsWith('-') || item === '-') {
      words.push(item);
      continue;
    }
    const [name, attached] = nameAndValue(item);
    const key = keys.get(name);
    const flag = key === undefined ? undefined : flags[key];
    if (key === undefined || flag === undefined)
      throw new UsageError(`There is no flag ${name} here.${didYouMean(name, [...keys.keys()])}`);
    if (given.has(key) && !flag.repeatable) throw new UsageError(`${name} is there more than once.`);
    const value = valueOf(name, flag.placeholder, attached, argv[i + 1]);
    if (flag.placeholder !== undefined && attached === undefined) i += 1;
    given.set(key, [...(given.get(key) ?? []), value]);
  }
  return { words, given };
}

/** `-f` is short for `--file`, as everywhere. */
function nameAndValue(item: string): readonly [string, string | undefined] {
  const equals = item.indexOf('=');
  const name = equals < 0 ? item : item.slice(0, equals);
  return [name === '-f' ? '--file' : name, equals < 0 ? undefined : item.slice(equals + 1)];
}

function valueOf(
  name: string,
  placeholder: string | undefined,
  attached: string | undefined,
  next: string | undefined,
): string {
  if (placeholder === undefined) {
    if (attached !== undefined) throw new UsageError(`${name} stands alone and takes no value.`);
    return '';
  }
  const value = attached ?? (next?.startsWith('--') === true ? undefined : next);
  if (value === undefined || value === '') throw new UsageError(`${name} needs a value: ${name} ${placeholder}`);
  return value;
}

function readArguments(words: readonly string[], args: Arguments): Readonly<Record<string, unknown>> {
  const read: Record<string, unknown> = {};
  let place = 0;
  for (const [key, argument] of Object.entries(args)) {
    const rest = words.slice(place);
    if (rest.length === 0) throw new UsageError(`${shown(argument)} is missing: ${argument.help}`);
    read[key] = argument.kind === 'many' ? rest : rest[0];
    place += argument.kind === 'many' ? rest.length : 1;
  }
  const [extra] = words.slice(place);
  if (extra !== undefined) throw new UsageError(`"${extra}" is not expected here.`);
  return read;
}
