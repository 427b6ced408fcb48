import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytesCache } from './bytes-cache.ts';

test('what is found is what was put in for exactly these bytes', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 50 }), fc.uint8Array({ maxLength: 40 }), (known, asked) => {
    const cache = new BytesCache<string>();
    for (const bytes of known) for (const _ of [1, 2]) cache.set(Buffer.from(bytes), Buffer.from(bytes).toString('hex'));
    const found = cache.get(Buffer.from(asked));
    if (found !== undefined) expect(found).toBe(Buffer.from(asked).toString('hex'));
    const last = known.at(-1);
    if (last !== undefined) expect(cache.get(Buffer.from(last))).toBe(Buffer.from(last).toString('hex'));
  }));
});

test('what was put in twice stays when the buffer it came from is used again', () => {
  const cache = new BytesCache<number>();
  const bytes = Buffer.from('abc');
  cache.set(bytes, 1);
  expect(cache.get(bytes)).toBeUndefined();
  cache.set(bytes, 1);
  bytes.write('xyz');
  expect(cache.get(Buffer.from('abc'))).toBe(1);
  expect(cache.get(bytes)).toBeUndefined();
});
