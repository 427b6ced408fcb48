import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SIGNAL_LIMITS } from '../vocabulary/signal-limits.ts';
import { supersededBy, type EnrolledRecord } from './superseded-records.ts';

const NOW = 100;
const record = (id: string, keys: string, enrolledAt: number | undefined, lastContactAt: number): EnrolledRecord => ({
  id,
  keys: keys.split(' '),
  enrolledAt,
  lastContactAt,
});
const superseded = (...records: EnrolledRecord[]) =>
  Object.fromEntries(supersededBy(records, NOW, DEFAULT_SIGNAL_LIMITS));

test.each<[string, EnrolledRecord[], Record<string, string>]>([
  ['enrolled after the last contact of the other', [record('a', 's1', 10, 20), record('b', 's1', 30, 40)], { a: 'b' }],
  ['contact after the enrolment of the other', [record('a', 's1', 10, 31), record('b', 's1', 30, 40)], {}],
  ['contact at the very enrolment of the other', [record('a', 's1', 10, 30), record('b', 's1', 30, 40)], {}],
  ['another key', [record('a', 's1', 10, 20), record('b', 's2', 30, 40)], {}],
  ['one key of several', [record('a', 's1 i1', 10, 20), record('b', 's2 i1', 30, 40)], { a: 'b' }],
  ['the older one has no enrolment time', [record('a', 's1', undefined, 20), record('b', 's1', 30, 40)], { a: 'b' }],
  ['the newer one has no enrolment time', [record('a', 's1', 10, 20), record('b', 's1', undefined, 40)], {}],
  ['an enrolment that lies ahead', [record('a', 's1', 10, 20), record('b', 's1', NOW + 1, NOW + 1)], {}],
  [
    'three enrolments',
    [record('a', 's1', 10, 20), record('b', 's1', 30, 40), record('c', 's1', 50, 60)],
    { a: 'c', b: 'c' },
  ],
  [
    'three enrolments linked by different keys',
    [record('a', 's1', 10, 20), record('b', 's1 i1', 30, 40), record('c', 'i1', 50, 60)],
    { a: 'c', b: 'c' },
  ],
  [
    'a record in contact between two enrolments',
    [record('a', 's1', 10, 35), record('b', 's1', 30, 40), record('c', 's1', 50, 60)],
    { a: 'c', b: 'c' },
  ],
  [
    'the first is in contact again, the second is not',
    [record('a', 's1', 10, 55), record('b', 's1', 30, 40), record('c', 's1', 50, 60)],
    { b: 'c' },
  ],
  [
    'an enrolment after the last contact of the same record',
    [record('a', 's1', 35, 20), record('b', 's1', 30, 40)],
    {},
  ],
  [
    'a key of many phones',
    [
      ...Array.from({ length: 6 }, (_, i) => record(`l${i}`, 's1', 10, 60)),
      record('a', 's1', 10, 20),
      record('b', 's1', 30, 40),
    ],
    {},
  ],
  [
    'six enrolments of one phone',
    Array.from({ length: 6 }, (_, i) => record(`r${i}`, 's1', i * 10, i * 10 + 1)),
    { r0: 'r5', r1: 'r5', r2: 'r5', r3: 'r5', r4: 'r5' },
  ],
  [
    'no keys',
    [
      { id: 'a', keys: [], enrolledAt: 1, lastContactAt: 2 },
      { id: 'b', keys: [], enrolledAt: 3, lastContactAt: 4 },
    ],
    {},
  ],
])('%s', (_, records, expected) => {
  expect(superseded(...records)).toEqual(expected);
  expect(superseded(...records.toReversed())).toEqual(expected);
});

const instant = fc.option(fc.integer({ min: 0, max: 110 }), { nil: undefined });
const records = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    keys: fc.uniqueArray(fc.constantFrom('s1', 's2', 'i1', 'i2'), { maxLength: 2 }),
    enrolledAt: instant,
    lastContactAt: fc.integer({ min: 0, max: 110 }),
  }),
  { selector: ({ id }) => id, maxLength: 8 },
);

test('whatever supersedes is live, carries what was enrolled later, and the order does not matter', () => {
  fc.assert(
    fc.property(records, (all) => {
      const found = supersededBy(all, NOW, DEFAULT_SIGNAL_LIMITS);
      for (const [id, successor] of found) {
        expect(found.has(successor)).toBe(false);
        const enrolled = all.find((one) => one.id === successor)?.enrolledAt;
        expect(enrolled).toBeGreaterThan(all.find((one) => one.id === id)?.lastContactAt as number);
        expect(enrolled).toBeLessThanOrEqual(NOW);
      }
      expect(new Map([...supersededBy(all.toReversed(), NOW, DEFAULT_SIGNAL_LIMITS)].sort())).toEqual(
        new Map([...found].sort()),
      );
    }),
  );
});
