import { vi } from 'vitest';

/**
 * Waits until `check` throws no more, for as long as a machine that is busy with everything else may need. Never
 * says how fast something is: `bench/` does.
 */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 25_000, interval: 10 });
}
