import { setImmediate } from 'node:timers/promises';
import { isInactive } from '@sallyport/core';
import { hasElapsed, type Clock } from '../platform/clock.ts';
import { endHolds } from './end-holds.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';
import type { RecordUnknownTerms } from './record-unknown-terms.ts';
import type { WatchConnectors } from './watch-connectors.ts';
import type { WatchDisagreements } from './watch-disagreements.ts';
import type { WatchVocabulary } from './watch-vocabulary.ts';

export interface KeepTimeDependencies extends ReevaluateDependencies {
  readonly clock: Clock;
  readonly life: WatchConnectors;
  readonly disagreements: WatchDisagreements;
  readonly vocabulary: WatchVocabulary;
  readonly terms: RecordUnknownTerms;
  /** Looks at the clock itself; absent where that is never in doubt. */
  readonly lookAtClock?: (() => Promise<void>) | undefined;
  readonly onError: (error: unknown) => void;
}

/** How often it is looked whether a grace period ended or a partner fell silent. Decisions themselves look at each request. */
const TICK_MS = 1_000;
/** How often the whole fleet is looked through for devices that fell inactive, which is counted in days. */
const SWEEP_MS = 60_000;
/** Devices looked at before other work gets its turn: well under a millisecond. */
const LOOK_AT_ONCE = 2_000;

/**
 * Lets time do what no message does: end grace periods and holds, notice partners that fell silent or came back, and
 * devices that stopped checking in.
 */
export class KeepTime {
  readonly #deps: KeepTimeDependencies;
  #timer: NodeJS.Timeout | undefined;
  #sweptAt = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(deps: KeepTimeDependencies) {
    this.#deps = deps;
    this.#sweptAt = deps.clock.now();
  }

  start(): void {
    const loop = (): void => {
      this.#busy = this.tick()
        .catch(this.#deps.onError)
        .then(() => {
          if (this.#timer !== undefined) this.#timer = setTimeout(loop, TICK_MS);
        });
    };
    this.#timer = setTimeout(loop, TICK_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#busy;
  }

  /** One look at the clock. */
  async tick(): Promise<void> {
    await this.#deps.lookAtClock?.();
    const now = this.#deps.clock.now();
    const sweep = hasElapsed(this.#sweptAt, SWEEP_MS, now);
    if (sweep) await this.#readHeartbeats();
    await this.#deps.life.noteStates();
    await this.#deps.life.noteSilence();
    if (sweep) {
      this.#sweptAt = now;
      const { fleet } = this.#deps.memory;
      await reevaluate(this.#deps, fleet.these(await this.#devicesWhoseActivityChanged(now)));
    }
    await endHolds(this.#deps);
    const ended = this.#deps.memory.fleet.changedByTime(now);
    if (ended.length > 0) await reevaluate(this.#deps, ended);
    await this.#deps.vocabulary.look();
    await this.#deps.terms.write();
    await this.#deps.disagreements.look();
  }

  /** Looks at every device, but at little of each, and lets other work in between. */
  async #devicesWhoseActivityChanged(now: number): Promise<readonly string[]> {
    const { memory } = this.#deps;
    const changed: string[] = [];
    let looked = 0;
    for (const device of memory.fleet.all()) {
      const inactive = isInactive(device.facts, device.posture?.views ?? [], memory.rulebook.settings, now);
      const said = device.posture?.reasons.some((reason) => reason.code === 'device_inactive') === true;
      if (inactive !== said) changed.push(device.id);
      if (++looked % LOOK_AT_ONCE === 0) await setImmediate();
    }
    return changed;
  }

  /** Another process may have heard partners that this one did not. */
  #readHeartbeats(): Promise<void> {
    return this.#deps.memory.loadHeartbeats(this.#deps.store);
  }
}
