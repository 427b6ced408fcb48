import { UsageError } from './usage-error.ts';

/** One flag of a command, `--kebab-case` of its key. `T` is what the command gets. */
export interface Flag<T> {
  /** Absent for a flag that stands alone. */
  readonly placeholder?: string | undefined;
  readonly help: string;
  readonly required: boolean;
  /** From all values that were given, in order; none when it was not given. */
  read(values: readonly string[], name: string): T;
  readonly repeatable: boolean;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

export function text(placeholder: string, help: string): Flag<string | undefined> {
  return { placeholder, help, required: false, repeatable: false, read: ([value]) => value };
}

export function requiredText(placeholder: string, help: string): Flag<string> {
  return {
    placeholder,
    help,
    required: true,
    repeatable: false,
    read([value], name) {
      if (value === undefined) throw new UsageError(`${name} ${placeholder} is missing: ${lowerFirst(help)}`);
      return value;
    },
  };
}

/** May be given several times. */
export function texts(placeholder: string, help: string): Flag<readonly string[]> {
  return { placeholder, help, required: false, repeatable: true, read: (values) => values };
}

/** Stands alone. */
export function alone(help: string): Flag<boolean> {
  return { help, required: false, repeatable: false, read: (values) => values.length > 0 };
}

export function oneOf<const T extends string>(words: readonly T[], help: string): Flag<T | undefined> {
  return {
    placeholder: words.join('|'),
    help,
    required: false,
    repeatable: false,
    read([value], name) {
      if (value === undefined) return undefined;
      const found = words.find((word) => word.toLowerCase() === value.toLowerCase());
      if (found === undefined) throw new UsageError(`${name} must be one of ${words.join(', ')}, not "${value}".`);
      return found;
    },
  };
}

export function onOff(help: string): Flag<boolean | undefined> {
  return {
    placeholder: 'on|off',
    help,
    required: false,
    repeatable: false,
    read([value], name) {
      if (value !== undefined && value !== 'on' && value !== 'off')
        throw new UsageError(`${name} must be on or off, not "${value}".`);
      return value === undefined ? undefined : value === 'on';
    },
  };
}

export function wholeNumber(
  placeholder: string,
  help: string,
  [least, most]: readonly [number, number],
): Flag<number | undefined> {
  return {
    placeholder,
    help,
    required: false,
    repeatable: false,
    read([value], name) {
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^-?\d+$/u.test(value) || number < least || number > most)
        throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${value}".`);
      return number;
    },
  };
}

/** `clientAppType` as it is typed: `--client-app-type`. */
export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

function lowerFirst(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
