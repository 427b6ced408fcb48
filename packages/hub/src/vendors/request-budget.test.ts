import { expect, test } from 'vitest';
import { RequestBudget } from './request-budget.ts';

test('requests beyond what a minute allows wait until the first of them is a minute old', async () => {
  const clock = { at: 0, now() { return this.at; } };
  const waits: number[] = [];
  const budget = new RequestBudget(3, { clock, wait: async (ms) => { waits.push(ms); clock.at += ms; } });
  const { signal } = new AbortController();
  for (let i = 0; i < 4; i += 1) {
    await budget.spend(signal);
    clock.at += 1000;
  }
  expect(waits).toEqual([57_000]);
});
