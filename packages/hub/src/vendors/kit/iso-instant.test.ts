import { expect, test } from 'vitest';
import { parseIsoInstant } from './iso-instant.ts';

test.each([
  ['2026-03-02T08:00:00Z', '2026-03-02T08:00:00.000Z'],
  [' 2026-03-02T08:00:00.123456Z\n', '2026-03-02T08:00:00.123Z'],
  ['2026-03-02T08:00+0530', '2026-03-02T02:30:00.000Z'],
  ['2026-03-02t08:00:00.5-01:00', '2026-03-02T09:00:00.500Z'],
])('%j is a time', (text, iso) => {
  expect(new Date(parseIsoInstant(text) ?? 0).toISOString()).toBe(iso);
});

test.each([
  '2026-03-02T08:00:00',
  '2026-02-30T08:00:00Z',
  '2026-03-02',
  '2026-03-02T08:00:00+15:00',
  '2026-03-02T25:00:00Z',
  'now',
  '',
])('%j is none', (text) => {
  expect(parseIsoInstant(text)).toBeUndefined();
});
