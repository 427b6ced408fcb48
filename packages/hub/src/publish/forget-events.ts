import type { BaseLogger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/store.ts';

const HOUR_MS = 3_600_000;
/** A door that was away for longer starts anew. */
const KEEP_MS = 7 * 24 * HOUR_MS;

/** Keeps the outbox from growing for ever: looks now and every hour. */
export function startForgetting(store: Pick<Store, 'transaction'>, clock: Clock, log: Pick<BaseLogger, 'error' | 'info'>): { stop(): void } {
  const forget = async (): Promise<void> => {
    try {
      const forgotten = await store.transaction((tx) => tx.outbox.prune(clock.now() - KEEP_MS));
      if (forgotten > 0) log.info({ forgotten }, 'events older than a week were forgotten');
    } catch (error) {
      log.error({ err: error }, 'old events could not be forgotten; it is tried again in an hour');
    }
  };
  void forget();
  const timer = setInterval(() => void forget(), HOUR_MS).unref();
  return { stop: () => clearInterval(timer) };
}
