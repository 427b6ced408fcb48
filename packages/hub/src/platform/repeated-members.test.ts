import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasRepeatedMembers, parseWithRepeats, readingsOf } from './repeated-members.ts';

function readings(text: string): unknown[] {
  return [...readingsOf(parseWithRepeats(text).value).records];
}

describe('a name that stands twice', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"a":1}', 'a'],
    ['{"reports":[{"b":{}},{"threatState":"high","x":[1,2],"threatState":"secured"}]}', 'reports[1].threatState'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['[{"a":{"b" : 1 ,\n"b"\t:2}}]', '[0].a.b'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\'],
    ['{"a":"\\"b\\":","a":1}', 'a'],
    ['{"":1,"":2}', ''],
  ])('%s is found at %s', (text, field) => {
    expect(hasRepeatedMembers(text, JSON.parse(text))).toBe(true);
    expect(parseWithRepeats(text).first).toBe(field);
  });

  test.each([
    '{"a":"a:","b":"\\"a\\":"}',
    '["a","a",":"]',
    '"a"',
    '[]',
    '{"a":{"a":1}}',
    '{"a" :1}',
    '1',
    '[{"a":1},{"a":1}]',
  ])('%s has none', (text) => {
    expect(hasRepeatedMembers(text, JSON.parse(text))).toBe(false);
  });

  test('is never seen in what JSON.stringify writes, and is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(hasRepeatedMembers(text, JSON.parse(text))).toBe(false);
        expect(JSON.stringify(parseWithRepeats(text).value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each([
    ['{"s":"high","s":"secured"}', [{ s: 'high' }, { s: 'secured' }]],
    [
      '{"s":1,"t":2,"s":3,"t":4}',
      [
        { s: 1, t: 2 },
        { s: 1, t: 4 },
        { s: 3, t: 2 },
        { s: 3, t: 4 },
      ],
    ],
    ['{"e":{"s":"high","k":1},"e":{"s":"secured"}}', [{ e: { s: 'high', k: 1 } }, { e: { s: 'secured', k: 1 } }]],
    ['{"l":[1],"l":[]}', [{ l: [1] }]],
    ['{"l":{"x":1},"l":[{"x":2}]}', [{ l: [{ x: 1 }, { x: 2 }] }]],
    [
      '[{"a":1,"a":2},3]',
      [
        [{ a: 1 }, 3],
        [{ a: 2 }, 3],
      ],
    ],
    ['{"a":null,"a":{"b":1}}', [{ a: null }, { a: { b: 1 } }]],
  ])('%s may mean each of its values', (text, expected) => {
    expect(readings(text)).toEqual(expected);
  });

  test('stays known in a copy and in a part', () => {
    const { value } = parseWithRepeats('{"devices":[{"s":"high","s":"secured"}]}');
    const [device] = (value as { devices: object[] }).devices;
    expect(readingsOf({ takenAt: 'now', device }).records).toHaveLength(2);
    expect(readingsOf({ ...device }).names).toEqual(['s']);
    expect(JSON.stringify(value)).toBe('{"devices":[{"s":"secured"}]}');
  });

  test('beyond a few readings says that there are more', () => {
    const many = `{${Array.from({ length: 40 }, (_, i) => `"${i}":1,"${i}":2`).join(',')}}`;
    expect(readingsOf(parseWithRepeats(many).value)).toMatchObject({ incomplete: true, records: { length: 16 } });
  });

  test('takes no more than the length of the text, however it is made', () => {
    const size = 100_000;
    for (const text of [
      `{"a":"${'\\"'.repeat(size)}","a":1}`,
      `{"a":"${'\\\\'.repeat(size)}","a":1}`,
      `{${'"a":1,'.repeat(size)}"a":2}`,
      `{"a":{${Array.from({ length: size }, (_, i) => `"${i}":0`).join(',')}}${',"a":{}'.repeat(size)}}`,
      `${'{"a":1,"a":'.repeat(60)}1${'}'.repeat(60)}`,
    ]) {
      expect(hasRepeatedMembers(text, JSON.parse(text))).toBe(true);
      expect(readingsOf(parseWithRepeats(text).value).names).toEqual(['a']);
    }
  });
});
