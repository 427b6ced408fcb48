import type { EndOfDoubt } from '../platform/trusted-clock.ts';
import { pullBack } from './pull-back.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';
import { applyWaitingForClock } from './wait-for-clock.ts';
import type { WatchConnectors } from './watch-connectors.ts';

/** What follows the end of a doubt about the clock. */
export class AfterDoubt {
  /** Ends whose heartbeats were moved in memory: what follows may fail and be repeated, and they must be moved once. */
  readonly #moved = new WeakSet<EndOfDoubt>();

  /**
   * Partners are as silent as they were, what lies ahead of the time that counts now is pulled back to the beginning of
   * the doubt, and what waited is applied. May be repeated after a failure. Answers how many times were pulled back.
   */
  async settle(deps: ReevaluateDependencies, life: WatchConnectors, end: EndOfDoubt): Promise<number> {
    const { memory, clock } = deps;
    if (end.forwardMs > 0) await this.#moveHeartbeats(deps, end);
    const pulledBack = await pullBack(deps, Math.min(end.beganAt, clock.now()));
    await this.applyWaiting(deps);
    memory.suspendSilence(false, clock.now());
    await life.noteSilence();
    await reevaluate(deps, memory.fleet.all());
    return pulledBack;
  }

  applyWaiting(deps: ReevaluateDependencies): Promise<void> {
    return applyWaitingForClock(deps);
  }

  async #moveHeartbeats({ store, memory, clock }: ReevaluateDependencies, end: EndOfDoubt): Promise<void> {
    if (!this.#moved.has(end)) memory.moveHeartbeats(end.forwardMs, clock.now());
    this.#moved.add(end);
    await store.transaction(async (tx) => {
      for (const { id, lastHeartbeatAt } of memory.connectors) if (lastHeartbeatAt !== undefined) await tx.heartbeats.set(id, lastHeartbeatAt);
    });
  }
}
