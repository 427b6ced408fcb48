import type { EndOfDoubt } from '../platform/trusted-clock.ts';
import { moveForward } from './move-forward.ts';
import { pullBack } from './pull-back.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';
import { applyWaitingForClock } from './apply-waiting.ts';
import type { WatchConnectors } from './watch-connectors.ts';

/** What follows the end of a doubt about the clock. */
export class AfterDoubt {
  /** Of each end the devices whose times were moved: what follows may fail and be repeated, and each must be moved once. */
  readonly #moved = new WeakMap<EndOfDoubt, Set<string>>();

  /**
   * Partners are as silent as they were, what lies ahead of the time that counts now is pulled back to the beginning of
   * the doubt, and what waited is applied. May be repeated after a failure. Answers how many times were pulled back.
   */
  async settle(deps: ReevaluateDependencies, life: WatchConnectors, end: EndOfDoubt): Promise<number> {
    const { memory, clock } = deps;
    if (end.forwardMs > 0) await this.#moveForward(deps, life, end);
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

  async #moveForward(deps: ReevaluateDependencies, life: WatchConnectors, end: EndOfDoubt): Promise<void> {
    const { store, memory, clock } = deps;
    const done = this.#moved.get(end) ?? new Set();
    if (!this.#moved.has(end)) {
      this.#moved.set(end, done);
      memory.moveHeartbeats(end.forwardMs, clock.now());
      await life.moveWithdrawals(end.forwardMs);
    }
    await moveForward(deps, end.forwardMs, done);
    await store.transaction(async (tx) => {
      for (const { id, lastHeartbeatAt } of memory.connectors)
        if (lastHeartbeatAt !== undefined) await tx.heartbeats.set(id, lastHeartbeatAt);
    });
  }
}
