import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader } from './framing.ts';

const MAX = 50;
const BOM = '\ufeff';
const COUNTED = '<1>counted, and as long as CEF is at the least';

function read(chunks: readonly (string | Buffer)[], max = MAX) {
  const reader = new FrameReader(max);
  const frames = chunks
    .flatMap((chunk) => reader.push(Buffer.from(chunk as string)))
    .map((frame) => ('line' in frame ? frame.line.toString() : frame.tooLong));
  return { frames, unfinished: reader.unfinished !== undefined };
}

const counted = (message: string) => `${Buffer.byteLength(message)} ${message}`;

describe('messages in a stream', () => {
  test.each([
    ['counted', ['5 <1>ab4 <1>c'], ['<1>ab', '<1>c']],
    ['ended by line feeds', ['<1>ab\n<1>c\r\n'], ['<1>ab', '<1>c\r']],
    ['first the one and then the other', ['<1>ab\n4 <1>cCEF:0|x\n'], ['<1>ab', '<1>c', 'CEF:0|x']],
    ['counted, with line feeds inside', ['5 <1>\na8 <1>\n<1>b4 <1>c'], ['<1>\na', '<1>\n<1>b', '<1>c']],
    ['in pieces', ['1', '2 <1>', 'abcdefghi', '<', '1>x', '\n'], ['<1>abcdefghi', '<1>x']],
    ['with empty lines between', ['\n\n<1>a\n\n'], ['<1>a']],
    ['counted, with characters of several bytes', ['6 <1>\u{e9}a4 <1>b'], ['<1>\u{e9}a', '<1>b']],
    ['counted, and each ended as a line besides', ['4 <1>a\n4 <1>b\r\n4 <1>c\0'], ['<1>a', '<1>b', '<1>c']],
    [
      'counted, without priorities',
      [
        `${counted('CEF:0|a')}${counted('2026-11-29T10:00:00Z h a: CEF:0|b, as above')}${counted('Nov 29 10:00:00 h CEF:0|c, and all the rest')}`,
      ],
      ['CEF:0|a', '2026-11-29T10:00:00Z h a: CEF:0|b, as above', 'Nov 29 10:00:00 h CEF:0|c, and all the rest'],
    ],
    [
      'counted, of which one is no syslog',
      [`${counted('hello you')}${counted('<1>a, long enough for a look ahead')}`],
      ['hello you', '<1>a, long enough for a look ahead'],
    ],
    ['ended by NUL', ['<1>a\0<1>b\0\n'], ['<1>a', '<1>b']],
    ['ended by NUL, then by line feeds', ['<1>a\0<1>b\n<1>c\0'], ['<1>a', '<1>b', '<1>c']],
    ['ended by line feeds, with a NUL inside that is content', ['<1>a\n<1>b\0CEF:0|c\n'], ['<1>a', '<1>b\0CEF:0|c']],
    [
      'behind byte order marks: of the stream, of each line, of a count',
      [`${BOM}<1>a\n${BOM}<1>b\n${BOM}4 <1>c${BOM}${BOM}4 <1>d`],
      ['<1>a', '<1>b', '<1>c', '<1>d'],
    ],
    ['with a byte order mark behind the count', [`7 ${BOM}<1>a4 <1>b`], [`${BOM}<1>a`, '<1>b']],
    [
      'behind a byte order mark in pieces',
      [Buffer.from([0xef]), Buffer.from([0xbb]), Buffer.from([0xbf]), '<1>a\n'],
      ['<1>a'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(read(chunks)).toEqual({ frames: expected, unfinished: false });
  });

  test.each([
    '2026-11-29T10:00:00Z host acme: CEF:0|x',
    '2026-11-29 10:00:00,123 host CEF:0|x',
    '2026 Nov 29 10:00:00 host CEF:0|x',
    '1970 Jan  1 10:00:00 host CEF:0|x',
    '29 Nov 2026 10:00:00 host CEF:0|x',
    '29 Nov 10:00:00 host CEF:0|x',
    '26 Nov 29 10:00:00 host CEF:0|x',
    '7 acme: CEF:0|x',
    '12 devices are at risk',
    '2026/11/29 10:00:00 host CEF:0|x',
    '2026 11 29 10:00:00 host CEF:0|x',
    '20261129 10:00:00 host CEF:0|x',
    '20261129T100000Z host CEF:0|x',
    '10:00:00 host CEF:0|x',
    '1795946400 host CEF:0|x',
    '1795946400.123 host CEF:0|x',
    '192.0.2.7 host CEF:0|x',
    '000123: Nov 29 10:00:00: CEF:0|x',
    '45: host CEF:0|x',
    '0 host CEF:0|x',
    '1 2026-11-29T10:00:00Z host app - - - CEF:0|x',
    '1 - host app - - - CEF:0|x',
    '1x <1>a',
    '1 <134>a',
    '1796060852 <134>CEF:0|x',
    '1796060852 \ufeff<134>a',
    '1796060852123 <134>CEF:0|x',
    '1796060852.123 <134>CEF:0|x',
    '000123: <134>CEF:0|x',
    '000123 <134>CEF:0|x',
    '999999999 <1>a',
    '12345 <134>CEF:0|x',
    '99999999 <134>CEF:0|x',
    '1500 <134>CEF:0|x',
    '8 <134>CEF:0|Acme|Mobile Defense|1',
    '9 <134>CEF:0|Acme|Mobile Defense|1',
    '30 <134>Nov 29 10:00:00 host CEF:0|Acme|Mobile Defense|1',
    '134>Nov 29 10:00:00 host CEF:0|x',
    '12345',
    '123456789',
    '1234567890123456789012345678901234567890123456789012345678901234567890',
    '12',
    '7 ',
    '99999999 lines are too many',
    '2026 was a good year for phones',
  ])('a line that begins with a digit is no count: %j', (line) => {
    const stream = `<1>before\n${line}\n<1>behind\n${counted(COUNTED)}`;
    expect(read([stream], 2000)).toEqual({ frames: ['<1>before', line, '<1>behind', COUNTED], unfinished: false });
    expect(read([...stream], 2000).frames).toEqual(['<1>before', line, '<1>behind', COUNTED]);
  });

  test.each([
    ['<1>half'],
    ['9 <1>half'],
    ['12'],
    ['12 '],
    [`<1>${'x'.repeat(60)}`],
    ['60 <1>'],
    ['40 no syslog'],
    ['9 hello you'],
    ['\ufeff<1>half'],
  ])('%j is not finished, and no message', (chunk) => {
    expect(read([chunk])).toEqual({ frames: [], unfinished: true });
  });

  test('that are too long are passed over, and those behind them are read', () => {
    expect(read([`<1>${'x'.repeat(60)}`, 'yyy\n<1>a\n']).frames).toEqual([66, '<1>a']);
    expect(read([`60 <1>${'x'.repeat(20)}`, `${'x'.repeat(37)}4 <1>a`]).frames).toEqual([60, '<1>a']);
    expect(read([`${'x'.repeat(MAX)}\n${'x'.repeat(MAX + 1)}\n<1>a\n`]).frames).toEqual([
      'x'.repeat(MAX),
      MAX + 1,
      '<1>a',
    ]);
    expect(read([`2026-11-29T10:00:00Z ${'x'.repeat(60)}\n<1>a\n`]).frames).toEqual([81, '<1>a']);
  });

  test('numbers in front of priorities are those of the lines where they are no lengths, from the first line on that shows it', () => {
    const line = (number: number) =>
      `${number} <134>CEF:0|Acme|Mobile Defense|1|100|Free Torch|8|dvchost=SN-${number} cs1=high`;
    const fromOne = Array.from({ length: 200 }, (_, i) => line(i + 1));
    expect(read([`${fromOne.join('\n')}\n`], 2000).frames).toEqual(fromOne);
    const behindLine = ['<1>a', ...Array.from({ length: 9 }, (_, i) => line(12_345 + i))];
    expect(read([`${behindLine.join('\n')}\n`], 20_000).frames).toEqual(behindLine);
    const high = Array.from({ length: 9 }, (_, i) => line(700_000 + i));
    expect(read([`${high.join('\n')}\n`], 20_000).frames).toEqual(high);
  });

  test('a number in front of a priority is a length, whatever the message holds, for the first message and behind a counted one', () => {
    const held = '<134>CEF:0|Acme|Mobile Defense|1|100|Free\n<134>CEF:0|Acme|Mobile Defense|1|100|Torch';
    expect(read([`${counted(held)}${counted('<134>x')}${counted(held)}\n`], 200).frames).toEqual([
      held,
      '<134>x',
      held,
    ]);
    expect(read([`${counted('<134>x')}${counted(`${held}${held}`)}${counted('<134>y')}`], 100)).toEqual({
      frames: ['<134>x', 2 * held.length, '<134>y'],
      unfinished: false,
    });
    expect(read(['12345 <134>CEF:0|x\n<134>CEF:0|y\n'], 20_000)).toEqual({ frames: [], unfinished: true });
  });

  test('are the same wherever the network cuts the stream', () => {
    const message = fc.record({
      text: fc.stringMatching(
        /^(<\d>|2026-11-29T10:00:00Z |2026 Nov 29 10:00:00 |\d |\d{1,10} <\d>|0\d{1,5}:? <\d>)?(CEF:0)?[a-z \d]{1,70}$/,
      ),
      counted: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n', '\0', '\n\ufeff'),
    });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(40)), (messages, cuts) => {
        const stream = Buffer.from(
          messages
            .map(({ text, counted: isCounted, end }) => (isCounted ? `${text.length} ${text}` : `${text}${end}`))
            .join(''),
        );
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = 1 + (cuts[i] ?? 40);
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(read(chunks)).toEqual(read([stream]));
        expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(read([stream]));
      }),
    );
  });

  test('with a priority are read as they were written, however each is framed', () => {
    const message = fc.record({ text: fc.stringMatching(/^<\d>[a-z \d]{0,70}$/), counted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const stream = messages
          .map(({ text, counted: isCounted }) => (isCounted ? counted(text) : `${text}\n`))
          .join('');
        // A length that is too low for CEF is believed when it is seen what follows.
        expect(read([`${stream}\n`])).toEqual({
          frames: messages.map(({ text }) => (text.length > MAX ? text.length : text)),
          unfinished: false,
        });
      }),
    );
  });

  test('are read in time that grows with the stream and not with its square: a long line byte by byte, one that is not told yet and many short ones', () => {
    const bytes = Buffer.from(`${'x'.repeat(300_000)}\n`);
    const reader = new FrameReader(2_000_000);
    expect(
      Array.from(bytes, (byte) => reader.push(Buffer.from([byte])).length).reduce((sum, count) => sum + count, 0),
    ).toBe(1);
    expect(read(['<1>a\0'.repeat(200_000)]).frames).toHaveLength(200_000);
    expect(read(['900000 not yet ended ', ...Array.from({ length: 100_000 }, () => 'x')], 1_000_000).frames).toEqual(
      [],
    );
  });
});
