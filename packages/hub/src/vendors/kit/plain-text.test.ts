import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test.each([
  ['Cafe\u202E gnp.exe\u202C', 'Cafe gnp.exe'],
  ['\u2066a\u2069 \u200Eb\u200F\uFEFF', 'a b'],
  ['a\u0000\n\tb', 'a b'],
  ['null', undefined],
  ['\u202E', undefined],
  [7, '7'],
  [{}, undefined],
])('%j is kept as %j: on one line, and turning nothing around it', (value, kept) =>
  expect(plainText(value, 100)).toBe(kept),
);
