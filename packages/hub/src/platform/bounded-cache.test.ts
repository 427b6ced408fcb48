import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('what is used stays, what is not is forgotten, and no more than the limit is kept', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('used', -1);
  for (let i = 0; i < 100; i += 1) {
    cache.set(`k${i}`, i);
    expect(cache.get('used')).toBe(-1);
  }
  const kept = Array.from({ length: 100 }, (_, i) => `k${i}`).filter((key) => cache.get(key) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(cache.get('k99')).toBe(99);
});
