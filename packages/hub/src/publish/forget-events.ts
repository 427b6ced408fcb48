import type { BaseLogger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A door that was away for longer starts anew. */
const KEEP_EVENTS_MS = 7 * DAY_MS;
/** Long enough to look back over a year; with the device, its history goes at once. */
const KEEP_HISTORY_MS = 400 * DAY_MS;

/** Keeps the outbox and the history of devices from growing for ever: looks now and every hour. By a time that is not sure nothing is deleted. */
export function startForgetting(
  store: Pick<Store, 'transaction'>,
  clock: Clock,
  log: Pick<BaseLogger, 'error' | 'info'>,
): { stop(): void } {
  let stopped = false;
  const forget = async (): Promise<void> => {
    if (clock.mayDelete === false) return;
    try {
      const events = await store.transaction((tx) => tx.outbox.prune(clock.now() - KEEP_EVENTS_MS));
      const history = await forgetHistory(store, clock.now() - KEEP_HISTORY_MS);
      if (events + history > 0)
        log.info({ events, history }, 'events older than a week and history older than 400 days were forgotten');
    } catch (error) {
      if (!stopped) log.error({ err: error }, 'old events could not be forgotten; it is tried again in an hour');
    }
  };
  void forget();
  const timer = setInterval(() => void forget(), HOUR_MS).unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** In several short transactions, so that reports never wait long behind it. */
async function forgetHistory(store: Pick<Store, 'transaction'>, before: number): Promise<number> {
  for (let total = 0; ; ) {
    const gone = await store.transaction((tx) => tx.history.prune(before));
    if (gone === 0) return total;
    total += gone;
  }
}
