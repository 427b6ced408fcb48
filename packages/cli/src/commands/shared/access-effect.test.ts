import { expect, test } from 'vitest';
import { accessEffect } from './access-effect.ts';

test.each([
  [{ opened: 12, closed: 0 }, 'This opened 12 devices that were closed.\n'],
  [{ opened: 1, closed: 1 }, 'This opened 1 device that was closed. This closed 1 device that was open.\n'],
  [{ opened: 0, closed: 0 }, ''],
  [{}, 'Devices are still being evaluated: it is not known yet how many this opens or closes.\n'],
])('what a change did to access, %j, is said in words', (effect, text) => {
  expect(accessEffect(effect)).toBe(text);
});
