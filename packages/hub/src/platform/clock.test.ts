import { expect, test } from 'vitest';
import { hasElapsed } from './clock.ts';

test('time has gone by when it has, and when the clock was set back', () => {
  expect([999, 1_000, 1_600, 1_601].map((now) => hasElapsed(1_000, 601, now))).toEqual([true, false, false, true]);
});
