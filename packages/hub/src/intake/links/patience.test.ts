import { describe, expect, test } from 'vitest';
import { StoreBusy } from '../../store/store.ts';
import { retryAfterMs, VendorError } from '../../vendors/kit/vendor-error.ts';
import { setbackOf } from './patience.ts';

describe('after a failure', () => {
  test('the wait doubles up to its ceiling, and spreads by half of it', () => {
    const waits = [0, 1, 2, 3, 10, 1000].map(
      (attempt) => setbackOf(new VendorError('unavailable', 'x'), attempt, 1).waitMs,
    );
    expect(waits).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
    expect(setbackOf(new VendorError('unavailable', 'x'), 0, 0).waitMs).toBe(500);
  });

  test('what the vendor asks for is never cut short', () => {
    for (const random of [0, 0.5, 1])
      expect(setbackOf(new VendorError('rate_limited', 'x', 30_000), 5, random).waitMs).toBeGreaterThanOrEqual(30_000);
  });

  test('a vendor that asks for no wait at all is given ours, which grows', () => {
    const waits = [0, 1, 2, 10].map((attempt) => setbackOf(new VendorError('rate_limited', 'x', 0), attempt, 1).waitMs);
    expect(waits).toEqual([5000, 10_000, 20_000, 300_000]);
  });

  test('a store that is busy is asked again when it says', () => {
    expect(setbackOf(new StoreBusy('disk full', 7), 3, 0).waitMs).toBe(7000);
  });

  test('what nobody expected is told to the log and not to the administrator', () => {
    expect(setbackOf(new TypeError('secret inside'), 0, 0)).toMatchObject({
      unexpected: true,
      message: expect.not.stringContaining('secret'),
    });
  });
});

test.each([
  ['17', 17_000],
  ['0', 0],
  ['Mon, 02 Mar 2026 09:00:30 GMT', 30_000],
  ['Mon, 02 Mar 2020 09:00:30 GMT', 0],
  ['99999999', 3_600_000],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s is read as %s ms', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2026-03-02T09:00:00Z'))).toBe(ms);
});
