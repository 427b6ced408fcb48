import { setImmediate } from 'node:timers/promises';
import { systemNameKey, withoutEndedHolds, type ComplianceState } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { FleetDevice } from './fleet.ts';
import { draftOf } from '../documents/catalogue.ts';
import type { DocumentKind } from '../store/store.ts';
import type { ReadModel } from './read-model.ts';
import type { Rulebook } from './rulebook.ts';
import type { Disagreement, FleetQuestions, OwnSystemName, PreviewedChange } from './ports.ts';
import { isCompliantState } from './compliant-state.ts';

/** Devices looked at before other work gets its turn: about a millisecond. */
const TURN = 500;
const SAMPLES = 20;

/** Answers questions about the fleet from memory, without changing anything. */
export class AskFleet implements FleetQuestions {
  readonly #memory: ReadModel;
  readonly #clock: Clock;

  constructor(memory: ReadModel, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  recordCounts(): ReturnType<FleetQuestions['recordCounts']> {
    const { fleet, connectors, signalLimits } = this.#memory;
    const now = this.#clock.now();
    const isHeld = ({ posture }: FleetDevice): boolean =>
      withoutEndedHolds(posture?.views ?? [], connectors, now, signalLimits).some(({ held }) => held !== undefined);
    return { held: [...fleet.withHolds()].filter(isHeld).length, superseded: fleet.supersededCount };
  }

  preview(
    kind: DocumentKind,
    id: string,
    body: Readonly<Record<string, unknown>> | undefined,
  ): Promise<PreviewedChange> {
    return this.#preview(this.#memory.rulebook.with({ kind, id, rule: body && draftOf(kind, id, body) }));
  }

  async #preview(draft: Rulebook): Promise<PreviewedChange> {
    const memory = this.#memory;
    const now = this.#clock.now();
    const samples: { deviceId: string; from: ComplianceState; to: ComplianceState }[] = [];
    const counts = { devices: 0, changed: 0, closing: 0, opening: 0, levelChanged: 0 };
    await this.#forEach(({ facts, posture }) => {
      counts.devices += 1;
      // Both are evaluated at the same instant: what time has changed meanwhile is not the change's doing.
      const before = memory.evaluate(facts, posture, now);
      const after = memory.evaluate(facts, posture, now, draft);
      if (before.merged.state !== after.merged.state) counts.levelChanged += 1;
      const [from, to] = [before.state, after.state];
      if (from === to) return;
      counts.changed += 1;
      if (isCompliantState(from) && !isCompliantState(to)) counts.closing += 1;
      if (!isCompliantState(from) && isCompliantState(to)) counts.opening += 1;
      if (samples.length < SAMPLES) samples.push({ deviceId: facts.id, from, to });
    });
    return { ...counts, samples };
  }

  async disagreements(limit: number): Promise<{ readonly count: number; readonly devices: readonly Disagreement[] }> {
    const devices: Disagreement[] = [];
    let count = 0;
    const now = this.#clock.now();
    await this.#forEach((device) => {
      const disagreement = this.#disagreementOn(device, now);
      if (disagreement === undefined) return;
      count += 1;
      if (devices.length < limit) devices.push(disagreement);
    });
    return { count, devices };
  }

  async ownSystemNames(): Promise<readonly OwnSystemName[]> {
    const names = new Map<string, { name: string; devices: number; closed: number; deviceIds: string[] }>();
    let looked = 0;
    for (const { id, operatingSystem, posture } of this.#memory.fleet.withOwnSystemName()) {
      const name = systemNameKey(operatingSystem);
      const found = names.get(name) ?? { name, devices: 0, closed: 0, deviceIds: [] };
      names.set(name, found);
      found.devices += 1;
      if (!isCompliantState(posture?.complianceState ?? 'unknown')) found.closed += 1;
      if (found.deviceIds.length < SAMPLES) found.deviceIds.push(id);
      looked += 1;
      if (looked % TURN === 0) await setImmediate();
    }
    return [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #disagreementOn({ facts, posture }: FleetDevice, now: number): Disagreement | undefined {
    const views = posture === undefined ? [] : this.#memory.disagreement(facts, posture.views, now);
    if (posture === undefined || views.length === 0) return undefined;
    return {
      deviceId: facts.id,
      mergedState: posture.mergedState,
      views: views.map(({ connectorId, state, observedAt }) => ({ connectorId, state, observedAt })),
    };
  }

  async #forEach(look: (device: FleetDevice) => void): Promise<void> {
    let looked = 0;
    for (const device of this.#memory.fleet.all()) {
      look(device);
      if (++looked % TURN === 0) await setImmediate();
    }
  }
}
