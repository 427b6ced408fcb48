import type { Instant, Signal } from '@sallyport/core';

/** What a signal of a record says of its time, where the record itself tells none that can be read. */
export function undated(told: Instant | undefined): Pick<Signal, 'undated'> {
  return told === undefined ? { undated: true } : {};
}
