import { setImmediate } from 'node:timers/promises';
import { conflictingIdentities } from '@sallyport/core';
import { isoTime } from '../platform/clock.ts';
import type { HistoryEvent, HistoryRow, OutboxKind, OutboxRow, Transaction } from '../store/store.ts';
import type { FleetDevice } from '../view/fleet.ts';
import type { ReadModel } from '../view/read-model.ts';
import type { DisagreementChanged, IdentityConflictChanged } from './ports.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';

/** Devices looked at before other work gets its turn: about a millisecond. */
const TURN = 500;
/** Most devices told of in one transaction. */
const CHUNK = 1_000;

/** What is told of a device: that something began, with what it is, and that it ended. */
type Told = Readonly<Record<string, unknown>>;

/** Something about a device that begins and ends. */
interface Topic {
  /** The documents that hold what was told. */
  readonly kind: 'disagreement' | 'identityConflict';
  readonly started: OutboxKind;
  readonly ended: OutboxKind;
  /** `undefined`: it is not so. */
  now(memory: ReadModel, device: FleetDevice, now: number): Told | undefined;
  /** What the end of it tells beside the device. */
  over(memory: ReadModel, deviceId: string): Told;
  /** For the device's timeline. */
  event(now: Told | undefined): HistoryEvent;
}

const PARTNERS: Topic = {
  kind: 'disagreement',
  started: 'disagreement-started',
  ended: 'disagreement-ended',
  now(memory, { facts, posture }, at) {
    const views = posture === undefined ? [] : memory.disagreement(facts, posture.views, at);
    if (posture === undefined || views.length === 0) return undefined;
    return {
      mergedState: posture.mergedState,
      views: views.map(({ connectorId, state, observedAt }) => ({
        connectorId,
        state,
        observedDateTime: isoTime(observedAt),
      })),
    } satisfies Omit<DisagreementChanged, 'deviceId'>;
  },
  over: (memory, deviceId) => ({ mergedState: memory.fleet.get(deviceId)?.posture?.mergedState ?? null, views: [] }),
  event: (now) =>
    now === undefined
      ? { kind: 'partnersAgree' }
      : {
          kind: 'partnersDisagree',
          views: (now as unknown as DisagreementChanged).views.map(({ connectorId, state }) => ({
            connectorId,
            state,
          })),
        },
};

/** One phone with two records of a partner, or two phones that claim to be one. */
const IDENTITIES: Topic = {
  kind: 'identityConflict',
  started: 'identity-conflict-started',
  ended: 'identity-conflict-ended',
  now(memory, { posture }, at) {
    const connectorIds = conflictingIdentities(posture?.views ?? [], memory.connectors, at, memory.signalLimits);
    return connectorIds.length === 0
      ? undefined
      : ({ connectorIds } satisfies Omit<IdentityConflictChanged, 'deviceId'>);
  },
  over: () => ({ connectorIds: [] }),
  event: (now) =>
    now === undefined
      ? { kind: 'identityConflictEnded' }
      : { kind: 'identityConflictStarted', connectorIds: (now as unknown as IdentityConflictChanged).connectorIds },
};

/**
 * Notices devices of which partners, or identities of one partner, begin or cease to say different things. Each is told
 * once: what was told is kept, so that a stop in between loses nothing and repeats nothing. It looks a moment after the
 * reports were taken, and not with them: reports must not wait for it.
 */
export class WatchDisagreements {
  readonly #deps: ReevaluateDependencies;
  readonly #topics: readonly WatchTopic[];

  constructor(deps: ReevaluateDependencies) {
    this.#deps = deps;
    this.#topics = [PARTNERS, IDENTITIES].map((topic) => new WatchTopic(deps, topic));
  }

  async look(): Promise<void> {
    const { fleet } = this.#deps.memory;
    const touched = fleet.takeTouched();
    if (touched !== 'all' && touched.size === 0) return;
    try {
      for (const topic of this.#topics) await topic.look(touched);
    } catch (error) {
      fleet.touch(touched);
      throw error;
    }
  }
}

class WatchTopic {
  readonly #deps: ReevaluateDependencies;
  readonly #topic: Topic;
  /** Devices of which it was told and has not ended; read at the first look. */
  #told: Set<string> | undefined;

  constructor(deps: ReevaluateDependencies, topic: Topic) {
    this.#deps = deps;
    this.#topic = topic;
  }

  async look(touched: ReadonlySet<string> | 'all'): Promise<void> {
    this.#told ??= await this.#readTold();
    const different = await this.#different(touched === 'all' ? this.#everybody(this.#told) : touched, this.#told);
    for (let i = 0; i < different.length; i += CHUNK) await this.#tell(different.slice(i, i + CHUNK), this.#told);
  }

  async #readTold(): Promise<Set<string>> {
    const told = new Set<string>();
    for await (const page of this.#deps.store.documents.snapshot(this.#topic.kind))
      for (const { id } of page) told.add(id);
    return told;
  }

  *#everybody(told: ReadonlySet<string>): Generator<string> {
    const { fleet } = this.#deps.memory;
    for (const id of fleet.ids()) yield id;
    for (const id of told) if (fleet.get(id) === undefined) yield id;
  }

  async #different(ids: Iterable<string>, told: ReadonlySet<string>): Promise<readonly string[]> {
    const different: string[] = [];
    let looked = 0;
    for (const id of ids) {
      if ((this.#now(id) !== undefined) !== told.has(id)) different.push(id);
      if (++looked % TURN === 0) await setImmediate();
    }
    return different;
  }

  /** `undefined`: it is not so, or the device is gone. */
  #now(id: string): Told | undefined {
    const { memory, clock } = this.#deps;
    const device = memory.fleet.get(id);
    return device && this.#topic.now(memory, device, clock.now());
  }

  #tell(ids: readonly string[], told: Set<string>): Promise<void> {
    const { store, serial } = this.#deps;
    return serial.run(async () => {
      const disagreeing = new Map(ids.map((id) => [id, this.#now(id)]));
      await store.transaction(async (tx) => {
        // Another process on the same database may be about to tell of the same.
        await tx.documents.hold();
        const outbox: Omit<OutboxRow, 'seq'>[] = [];
        const history: HistoryRow[] = [];
        // Asked together: reports wait meanwhile, and each question by itself would wait for this thread's next free moment.
        await Promise.all([...disagreeing].map(([id, now]) => this.#write(tx, id, now, outbox, history)));
        await tx.outbox.append(outbox);
        await tx.history.append(history);
      });
      for (const [id, now] of disagreeing) {
        if (now === undefined) told.delete(id);
        else told.add(id);
      }
    });
  }

  async #write(
    tx: Transaction,
    deviceId: string,
    now: Told | undefined,
    outbox: Omit<OutboxRow, 'seq'>[],
    history: HistoryRow[],
  ): Promise<void> {
    const { clock, origin, memory } = this.#deps;
    const { kind, started, ended, over, event } = this.#topic;
    const at = clock.now();
    const before = await tx.documents.get(kind, deviceId);
    // Another process may have told of it.
    if ((before !== undefined) === (now !== undefined)) return;
    if (now === undefined) await tx.documents.delete(kind, deviceId);
    else await tx.documents.put(kind, deviceId, { ...now }, at);
    outbox.push({
      kind: now === undefined ? ended : started,
      subject: deviceId,
      at,
      payload: { deviceId, ...(now ?? over(memory, deviceId)), origin },
    });
    const [device] = await tx.devices.get([deviceId]);
    if (device !== undefined) history.push({ deviceId, at, event: event(now) });
  }
}
