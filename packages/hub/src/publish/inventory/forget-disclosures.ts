import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../store/store.ts';

const HOUR_MS = 3_600_000;

export interface ForgettingDisclosures {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
  /** `undefined`: they are kept for ever. */
  readonly keepDays: number | undefined;
}

/** Keeps the record of who was given what from growing for ever: looks now and every hour. */
export function startForgettingDisclosures(options: ForgettingDisclosures): { stop(): Promise<void> } {
  const { log, keepDays } = options;
  if (keepDays === undefined) return { stop: async () => undefined };
  const stopping = new AbortController();
  const run = (): Promise<void> => forgetDisclosures(options, keepDays, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) log.warn({ err: error }, 'old hand-overs of inventories could not be forgotten; it is tried again in an hour');
  });
  let running = run();
  const timer = setInterval(() => { running = running.then(run); }, HOUR_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** In several short transactions, so that hand-overs never wait long behind it. */
async function forgetDisclosures({ store, clock, log }: ForgettingDisclosures, keepDays: number, signal: AbortSignal): Promise<void> {
  const before = clock.now() - keepDays * 24 * HOUR_MS;
  let total = 0;
  while (!signal.aborted) {
    const gone = await store.transaction((tx) => tx.disclosures.prune(before));
    if (gone === 0) break;
    total += gone;
  }
  if (total > 0) log.info({ handOvers: total, keepDays }, 'old hand-overs of inventories were forgotten');
}
