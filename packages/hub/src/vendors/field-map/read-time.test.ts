import { expect, test } from 'vitest';
import { readTime } from './read-time.ts';

const AT = Date.parse('2026-03-02T08:00:00Z');

test.each([
  ['iso', '2026-03-02T08:00:00Z', AT],
  ['iso', ' 2026-03-02T10:00:00.250+02:00 ', AT + 250],
  ['iso', '2026-03-02T08:00:00', undefined],
  ['iso', '2026-02-30T08:00:00Z', undefined],
  ['iso', AT, undefined],
  ['isoUtc', '2026-03-02T08:00:00', AT],
  ['isoUtc', '2026-03-02 08:00:00.250', AT + 250],
  ['isoUtc', '2026-03-02 08:00:00,250', AT + 250],
  ['isoUtc', '2026-03-02 08:00', AT],
  ['isoUtc', '2026-03-02 08:00:00 UTC', AT],
  ['isoUtc', '2026-03-02 10:00:00 +02:00', AT],
  ['isoUtc', '2026-03-02T10:00:00+0200', AT],
  ['isoUtc', '2026-03-02 08:00:00 CET', undefined],
  ['isoUtc', '2026-02-30 08:00:00', undefined],
  ['isoUtc', '2026-03-02', undefined],
  ['isoUtc', AT, undefined],
  ['epochSeconds', AT / 1000, AT],
  ['epochSeconds', String(AT / 1000), AT],
  ['epochSeconds', AT / 1000 + 0.5, AT + 500],
  ['epochSeconds', AT, undefined],
  ['epochMilliseconds', AT, AT],
  ['epochMilliseconds', String(AT), AT],
  ['epochMilliseconds', AT / 1000, undefined],
  ['epochMilliseconds', Number.NaN, undefined],
  ['epochMilliseconds', '1e12', undefined],
  ['epochMilliseconds', true, undefined],
  ['cef', String(AT), AT],
  ['cef', 'Mar 02 2026 08:00:00 UTC', AT],
  ['cef', 'mar 2 2026 10:00:00.123 +02:00', AT + 123],
  ['cef', 'Mar 02 2026 03:00:00 -0500', AT],
  ['cef', 'Mar 02 2026 08:00:00', undefined],
  ['cef', 'Mar 02 2026 08:00:00 CET', undefined],
  ['cefUtc', 'Mar 02 2026 08:00:00', AT],
  ['cefUtc', 'Mar 02 2026 10:00:00.123 +02:00', AT + 123],
  ['cefUtc', String(AT), AT],
  ['cefUtc', 'Mar 02 2026 08:00:00 CET', undefined],
  ['cefUtc', 'Mar 02 08:00:00', undefined],
  ['cef', 'Foo 02 2026 08:00:00 UTC', undefined],
  ['cef', 'Feb 30 2026 08:00:00 UTC', undefined],
  ['cef', 'Mar 02 08:00:00', undefined],
] as const)('as %s, %j is %s', (format, value, expected) => {
  expect(readTime(value, format)).toBe(expected);
});
