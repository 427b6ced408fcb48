import { meaningOf } from '@sallyport/core';
import type { Instant, Signal } from '@sallyport/core';

/** Clocks of devices and vendors differ by as much as this; what is further ahead is flagged, and not compared. */
const USUAL_MS = 5 * 60_000;
/** Devices of which a time ahead is remembered; about 200 bytes each. */
const MOST = 20_000;

interface Ahead {
  /** As the vendor wrote it. */
  readonly told: Instant;
  /** As it counts here. */
  readonly counts: Instant;
  /** How bad it was (`meaningOf`). */
  readonly rank: number;
}

/**
 * Times that are ahead of our clock. A vendor cannot be told to mend its clock; but a report that counted as of a time
 * to come would hide every true report until then. So it counts as of its receipt, and two things hold beside that:
 * reports of one device that are ahead keep the order of their own times, also where they come together; and good
 * news of a time before such a report's own is older than it, by the vendor's clock, though it comes later.
 * In memory: what is remembered matters for minutes.
 */
export class TimesAhead {
  /** By device; those heard of last at the end. */
  readonly #last = new Map<string, Ahead>();

  /** `byOurClock`: the time is that at which the hub read a list, and is compared with nothing. */
  placed(signal: Signal, now: Instant, byOurClock: boolean): Signal {
    const told = signal.observedAt;
    const [key] = signal.keys;
    const device = key === undefined ? '' : `${key.type} ${key.value}`;
    const last = device === '' || byOurClock ? undefined : this.#last.get(device);
    if (told <= now)
      return last !== undefined && isOlderGoodNews(signal, last) ? { ...signal, observedAt: last.counts - 1 } : signal;
    const counts =
      last === undefined || told === last.told
        ? (last?.counts ?? now)
        : told > last.told
          ? Math.max(now, last.counts + 1)
          : Math.min(now, last.counts - 1);
    if (device !== '' && (last === undefined || told > last.told))
      this.#remember(device, { told, counts, rank: rankOf(signal) });
    const far = told > now + USUAL_MS && signal.flag === undefined;
    return { ...signal, observedAt: counts, ...(far && { flag: 'time of the report lies in the future' }) };
  }

  #remember(device: string, ahead: Ahead): void {
    this.#last.delete(device);
    this.#last.set(device, ahead);
    if (this.#last.size <= MOST) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      break;
    }
  }
}

function isOlderGoodNews(signal: Signal, last: Ahead): boolean {
  const { observedAt } = signal;
  return (
    last.told - last.counts <= USUAL_MS &&
    observedAt >= last.counts &&
    observedAt < last.told &&
    rankOf(signal) < last.rank
  );
}

/** Of a report about findings alone, that of the worst: an open one is as bad as can be, and the end of one is good. */
function rankOf({ state, findings }: Signal): number {
  if (state !== undefined) return meaningOf(state).rank;
  return findings.some((finding) => finding.state === 'open')
    ? meaningOf('highSeverity').rank
    : meaningOf('secured').rank;
}
