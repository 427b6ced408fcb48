import { describe, expect, test } from 'vitest';
import { jsonOf, timeOfAnswer } from './answer.ts';
import { requireSuccess } from './vendor-error.ts';

const SECOND = Date.parse('2026-03-02T08:00:00Z');
const time = (askedAt: number, date?: string, now = askedAt + 100) =>
  timeOfAnswer({ headers: date === undefined ? {} : { date } }, SECOND + askedAt, SECOND + now) - SECOND;
const AT = 'Mon, 02 Mar 2026 08:00:00 GMT';

test.each([
  ['clocks that agree: the moment of asking', 300, AT, 300],
  ["asked in the second before: the vendor's", -50, AT, 0],
  ["our clock is ahead: the vendor's", 5000, AT, 0],
  ["our clock is behind: the vendor's", -5000, AT, 0],
  ['no date: ours, when the answer was there', 300, undefined, 400],
  ['a date that is none', 300, 'soon', 400],
  ['a date of another day: ours', 300, 'Mon, 09 Mar 2026 08:00:00 GMT', 400],
])('%s', (_, askedAt, date, expected) => {
  expect(time(askedAt, date)).toBe(expected);
});

test('two answers of one second, asked for one after the other, are told apart', () => {
  expect(time(301, AT)).toBeGreaterThan(time(300, AT));
});

test('a date to wait for is by the clock of the vendor', () => {
  const headers = { date: 'Mon, 02 Mar 2026 03:00:00 GMT', 'retry-after': 'Mon, 02 Mar 2026 03:00:30 GMT' };
  expect(() => requireSuccess({ status: 429, headers }, 'Acme', SECOND)).toThrow(
    expect.objectContaining({ retryAfterMs: 30_000 }),
  );
  expect(() =>
    requireSuccess({ status: 429, headers: { 'retry-after': 'Mon, 02 Mar 2026 08:00:20 GMT' } }, 'Acme', SECOND),
  ).toThrow(expect.objectContaining({ retryAfterMs: 20_000 }));
});

describe('an answer that cannot be used tells an administrator what to look at', () => {
  const said = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const body = (text: string) => ({
    status: 200,
    headers: {},
    body: Buffer.from(text),
    text: () => text,
    json: () => JSON.parse(text) as unknown,
  });

  test.each([
    ['', 'Acme gave an empty answer.'],
    [
      ' <!DOCTYPE html><title>Sign in</title>',
      'Acme gave a web page in place of data. Check the address, and whether a proxy stands in between.',
    ],
    ['{"a":', 'Acme gave an answer that is no JSON.'],
  ])('the body %j', (text, message) => {
    expect(said(() => jsonOf(body(text), 'Acme'))).toBe(message);
  });

  test.each([
    [302, 'Acme answered 302, which leads to another address; that is not followed, so check the one in the settings.'],
    [404, 'Acme answered 404: there is nothing at this address. Check it.'],
    [429, 'Acme answered 429: it has had too many requests.'],
    [500, 'Acme answered 500.'],
    [204, undefined],
  ])('the status %i', (status, message) => {
    expect(said(() => requireSuccess({ status, headers: {} }, 'Acme', 0))).toBe(message);
  });
});
