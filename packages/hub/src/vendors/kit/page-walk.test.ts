import { expect, test } from 'vitest';
import type { Page } from './page-walk.ts';
import { PageWalk } from './page-walk.ts';
import { VendorError } from './vendor-error.ts';

/** A list of pages; `fails` throws at the given fetches, counted from 1. */
function list(pages: readonly Page<number>[], fails: Readonly<Record<number, Error>> = {}) {
  const asked: number[] = [];
  const taken: unknown[] = [];
  const walk = new PageWalk(0, async (place: number) => {
    asked.push(place);
    const failure = fails[asked.length];
    if (failure !== undefined) throw failure;
    return pages[place] as Page<number>;
  });
  return {
    asked,
    taken,
    run: () =>
      walk.run(new AbortController().signal, async ({ content }) => {
        taken.push(...content);
      }),
  };
}

const TWO = [
  { content: ['a'], next: 1 },
  { content: ['b'], next: undefined },
];

test('every page is taken once, and the next round begins anew', async () => {
  const t = list(TWO);
  expect([await t.run(), await t.run(), t.taken]).toEqual([2, 2, ['a', 'b', 'a', 'b']]);
});

test('after a failure the walk goes on from the page that failed', async () => {
  const t = list(TWO, { 2: new VendorError('unavailable', 'down') });
  await expect(t.run()).rejects.toThrow('down');
  expect([await t.run(), t.asked, t.taken]).toEqual([2, [0, 1, 1], ['a', 'b']]);
});

test('after a refusal the walk begins anew', async () => {
  const t = list(TWO, { 2: new VendorError('refused', 'no') });
  await expect(t.run()).rejects.toThrow('no');
  await t.run();
  expect(t.asked).toEqual([0, 1, 0, 1]);
});

test('a page that repeats the one before ends the list, and so does an empty list', async () => {
  const t = list([{ content: ['a'], next: 0 }]);
  expect([await t.run(), t.asked, t.taken]).toEqual([1, [0, 0], ['a']]);
  expect(await list([{ content: [], next: undefined }]).run()).toBe(0);
});

test('empty pages in the middle, which lists with a filter have, end nothing; one that leads to itself does', async () => {
  const t = list([
    { content: ['a'], next: 1 },
    { content: [], next: 2 },
    { content: [], next: 3 },
    { content: ['b'], next: 4 },
    { content: [], next: 4 },
  ]);
  expect([await t.run(), t.asked, t.taken]).toEqual([2, [0, 1, 2, 3, 4, 4], ['a', 'b']]);
});
