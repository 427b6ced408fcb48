import { expect, test } from 'vitest';
import { LinePace } from './line-pace.ts';

test('a burst is free, and what goes beyond it waits until the rate is kept', () => {
  const pace = new LinePace(100, 50);
  expect(pace.spend(50, 1000)).toBe(0);
  expect(pace.spend(10, 1000)).toBe(100);
  expect(pace.spend(10, 1100)).toBe(100);
  expect(pace.spend(50, 60_000)).toBe(0);
});
