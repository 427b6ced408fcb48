import { expect, test } from 'vitest';
import { RequestBudget } from './request-budget.ts';

test('a clock that is set back makes nobody wait for it to come round again', async () => {
  const clock = {
    at: 86_400_000,
    now() {
      return this.at;
    },
  };
  const budget = new RequestBudget(1, {
    clock,
    wait: async (ms) => {
      throw new Error(`waits ${ms} ms`);
    },
  });
  const { signal } = new AbortController();
  await budget.spend(signal);
  clock.at = 0;
  await budget.spend(signal);
});

test('requests beyond what a minute allows wait until the first of them is a minute old', async () => {
  const clock = {
    at: 0,
    now() {
      return this.at;
    },
  };
  const waits: number[] = [];
  const budget = new RequestBudget(3, {
    clock,
    wait: async (ms) => {
      waits.push(ms);
      clock.at += ms;
    },
  });
  const { signal } = new AbortController();
  for (let i = 0; i < 4; i += 1) {
    await budget.spend(signal);
    clock.at += 1000;
  }
  expect(waits).toEqual([57_000]);
});
