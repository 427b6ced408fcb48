import { z } from 'zod';

/**
 * What is wrong with a value, in the words that follow the name of its field: "must be one of a, b". In place
 * of zod's own texts, which speak to programmers; a schema that has words of its own keeps them. Set for the
 * whole process, because schemas are read in many places and answers come from all of them.
 */
export function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return isAbsent(issue.input) ? 'is required' : `must be ${nameOf(issue.expected)}`;
    case 'invalid_value':
      return `${isAbsent(issue.input) ? 'is required: ' : 'must be '}${oneOf(issue.values)}`;
    case 'too_small':
      return limit('at least', issue.minimum, issue.origin);
    case 'too_big':
      return limit('at most', issue.maximum, issue.origin);
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'is not written as it has to be';
    case 'unrecognized_keys':
      return `${issue.keys.map((key) => JSON.stringify(key.slice(0, 100))).join(', ')} ${issue.keys.length === 1 ? 'is' : 'are'} not known here${knownKeys(issue)}`;
    case 'invalid_union':
      return isAbsent(issue.input) ? 'is required' : 'has none of the forms that are allowed';
    default:
      return undefined;
  }
}

z.config({ customError: wordsOf });

function isAbsent(input: unknown): boolean {
  return input === undefined;
}

function nameOf(expected: string): string {
  return NAMES[expected] ?? `of type ${expected}`;
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  guid: 'must be a GUID like 0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001',
  uuid: 'must be a GUID like 0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001',
  datetime: 'must be a date and time like 2026-01-31T08:30:00Z',
  url: 'must be an address like https://host/path',
  ipv4: 'must be an IPv4 address',
  ipv6: 'must be an IPv6 address',
  email: 'must be a mail address',
};

function oneOf(values: readonly unknown[]): string {
  const [only, ...others] = values.map(String);
  return others.length === 0 ? `${only}` : `one of ${[only, ...others].join(', ')}`;
}

function limit(bound: string, value: number | bigint, origin: string): string {
  switch (origin) {
    case 'string':
      return `must have ${bound} ${value} ${value === 1 ? 'character' : 'characters'}`;
    case 'array':
    case 'set':
      return `must hold ${bound} ${value} ${value === 1 ? 'item' : 'items'}`;
    default:
      return `must be ${bound} ${value}`;
  }
}

function knownKeys({ inst }: z.core.$ZodRawIssue): string {
  const shape = (inst?._zod.def as { readonly shape?: object } | undefined)?.shape;
  return shape === undefined ? '' : `; known are ${Object.keys(shape).join(', ')}`;
}
