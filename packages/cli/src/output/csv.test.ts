import { expect, test } from 'vitest';
import { csv } from './csv.ts';

test('cells are quoted as RFC 4180 says, and no cell is a formula', () => {
  const rows = [
    { a: 'x, "y"', b: 1 },
    { a: '=HYPERLINK("http://x")', b: -2 },
    { a: 'two\nlines', b: null },
    { a: '@sum', b: undefined },
    { a: '', b: 0 },
  ];
  expect(
    csv(rows, [
      { title: 'a', cell: (row) => row.a },
      { title: 'b', cell: (row) => row.b },
    ]),
  ).toBe('a,b\r\n"x, ""y""",1\r\n"\'=HYPERLINK(""http://x"")",-2\r\ntwo\\u000alines,\r\n\'@sum,\r\n,0\r\n');
});
