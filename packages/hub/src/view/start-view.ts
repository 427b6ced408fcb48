import { randomUUID } from 'node:crypto';
import { setInterval } from 'node:timers';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/store.ts';
import { DecideAccess } from './decide-access.ts';
import { FollowChanges } from './follow-changes.ts';
import type { AccessDecider } from './ports.ts';
import { ReadModel } from './read-model.ts';
import { Serial } from './serial.ts';

/** Without word of what other processes changed for longer than this, nothing is granted any more: it fails closed. */
export const MAX_VIEW_AGE_MS = 60_000;
/** No change of the store tells of partners' signs of life. */
const HEARTBEATS_EVERY_MS = 30_000;

export interface View {
  readonly decider: AccessDecider;
  close(): Promise<void>;
}

export interface ViewDependencies {
  /** Only read. */
  readonly store: Store;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * A node that only decides: what decisions read, filled from the store and kept in step with what hubs on it commit.
 * Each device is evaluated when it is asked about, so that time counts even while no hub runs. Ready when it resolves.
 */
export async function startView({ store, clock, onError }: ViewDependencies): Promise<View> {
  const memory = new ReadModel(() => clock.now());
  const following = new FollowChanges({
    store,
    memory,
    serial: new Serial(),
    clock,
    origin: randomUUID(),
    evaluate: () => Promise.resolve(),
    onError,
  });
  following.follow();
  await memory.load(store);
  const heartbeats = setInterval(() => void memory.loadHeartbeats(store).catch(onError), HEARTBEATS_EVERY_MS).unref();
  return {
    decider: new DecideAccess(memory, clock, {
      isFresh: () => Math.max(store.behindForMs(), following.behindForMs()) <= MAX_VIEW_AGE_MS,
      isEvaluated: () => false,
    }),
    close: async () => {
      clearInterval(heartbeats);
      await following.stop();
    },
  };
}
