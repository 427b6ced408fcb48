/** Where the time comes from; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * Whether `ms` have gone by since `since`. Also when `since` lies ahead: the clock was set back, and what waits for it
 * to come round again would wait for as long.
 */
export function hasElapsed(since: number, ms: number, now: number): boolean {
  return now - since >= ms || now < since;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
