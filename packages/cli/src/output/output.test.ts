import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain } from './plain.ts';
import { PLAIN, styleFor } from './style.ts';
import { facts, table } from './table.ts';
import { labelled } from './wrap.ts';

describe('tables', () => {
  test('have columns as wide as their widest cell, and dashes where nothing is known', () => {
    const rows = [
      { name: "Ada's phone", on: true as boolean | null },
      { name: 'x', on: null },
    ];
    expect(
      table(
        rows,
        [
          { title: 'NAME', cell: (row) => row.name },
          { title: 'ON', cell: (row) => row.on },
        ],
        PLAIN,
        'None.',
      ),
    ).toBe("NAME         ON\nAda's phone  yes\nx            -\n");
  });

  test('say so when there are no rows', () =>
    expect(table([], [], PLAIN, 'There are none.')).toBe('There are none.\n'));

  test('count what people see: an accent is no letter of its own', () => {
    expect(
      table(
        [
          { a: 'e\u0301', b: 1 },
          { a: 'ab', b: 2 },
        ],
        [
          { title: 'A', cell: (row) => row.a },
          { title: 'B', cell: (row) => row.b },
        ],
        PLAIN,
        '',
      ),
    ).toBe('A   B\ne\u0301   1\nab  2\n');
  });

  test('are padded before they are painted', () => {
    const painted = table(
      [{ a: 'x', b: 'y' }],
      [
        { title: 'AAA', cell: (row) => row.a, paint: (cell) => `<${cell}>` },
        { title: 'B', cell: (row) => row.b },
      ],
      PLAIN,
      '',
    );
    expect(painted).toBe('AAA  B\n<x  >  y\n');
  });

  test('facts stand under each other', () =>
    expect(
      facts(
        [
          ['Name', 'Ada'],
          ['On', false],
          ['Mail', null],
        ],
        PLAIN,
      ),
    ).toBe('Name  Ada\nOn    no\nMail  -\n'));
});

describe('text of strangers', () => {
  test('cannot move the cursor, clear the screen or turn the reading direction', () => {
    expect(plain('a\u001b[2Jb\rc\nd\u202ee')).toBe('a\\u001b[2Jb\\u000dc\\u000ad\\u202ee');
  });

  test('never holds a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(plain(text))),
    );
  });
});

test('colours are for terminals whose owners want them', () => {
  expect(styleFor({ isTTY: true }, {}).good('x')).toBe('\u001b[32mx\u001b[39m');
  for (const [stream, env] of [
    [{}, {}],
    [{ isTTY: true }, { NO_COLOR: '1' }],
    [{ isTTY: true }, { TERM: 'dumb' }],
  ] as const)
    expect(styleFor(stream, env)).toBe(PLAIN);
});

test('long text is broken between words and indented', () => {
  expect(labelled('why ', 'one two three', { indent: 4, width: 11 })).toBe('why one two\n    three\n');
});
