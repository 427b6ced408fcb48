import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, FramingError } from './frames.ts';

const MAX = 50;

function read(...chunks: (string | Buffer)[]) {
  const reader = new FrameReader(MAX);
  const frames = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk as string))).map((frame) => ('line' in frame ? frame.line.toString() : frame.tooLong));
  return { frames, unfinished: reader.unfinished };
}

describe('messages in a stream', () => {
  test.each([
    ['counted', ['5 <1>ab4 <1>c'], ['<1>ab', '<1>c']],
    ['ended by line feeds', ['<1>ab\n<1>c\r\n'], ['<1>ab', '<1>c\r']],
    ['first the one and then the other', ['<1>ab\n4 <1>cCEF:0|x\n'], ['<1>ab', '<1>c', 'CEF:0|x']],
    ['counted, with line feeds inside', ['5 <1>\na'], ['<1>\na']],
    ['in pieces', ['1', '2 <1>', 'abcdefghi', '<', '1>x', '\n'], ['<1>abcdefghi', '<1>x']],
    ['with empty lines between', ['\n\n<1>a\n\n'], ['<1>a']],
    ['counted, with characters of several bytes', ['6 <1>\u{e9}a'], ['<1>\u{e9}a']],
  ])('%s', (_, chunks, expected) => {
    expect(read(...chunks)).toEqual({ frames: expected, unfinished: false });
  });

  test.each([['<1>half'], ['9 <1>half'], ['12'], [`<1>${'x'.repeat(60)}`], ['60 <1>']])('%j is not finished, and no message', (chunk) => {
    expect(read(chunk)).toEqual({ frames: [], unfinished: true });
  });

  test('that are too long are passed over, and those behind them are read', () => {
    expect(read(`<1>${'x'.repeat(60)}`, 'yyy\n<1>a\n').frames).toEqual([66, '<1>a']);
    expect(read(`60 <1>${'x'.repeat(20)}`, `${'x'.repeat(37)}4 <1>a`).frames).toEqual([60, '<1>a']);
    expect(read(`${'x'.repeat(MAX)}\n${'x'.repeat(MAX + 1)}\n<1>a\n`).frames).toEqual(['x'.repeat(MAX), MAX + 1, '<1>a']);
  });

  test.each(['1x <1>a', '999999999 <1>a', '123456789', `1${'x'.repeat(100)}`])('%j is not syslog', (text) => {
    expect(() => read(text)).toThrow(FramingError);
  });

  test('are the same wherever the network cuts the stream', () => {
    const message = fc.record({ text: fc.stringMatching(/^<\d>[a-z ]{0,70}$/), counted: fc.boolean() });
    fc.assert(fc.property(fc.array(message), fc.array(fc.nat(40)), (messages, cuts) => {
      const stream = Buffer.from(messages.map(({ text, counted }) => (counted ? `${text.length} ${text}` : `${text}\n`)).join(''));
      const chunks: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const size = 1 + (cuts[i] ?? 40);
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(read(...chunks)).toEqual({ frames: messages.map(({ text }) => (text.length > MAX ? text.length : text)), unfinished: false });
    }));
  });
});
