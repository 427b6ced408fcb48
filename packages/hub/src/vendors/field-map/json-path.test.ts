import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePath, pathOf, valuesAt } from './json-path.ts';

const DOCUMENT = {
  device: { id: 'd1', 'serial number': 'S', "it's": 1, imei: ['a', 'b'] },
  threats: [{ level: 'high' }, { level: 'low' }, 'odd'],
  none: null,
};

function at(path: string, document: unknown = DOCUMENT) {
  return valuesAt(pathOf(path), document).map(({ path: place, value }) => [place, value]);
}

describe('a path', () => {
  test.each([
    ['$', [['$', DOCUMENT]]],
    ['$.device.id', [['$.device.id', 'd1']]],
    ['$["device"][\'id\']', [['$.device.id', 'd1']]],
    ["$.device['serial number']", [["$.device['serial number']", 'S']]],
    ["$.device['it\\'s']", [["$.device['it\\'s']", 1]]],
    ['$.threats[0].level', [['$.threats[0].level', 'high']]],
    [
      '$.threats[*].level',
      [
        ['$.threats[0].level', 'high'],
        ['$.threats[1].level', 'low'],
      ],
    ],
    [
      '$.device.imei[*]',
      [
        ['$.device.imei[0]', 'a'],
        ['$.device.imei[1]', 'b'],
      ],
    ],
    ['$.none', [['$.none', null]]],
    ['$.threats[9]', []],
    ['$.none.more', []],
    ['$.device.id.length', []],
    ['$.device[0]', []],
    ['$.threats.length', []],
  ])('%s leads to what stands there', (path, expected) => {
    expect(at(path)).toEqual(expected);
  });

  test('[*] of an object leads to its members', () => {
    expect(at('$[*]', { a: 1, 'b c': 2 })).toEqual([
      ['$.a', 1],
      ["$['b c']", 2],
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'does not reach %s, which every object inherits',
    (name) => {
      expect(at(`$.${name}`, {})).toEqual([]);
      expect(at(`$.${name}`, [])).toEqual([]);
    },
  );

  test.each([
    'device.id',
    '',
    ' $',
    '$.',
    '$..id',
    '$.device-id',
    '$[?(@.a)]',
    '$[(1+1)]',
    '$[-1]',
    '$[1:2]',
    "$['a",
    "$['a\\x']",
    '$.a b',
    '$[0',
    '$.a;process.exit()',
    '$[9999999]',
    `$${'.a'.repeat(200)}`,
  ])('%j is refused', (path) => {
    expect(parsePath(path)).toMatchObject({ ok: false });
  });

  test('anything written is either refused or followed, never an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, document) => {
        const parsed = parsePath(`$${text}`);
        if (parsed.ok) valuesAt(parsed.path, document);
      }),
    );
  });
});
