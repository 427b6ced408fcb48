import { expect, test } from 'vitest';
import { UnreadRecords } from './unread-records.ts';

const MINUTE = 60_000;

test('what could not be read is counted on, told in the log once a minute with what came meanwhile, and the problem of the link for a day', () => {
  const unread = new UnreadRecords();
  expect([unread.status, unread.problem(0)]).toEqual([null, undefined]);
  expect(unread.note(2, 'first', 1_000)).toBe(2);
  expect([unread.note(3, 'second', 2_000), unread.note(1, 'third', 60_999)]).toEqual([0, 0]);
  expect(unread.note(1, 'fourth', 61_000)).toBe(5);
  expect(unread.status).toEqual({ count: 7, lastAt: 61_000, message: 'fourth' });
  expect(unread.problem(61_000 + 24 * 60 * MINUTE - 1)).toEqual({ at: 61_000, message: 'fourth', nextTryAt: null });
  expect(unread.problem(61_000 + 24 * 60 * MINUTE)).toBeUndefined();
});
