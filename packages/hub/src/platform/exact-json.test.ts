import { describe, expect, test } from 'vitest';
import { parseExactJson } from './exact-json.ts';

describe('JSON with whole numbers that a double cannot hold', () => {
  test('keeps every digit of them, as text: two ids that differ in the last digit stay two', () => {
    expect(parseExactJson('{"ids":[9007199254740993,9007199254740992,-9007199254740993]}')).toEqual({
      ids: ['9007199254740993', '9007199254740992', '-9007199254740993'],
    });
  });

  test.each([
    '{"a":9007199254740991}',
    '{"a":"9007199254740993"}',
    '{"a":"\\"9007199254740993"}',
    '{"a":"x\\\\","b":1.12345678901234567890}',
    '{"a":1234567890123456789e-9}',
    '{"12345678901234567890":1}',
    '[]',
    '"12345678901234567890 \\u0022"',
  ])('%s reads as ever', (text) => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  test.each(['{"a":01234567890123456789}', '{"a":12345678901234567890', '12345678901234567890 1'])(
    '%s is as wrong as ever',
    (text) => {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    },
  );

  test('a byte order mark in front is passed over', () => {
    expect(parseExactJson('\ufeff{"a":1}')).toEqual({ a: 1 });
  });
});
