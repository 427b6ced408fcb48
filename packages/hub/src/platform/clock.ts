/** Where the time comes from; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Whether the time may be wrong (`trusted-clock.ts`). Absent: never. */
  readonly inDoubt?: boolean;
  /** Whether what is stored for a time only may be deleted when that is over. Absent: it may. */
  readonly mayDelete?: boolean;
  /** For durations: milliseconds that nobody can set. Absent: `now`. */
  monotonic?(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * Whether `ms` have gone by since `since`. Also when `since` lies ahead: the clock was set back, and what waits for it
 * to come round again would wait for as long.
 */
export function hasElapsed(since: number, ms: number, now: number): boolean {
  return now - since >= ms || now < since;
}

/** For measuring how long something takes or lasts, whatever is done to the clock. */
export function monotonicTime(clock: Clock): number {
  return clock.monotonic?.() ?? clock.now();
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
