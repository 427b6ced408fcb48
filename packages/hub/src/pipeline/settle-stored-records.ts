import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { StoreBusy, type Store } from '../store/store.ts';
import type { RegisterDevice } from './register-device.ts';
import { MAX_CARRIERS, PHONE_KEYS } from './settle-reenrolment.ts';
import type { ClockLog } from './watch-clock.ts';

/** Keys that are looked at between two words in the log. */
const CHUNK = 1_000;
const RETRY_MS = 1_000;
const NAME = 'settle-reenrolment';

export interface SettleStoredDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ClockLog;
  readonly onError: (error: unknown) => void;
  readonly devices: Pick<RegisterDevice, 'settleStored'>;
}

/**
 * Records of phones that were enrolled again before the hub knew of that are otherwise settled only when one of them is
 * written: after an upgrade this does it for all, once, one phone at a time, so that other work gets its turn. Several hubs
 * may do it at once, and one that is stopped goes on at its next start; what is settled is not settled again.
 */
export async function settleStoredRecords(deps: SettleStoredDependencies, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      if ((await deps.store.documents.get('upkeep', NAME)) === undefined) return;
      // Which enrolment is the last one is not known by a clock in doubt.
      if (deps.clock.inDoubt !== true) return await settleAll(deps, stopped);
    } catch (error) {
      deps.onError(error);
      if (!(error instanceof StoreBusy)) return;
    }
    await pause(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function settleAll({ store, devices, log }: SettleStoredDependencies, stopped: AbortSignal): Promise<void> {
  let looked = 0;
  let settled = 0;
  for await (const keys of sharedKeys(store)) {
    for (const id of new Set(keys.flat())) {
      if (stopped.aborted) return;
      if (await devices.settleStored(id)) settled += 1;
    }
    looked += keys.length;
    log.info(
      { keys: looked, settled },
      'records that share a serial number, UDID or IMEI are being settled after the upgrade',
    );
  }
  await store.transaction((tx) => tx.documents.delete('upkeep', NAME));
  log.info({ keys: looked, settled }, 'records that share a serial number, UDID or IMEI are settled');
}

/** The records that carry each key that several do. */
async function* sharedKeys({ devices }: Pick<Store, 'devices'>): AsyncGenerator<readonly (readonly string[])[]> {
  for (const type of PHONE_KEYS) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const values: readonly string[] = await devices.sharedKeys(type, after, 2, MAX_CARRIERS, CHUNK);
      if (values.length > 0) yield await devices.carriersOf(values.map((value) => ({ type, value })));
      after = values.at(-1);
    }
  }
}
