import { setImmediate } from 'node:timers/promises';
import type { HistoryRow, OutboxRow, PostureRow, Store } from '../store/store.ts';
import type { Clock } from '../platform/clock.ts';
import { evaluatePosture, isSameVerdict } from './evaluate-posture.ts';
import type { FleetDevice } from './fleet.ts';
import type { Memory } from './memory.ts';
import { postureHistory } from './note-history.ts';
import { isWorthTelling, postureChanged } from './revoke-access.ts';
import type { Serial } from './serial.ts';

export interface ReevaluateDependencies {
  readonly store: Store;
  readonly memory: Memory;
  readonly serial: Serial;
  readonly clock: Clock;
  readonly origin: string;
}

/** Most rows written in one transaction. */
const CHUNK = 5_000;
/** Devices evaluated before other work gets its turn: about a millisecond, so that decisions do not wait. */
const TURN = 500;

/**
 * Evaluates devices again after something other than a report changed: a policy, a connector, a group, the
 * time. Only what comes out different is written and told. Answers how many were.
 */
export async function reevaluate(deps: ReevaluateDependencies, ids: Iterable<string>): Promise<number> {
  let changed = 0;
  let chunk: string[] = [];
  for (const id of ids) {
    chunk.push(id);
    if (chunk.length < CHUNK) continue;
    changed += await reevaluateChunk(deps, chunk);
    chunk = [];
  }
  return chunk.length === 0 ? changed : changed + await reevaluateChunk(deps, chunk);
}

function reevaluateChunk(deps: ReevaluateDependencies, ids: readonly string[]): Promise<number> {
  return deps.serial.run(async () => {
    const { memory, store, clock } = deps;
    const now = clock.now();
    const different: string[] = [];
    for (const [i, id] of ids.entries()) {
      const device = memory.fleet.get(id);
      if (device !== undefined && !isSameVerdict(device.posture, evaluateAgain(memory, device, device.posture, now))) different.push(id);
      if ((i + 1) % TURN === 0) await setImmediate();
    }
    if (different.length === 0) return 0;
    const written = await store.transaction(async (tx) => {
      // Another process may have taken a report meanwhile: what is locked and read here is what counts.
      const current = new Map((await tx.postures.get(different)).map((p) => [p.deviceId, p]));
      const postures: PostureRow[] = [];
      const told: Omit<OutboxRow, 'seq'>[] = [];
      const history: HistoryRow[] = [];
      for (const id of different) {
        const device = memory.fleet.get(id) as FleetDevice;
        const before = current.get(id);
        const after = evaluateAgain(memory, device, before, now);
        postures.push(after);
        history.push(...postureHistory(before, after));
        if (!isWorthTelling(before, after)) continue;
        const name = memory.directory.get(device.facts.userId ?? '')?.userPrincipalName ?? null;
        told.push(postureChanged(device, name, before, after, null, deps.origin));
      }
      await tx.postures.put(postures);
      if (history.length > 0) await tx.history.append(history);
      if (told.length > 0) await tx.outbox.append(told);
      return postures;
    });
    for (const posture of written) memory.fleet.setPosture(posture);
    return written.length;
  });
}

function evaluateAgain(memory: Memory, device: FleetDevice, posture: PostureRow | undefined, now: number): PostureRow {
  return evaluatePosture(memory, device.facts, posture?.views ?? [], posture?.failing ?? {}, now);
}
