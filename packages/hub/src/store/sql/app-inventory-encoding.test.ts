import { expect, test } from 'vitest';
import {
  decodeSet,
  encodeNumbers,
  encodeSet,
  isListed,
  numbersIn,
  sameButDynamic,
  traitsFrom,
  traitsOf,
} from './app-inventory-encoding.ts';

test('numbers of any size come back', () => {
  const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
  const next = numbersIn(encodeNumbers(numbers));
  expect(numbers.map(() => next())).toEqual(numbers);
  expect(() => next()).toThrow(/too early/);
});

test('a set comes back, and takes about six bytes an app', () => {
  const entries = Array.from({ length: 200 }, (_, i) => ({
    id: 3 + i * 137,
    traits: i % 5,
    bundle: 0,
    dynamic: i * 31_000,
  }));
  const bytes = encodeSet(entries);
  expect(decodeSet(bytes)).toEqual(entries);
  expect(bytes.length).toBeLessThan(200 * 8);
  expect(decodeSet(encodeSet([]))).toEqual([]);
});

test('every trait is true, false or not told', () => {
  const app = { validated: true, managed: false, betaApp: true };
  expect(traitsFrom(traitsOf(app, true))).toEqual(app);
  expect([true, false].map((listed) => isListed(traitsOf(app, listed)))).toEqual([true, false]);
  expect(traitsFrom(traitsOf({}, false))).toEqual({});
});

test('a set in a form of another version is refused, not misread', () => {
  expect(() => decodeSet(Uint8Array.of(2, 0, 0))).toThrow(/form 2/);
});

test('what apps stored beside themselves makes no difference, everything else does', () => {
  const entry = { id: 1, traits: 2, bundle: 0, dynamic: 3 };
  expect(sameButDynamic([entry], [{ ...entry, dynamic: 9 }])).toBe(true);
  expect(sameButDynamic([entry], [{ ...entry, traits: 1 }])).toBe(false);
  expect(sameButDynamic([entry], [])).toBe(false);
});
