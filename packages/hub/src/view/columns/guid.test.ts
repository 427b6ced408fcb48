import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GUID_WORDS, readGuid, writeGuid } from './guid.ts';

const GUID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const isRead = (text: string): boolean => readGuid(text, new Uint32Array(GUID_WORDS), 0);

test('a GUID that was read is written as it was', () => {
  fc.assert(
    fc.property(fc.uuid(), (guid) => {
      const words = new Uint32Array(3 * GUID_WORDS);
      expect(readGuid(guid, words, GUID_WORDS)).toBe(true);
      expect(writeGuid(words, GUID_WORDS)).toBe(guid);
    }),
  );
});

test('whatever would be written otherwise than it was is not read', () => {
  expect(isRead(GUID)).toBe(true);
  const others = [
    '',
    GUID.toUpperCase(),
    `{${GUID.slice(1, -1)}}`,
    GUID.replaceAll('-', ''),
    GUID.replace('-', '_'),
    ` ${GUID}`,
    GUID.replace('-', '').replace('-', '--'),
    GUID.replace('a', 'g'),
    GUID.replace('a', '\u0161'),
    GUID.replace('1b', '\u{1f4f1}'),
    GUID.replace('f9', '-9'),
  ];
  expect(others.filter(isRead)).toEqual([]);
});

test('no other text of that length is read and written as a different one', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 36, maxLength: 36 }), (text) => {
      const words = new Uint32Array(GUID_WORDS);
      if (readGuid(text, words, 0)) expect(writeGuid(words, 0)).toBe(text);
    }),
  );
});
