import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../store/store.ts';
import { forgetGone } from './forget-gone.ts';

const EVERY_MS = 600_000;
const DAY_MS = 86_400_000;

export interface InventoryUpkeep {
  readonly store: Pick<Store, 'transaction' | 'documents' | 'appInventory' | 'certificateInventory'>;
  readonly clock: Clock;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
  /** How long hand-overs stay on record. `undefined`: for ever. */
  readonly keepDisclosuresDays: number | undefined;
}

/**
 * Keeps from growing for ever what is there for a time only: apps that wait for a list of managed ones, hand-overs on
 * record, removals that partners have to hear of. Looks now and every ten minutes; by a time that is not sure nothing goes.
 */
export function startInventoryUpkeep(options: InventoryUpkeep): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    for (const [what, forget] of Object.entries(CHORES)) {
      if (signal.aborted || options.clock.mayDelete === false) return;
      await forget(options, signal).catch((error: unknown) => {
        if (!signal.aborted)
          options.log.warn({ err: error }, `${what} could not be forgotten; it is tried again in ten minutes`);
      });
    }
  };
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, EVERY_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

const CHORES: Readonly<Record<string, (options: InventoryUpkeep, signal: AbortSignal) => Promise<void>>> = {
  'apps that waited too long': async ({ store, clock }, signal) => {
    await untilNone(signal, () => store.transaction((tx) => tx.appInventory.prunePendingApps(clock.now())));
  },
  'old hand-overs of inventories': async (options, signal) => {
    const before = disclosedBefore(options);
    if (before === undefined) return;
    const handOvers = await untilNone(signal, () => options.store.transaction((tx) => tx.disclosures.prune(before)));
    if (handOvers > 0)
      options.log.info(
        { handOvers, keepDays: options.keepDisclosuresDays },
        'old hand-overs of inventories were forgotten',
      );
  },
  'removals of inventories': async (options, signal) => {
    const removals = await forgetGone({
      ...options,
      disclosedBefore: disclosedBefore(options),
      untilNone: (work) => untilNone(signal, work),
    });
    if (removals > 0)
      options.log.info(
        { removals },
        'removals of inventories were forgotten; every cursor that is still good is past them',
      );
  },
};

function disclosedBefore({ clock, keepDisclosuresDays }: InventoryUpkeep): number | undefined {
  return keepDisclosuresDays === undefined ? undefined : clock.now() - keepDisclosuresDays * DAY_MS;
}

/** In several short transactions, so that nobody waits long behind it. Answers the sum. */
async function untilNone(signal: AbortSignal, work: () => Promise<number>): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const some = await work();
    if (some === 0) break;
    total += some;
  }
  return total;
}
