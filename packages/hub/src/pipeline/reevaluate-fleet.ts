import { setImmediate } from 'node:timers/promises';
import type { PartnerWord } from '@sallyport/core';
import type { PostureRow, Store } from '../store/store.ts';
import type { Clock } from '../platform/clock.ts';
import type { CommonKeys } from './common-keys.ts';
import { evaluatePosture, isSameVerdict, type EvaluatedPosture } from '../view/evaluate-posture.ts';
import type { FleetDevice } from '../view/fleet.ts';
import type { ReadModel, Touched } from '../view/read-model.ts';
import type { AccessEffect } from '../documents/configuration.ts';
import type { Serial } from '../view/serial.ts';
import { settleDevices, TURN, type UnsettledDevice } from './settle-devices.ts';

export interface ReevaluateDependencies {
  readonly store: Store;
  readonly memory: ReadModel;
  readonly serial: Serial;
  readonly commonKeys: CommonKeys;
  readonly clock: Clock;
  readonly origin: string;
  /** Told when an evaluation could not be finished, and why; sees to it that all are evaluated once more. */
  readonly unfinished: (error: unknown) => void;
}

/** Most devices written in one transaction. */
const CHUNK = 1_000;

/** What came of an evaluation. */
export interface Reevaluated extends AccessEffect {
  /** Devices that came out different. */
  readonly changed: number;
}

const NOTHING_CHANGED: Reevaluated = { changed: 0, opened: 0, closed: 0 };

/**
 * Evaluates devices again after something other than a report changed: a policy, a connector, a group, the
 * time. Only what comes out different is written and told, and while that is written the next are looked at.
 * `undefined`: it could not be written now, and is left to `unfinished`; the change itself has happened.
 */
export async function reevaluate(
  deps: ReevaluateDependencies,
  devices: Iterable<FleetDevice>,
): Promise<Reevaluated | undefined> {
  try {
    return await reevaluateNow(deps, devices);
  } catch (error) {
    deps.unfinished(error);
    return undefined;
  }
}

/** @throws StoreBusy when it cannot be written now; then some are evaluated and some are not. */
export async function reevaluateNow(
  deps: Omit<ReevaluateDependencies, 'unfinished'>,
  devices: Iterable<FleetDevice>,
): Promise<Reevaluated> {
  // What is under way may have been evaluated before the change: it has to be in memory before it is looked at.
  await deps.serial.run(() => Promise.resolve());
  let total = NOTHING_CHANGED;
  let writing: Promise<Reevaluated> = Promise.resolve(NOTHING_CHANGED);
  for await (const different of differentOnes(deps, devices)) {
    total = sum(total, await writing);
    writing = write(deps, different);
    writing.catch(() => undefined); // Thrown where it is waited for.
  }
  return sum(total, await writing);
}

function sum(a: Reevaluated, b: Reevaluated): Reevaluated {
  return { changed: a.changed + b.changed, opened: a.opened + b.opened, closed: a.closed + b.closed };
}

/** What changed documents ask for. `undefined`: it could not be finished now. */
export async function evaluateTouched(
  deps: ReevaluateDependencies,
  touched: readonly Touched[],
): Promise<AccessEffect | undefined> {
  const { fleet } = deps.memory;
  if (touched.includes('fleet')) return reevaluate(deps, fleet.all());
  const ids = new Set(touched.flatMap((t) => (typeof t === 'object' ? [...t.devices] : [])));
  // A superseded record is at the worse of its own and its successor's.
  for (const id of [...ids]) for (const old of fleet.supersededBy(id)) ids.add(old);
  return ids.size > 0 ? reevaluate(deps, fleet.these(ids)) : NOTHING_CHANGED;
}

/** The ids of those whose verdict is another one now, in lists of at most `CHUNK`. */
async function* differentOnes(
  { memory, clock }: Pick<ReevaluateDependencies, 'memory' | 'clock'>,
  devices: Iterable<FleetDevice>,
): AsyncGenerator<readonly string[]> {
  let different: string[] = [];
  let looked = 0;
  for (const device of devices) {
    if (!isSameVerdict(device.posture, evaluateAgain(memory, device, device.posture, clock.now())))
      different.push(device.id);
    looked += 1;
    if (looked % TURN === 0) await setImmediate();
    if (different.length < CHUNK) continue;
    yield different;
    different = [];
  }
  if (different.length > 0) yield different;
}

/** Evaluates once more on what the store holds, for something may have come in meanwhile, and writes it. */
function write(deps: Omit<ReevaluateDependencies, 'unfinished'>, ids: readonly string[]): Promise<Reevaluated> {
  return deps.serial.run(async () => {
    const { memory, store, clock } = deps;
    const now = clock.now();
    const { postures, effect } = await store.transaction(async (tx) => {
      // Another process may have taken a report meanwhile: what is locked and read here is what counts.
      const current = new Map((await tx.postures.get(ids)).map((p) => [p.deviceId, p]));
      const devices = ids.flatMap((id) => memory.fleet.get(id) ?? []);
      return settleDevices(
        tx,
        deps,
        devices.map((device) => unsettled(device, current.get(device.id))),
        now,
      );
    });
    for (const posture of postures) memory.fleet.setPosture(posture);
    return { changed: postures.length, ...effect };
  });
}

function unsettled(device: FleetDevice, before: PostureRow | undefined): UnsettledDevice {
  return { device, before, views: before?.views ?? [], failing: before?.failing ?? {} };
}

function evaluateAgain<View extends PartnerWord>(
  memory: ReadModel,
  device: FleetDevice,
  posture: Pick<EvaluatedPosture<View>, 'views' | 'failing'> | undefined,
  now: number,
): EvaluatedPosture<View> {
  return evaluatePosture(memory, device.facts, posture?.views ?? [], posture?.failing ?? {}, now);
}
