import { expect, test } from 'vitest';
import { timeOfAnswer } from './answer.ts';

const SECOND = Date.parse('2026-03-02T08:00:00Z');
const time = (askedAt: number, date?: string, now = askedAt + 100) => timeOfAnswer({ headers: date === undefined ? {} : { date } }, SECOND + askedAt, SECOND + now) - SECOND;
const AT = 'Mon, 02 Mar 2026 08:00:00 GMT';

test.each([
  ['clocks that agree: the moment of asking', 300, AT, 300],
  ['asked in the second before: the vendor\'s', -50, AT, 0],
  ['our clock is ahead: the vendor\'s', 5000, AT, 0],
  ['our clock is behind: the vendor\'s', -5000, AT, 0],
  ['no date: ours, when the answer was there', 300, undefined, 400],
  ['a date that is none', 300, 'soon', 400],
  ['a date of another day: ours', 300, 'Mon, 09 Mar 2026 08:00:00 GMT', 400],
])('%s', (_, askedAt, date, expected) => {
  expect(time(askedAt, date)).toBe(expected);
});

test('two answers of one second, asked for one after the other, are told apart', () => {
  expect(time(301, AT)).toBeGreaterThan(time(300, AT));
});
