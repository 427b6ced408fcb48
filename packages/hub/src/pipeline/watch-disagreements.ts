import { setImmediate } from 'node:timers/promises';
import { isoTime } from '../platform/clock.ts';
import type { HistoryEvent, HistoryRow, OutboxRow, Transaction } from '../store/store.ts';
import type { DisagreementChanged } from './ports.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';

/** Devices looked at before other work gets its turn: about a millisecond. */
const TURN = 500;
/** Most devices told of in one transaction. */
const CHUNK = 1_000;

/**
 * Notices devices of which partners begin or cease to say different things. Each is told once: what was told is
 * kept, so that a stop in between loses nothing and repeats nothing. It looks a moment after the reports were
 * taken, and not with them: reports must not wait for it.
 */
export class WatchDisagreements {
  readonly #deps: ReevaluateDependencies;
  /** Devices whose disagreement was told and has not ended; read at the first look. */
  #told: Set<string> | undefined;

  constructor(deps: ReevaluateDependencies) {
    this.#deps = deps;
  }

  async look(): Promise<void> {
    const { fleet } = this.#deps.memory;
    const touched = fleet.takeTouched();
    if (touched !== 'all' && touched.size === 0) return;
    try {
      this.#told ??= await this.#readTold();
      const different = await this.#different(touched === 'all' ? this.#everybody(this.#told) : touched, this.#told);
      for (let i = 0; i < different.length; i += CHUNK) await this.#tell(different.slice(i, i + CHUNK), this.#told);
    } catch (error) {
      fleet.touch(touched);
      throw error;
    }
  }

  async #readTold(): Promise<Set<string>> {
    const told = new Set<string>();
    for await (const page of this.#deps.store.documents.snapshot('disagreement')) for (const { id } of page) told.add(id);
    return told;
  }

  * #everybody(told: ReadonlySet<string>): Generator<string> {
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

  /** `undefined`: the partners agree, or the device is gone. */
  #now(id: string): DisagreementChanged | undefined {
    const { memory, clock } = this.#deps;
    const device = memory.fleet.get(id);
    if (device?.posture === undefined) return undefined;
    const views = memory.disagreement(device.facts, device.posture.views, clock.now());
    if (views.length === 0) return undefined;
    return {
      deviceId: id, mergedState: device.posture.mergedState,
      views: views.map(({ connectorId, state, observedAt }) => ({ connectorId, state, observedDateTime: isoTime(observedAt) })),
    };
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

  async #write(tx: Transaction, deviceId: string, now: DisagreementChanged | undefined, outbox: Omit<OutboxRow, 'seq'>[], history: HistoryRow[]): Promise<void> {
    const { clock, origin } = this.#deps;
    const at = clock.now();
    const before = await tx.documents.get('disagreement', deviceId);
    // Another process may have told of it.
    if ((before !== undefined) === (now !== undefined)) return;
    if (now === undefined) await tx.documents.delete('disagreement', deviceId);
    else await tx.documents.put('disagreement', deviceId, { views: now.views }, at);
    const payload: DisagreementChanged = now ?? { deviceId, mergedState: this.#deps.memory.fleet.get(deviceId)?.posture?.mergedState ?? null, views: [] };
    outbox.push({ kind: now === undefined ? 'disagreement-ended' : 'disagreement-started', subject: deviceId, at, payload: { ...payload, origin } });
    const [device] = await tx.devices.get([deviceId]);
    if (device !== undefined) history.push({ deviceId, at, event: eventOf(now) });
  }
}

function eventOf(now: DisagreementChanged | undefined): HistoryEvent {
  return now === undefined ? { kind: 'partnersAgree' } : { kind: 'partnersDisagree', views: now.views.map(({ connectorId, state }) => ({ connectorId, state })) };
}
