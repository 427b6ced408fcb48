import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { monotonicTime, type Clock } from '../platform/clock.ts';
import {
  StoreBusy,
  type DeviceSnapshotRow,
  type DocumentKind,
  type DocumentRow,
  type OutboxKind,
  type OutboxRow,
  type Store,
} from '../store/store.ts';
import type { FleetDevice } from './fleet.ts';
import type { ReadModel, Touched } from './read-model.ts';
import type { Serial } from './serial.ts';
import { snapshotRow } from './snapshot-row.ts';

export interface FollowDependencies {
  readonly store: Store;
  readonly memory: ReadModel;
  /** In line with this process's own commits: what is read here must not overwrite what one of them puts into memory. */
  readonly serial: Serial;
  readonly clock: Clock;
  /** Names this process in what it commits. */
  readonly origin: string;
  /** Evaluates what this process may have judged by what is not so any more; a node that only decides has nothing to do. */
  readonly evaluate: (touched: readonly Touched[]) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

interface DocumentName {
  readonly kind: DocumentKind;
  readonly id: string;
}

/** What the store holds otherwise than memory shows it. */
interface Missed {
  readonly documents: readonly DocumentName[];
  readonly devices: readonly string[];
  /** Whether no other process evaluates what the documents change. */
  readonly unevaluated: boolean;
}

const RETRY_MS = 1_000;
const DEVICE_CHANGES: ReadonlySet<OutboxKind> = new Set<OutboxKind>([
  'device-posture-changed',
  'device-views-changed',
  'device-removed',
]);

/**
 * Keeps this process's memory in step with what it did not put there itself: what other processes on the same
 * database commit, and what it committed and was cut off from before memory had it. What it reads are states,
 * not changes, so that nothing is harmed by reading too often or by reading again after a failure.
 */
export class FollowChanges {
  readonly #deps: FollowDependencies;
  /** What could not be read yet, since when. */
  readonly #failing = new Map<Missed, number>();
  readonly #stopped = new AbortController();

  constructor(deps: FollowDependencies) {
    this.#deps = deps;
  }

  /** Hears of every commit from now on. What this process committed is in memory; its rows are known by their `origin`. */
  follow(): void {
    const { store, origin } = this.#deps;
    store.onCommitted((rows) => {
      const others = rows.filter((row) => row.payload.origin !== origin);
      if (others.length > 0) this.#take(missedBy(others, false));
      const own = rows.filter((row) => row.inDoubt === true && row.payload.origin === origin);
      if (own.length > 0) this.#take(missedBy(own, true));
    });
  }

  /** Documents that this process wrote and could not read back. */
  documents(names: readonly DocumentName[]): void {
    this.#take({ documents: names, devices: [], unevaluated: true });
  }

  /** For how many milliseconds memory has been known to lack something. */
  behindForMs(): number {
    const [since] = this.#failing.values();
    return since === undefined ? 0 : monotonicTime(this.#deps.clock) - since;
  }

  stop(): Promise<void> {
    this.#stopped.abort();
    return this.#deps.serial.run(() => Promise.resolve());
  }

  #take(missed: Missed): void {
    if (!this.#stopped.signal.aborted) void this.#tryUntilTaken(missed);
  }

  async #tryUntilTaken(missed: Missed): Promise<void> {
    try {
      const { touched, changed } = await this.#deps.serial.run(() => this.#read(missed));
      this.#failing.delete(missed);
      // Until now this process may have evaluated reports by what these devices were before.
      await this.#deps.evaluate([...(missed.unevaluated ? touched : []), { devices: changed }]);
    } catch (error) {
      this.#deps.onError(error);
      if (!(error instanceof StoreBusy)) return;
      if (!this.#failing.has(missed)) this.#failing.set(missed, monotonicTime(this.#deps.clock));
      await pause(RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      this.#take(missed);
    }
  }

  async #read({ documents, devices }: Missed): Promise<Read> {
    const { store, memory } = this.#deps;
    const touched = await applyChanges(this.#deps, documents);
    const changed = new Set<string>();
    if (devices.length === 0) return { touched, changed };
    const rows = new Map((await store.devices.get(devices)).map((row) => [row.id, row]));
    const postures = new Map((await store.postures.get(devices)).map((posture) => [posture.deviceId, posture]));
    for (const id of devices) {
      const row = rows.get(id);
      if (row === undefined) memory.fleet.remove(id);
      else if (putChanged(memory, snapshotRow(row, postures.get(id) ?? null))) changed.add(id);
    }
    return { touched, changed };
  }
}

interface Read {
  readonly touched: readonly Touched[];
  /** Devices that memory knew otherwise. */
  readonly changed: ReadonlySet<string>;
}

/** Answers whether what is known of the device, apart from reports, is something else now. */
function putChanged({ fleet }: ReadModel, row: DeviceSnapshotRow): boolean {
  const before = factsOf(fleet.get(row.id));
  fleet.put(row);
  return before !== undefined && !isDeepStrictEqual(before, factsOf(fleet.get(row.id)));
}

/** What hubs come to about a device is no fact: each would evaluate what the other did. */
function factsOf(device: FleetDevice | undefined): object | undefined {
  if (device === undefined) return undefined;
  const { posture: _, ...facts } = device;
  return facts;
}

function missedBy(rows: readonly OutboxRow[], unevaluated: boolean): Missed {
  return {
    documents: rows
      .filter(({ kind }) => kind === 'configuration-changed')
      .map(({ payload }) => payload as unknown as DocumentName),
    devices: [...new Set(rows.filter(({ kind }) => DEVICE_CHANGES.has(kind)).map(({ subject }) => subject))],
    unevaluated,
  };
}

/** Reads back what was committed, so that memory shows what the store holds and nothing else. */
export async function applyChanges(
  { store, memory }: Pick<FollowDependencies, 'store' | 'memory'>,
  documents: readonly DocumentName[],
): Promise<readonly Touched[]> {
  const touched: Touched[] = [];
  for (const { kind, id } of documents) {
    const row: DocumentRow | undefined = await store.documents.get(kind, id);
    touched.push(memory.apply(kind, id, row));
    if (kind === 'group') touched.push(memory.applyMembers(id, row === undefined ? [] : await store.members.of(id)));
  }
  return touched;
}
