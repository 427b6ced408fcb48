import { expect, test } from 'vitest';
import { z } from 'zod';
import './zod-words.ts';

test.each<[string, z.ZodType, unknown, string]>([
  ['a missing text', z.string(), undefined, 'is required'],
  ['a number for a text', z.string(), 5, 'must be a text'],
  ['half a number', z.int(), 1.5, 'must be a whole number'],
  ['a text for a list', z.array(z.string()), 'a', 'must be a list'],
  ['a word of no enum', z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  ['a missing word', z.enum(['a', 'b']), undefined, 'is required: one of a, b'],
  ['another literal', z.literal('nginx'), 'caddy', 'must be nginx'],
  ['a short text', z.string().min(2), 'a', 'must have at least 2 characters'],
  ['a long list', z.array(z.int()).max(1), [1, 2], 'must hold at most 1 item'],
  ['a great number', z.int().max(1000), 1001, 'must be at most 1000'],
  ['no address', z.url(), 'here', 'must be an address like https://host/path'],
  [
    'a member that is not known',
    z.strictObject({ a: z.string().optional(), b: z.string().optional() }),
    { c: 1 },
    '"c" is not known here; known are a, b',
  ],
  ['none of several forms', z.union([z.string(), z.number()]), true, 'has none of the forms that are allowed'],
  ['words of the schema itself', z.string({ error: 'must be mine' }), 5, 'must be mine'],
])('%s is described', (_name, schema, value, words) => {
  expect(schema.safeParse(value).error?.issues[0]?.message).toBe(words);
});
