import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../store/store.ts';

const DAY_MS = 86_400_000;

/** How long a cursor is good. Removals are remembered so long. */
const CURSOR_DAYS = 90;

/** Id of the `inventoryCursor` document that says which change was the newest at which time, about once a day. */
const ID = 'times';
const timesBody = z.object({
  times: z.array(z.object({ at: z.number(), apps: z.number(), certificates: z.number() })),
});
type Time = z.infer<typeof timesBody>['times'][number];

export interface ForgettingGone {
  readonly store: Pick<Store, 'transaction' | 'documents' | 'appInventory' | 'certificateInventory'>;
  readonly clock: Clock;
  readonly disclosedBefore: number | undefined;
  /** Runs it until it answers 0, and answers the sum. */
  untilNone(work: () => Promise<number>): Promise<number>;
}

/**
 * Forgets removals from before `CURSOR_DAYS`, and of devices that exist no more all that was kept for them. Changes have
 * numbers and no times, so it is noted once a day which was the newest. Answers how many removals.
 */
export async function forgetGone({ store, clock, disclosedBefore, untilNone }: ForgettingGone): Promise<number> {
  const before = clock.now() - CURSOR_DAYS * DAY_MS;
  const passed = (await noteTime(store, clock.now(), before)).filter(({ at }) => at <= before).at(-1);
  if (passed === undefined) return 0;
  const apps = await untilNone(() =>
    store.transaction((tx) => tx.appInventory.pruneGone({ upTo: passed.apps, disclosedBefore })),
  );
  return (
    apps +
    (await untilNone(() =>
      store.transaction((tx) => tx.certificateInventory.pruneGone({ upTo: passed.certificates, disclosedBefore })),
    ))
  );
}

/** All times that are noted, the oldest first; of those before `before` the newest is enough. */
async function noteTime(store: ForgettingGone['store'], now: number, before: number): Promise<readonly Time[]> {
  const row = await store.documents.get('inventoryCursor', ID);
  const times = timesBody.safeParse(row?.body).data?.times ?? [];
  const newest = times.at(-1);
  if (newest !== undefined && now - newest.at < DAY_MS && newest.at <= now) return times;
  const [apps, certificates] = await Promise.all([
    store.appInventory.lastChange(),
    store.certificateInventory.lastChange(),
  ]);
  const oldest = times.findLastIndex(({ at }) => at <= before);
  const noted = [...times.slice(Math.max(oldest, 0)).filter(({ at }) => at < now), { at: now, apps, certificates }];
  // Another hub that notes it at the same time notes the same.
  await store.transaction((tx) => tx.documents.put('inventoryCursor', ID, { times: noted }, now, row?.version));
  return noted;
}
