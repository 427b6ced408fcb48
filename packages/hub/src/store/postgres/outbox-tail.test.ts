import { afterEach, expect, test, vi } from 'vitest';
import type { OutboxReader } from '../store.ts';
import { OutboxTail } from './outbox-tail.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('how long nothing was heard of the database is measured whatever is done to the clock', () => {
  const tail = new OutboxTail({} as OutboxReader, 'postgres://hub@localhost/hub', 'node', undefined);
  const started = performance.now();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
  vi.spyOn(performance, 'now').mockReturnValue(started + 61_000);
  expect(tail.behindForMs()).toBeGreaterThan(60_000);
});
