import { setImmediate } from 'node:timers/promises';
import type { HistoryRow, OutboxRow, PostureRow } from '../store/store.ts';
import type { HeldPosture } from './columns/posture-column.ts';
import { evaluatePosture } from './evaluate-posture.ts';
import { postureHistory } from './note-history.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { isWorthTelling, postureChanged } from './revoke-access.ts';

/** Devices that one transaction changes, and that are looked at before other work gets its turn. */
const CHUNK = 500;

type Rewrite = (before: PostureRow) => Pick<PostureRow, 'views' | 'failing'>;

/**
 * Changes what is stored of the devices that `concerns`, evaluates them, and tells of what comes out different. Answers
 * how many there were.
 * @param done devices that are left out; each is added once it is written
 */
export async function rewritePostures(deps: ReevaluateDependencies, concerns: (posture: HeldPosture) => boolean, rewrite: Rewrite, done = new Set<string>()): Promise<number> {
  const ids: string[] = [];
  let looked = 0;
  for (const { id, posture } of deps.memory.fleet.all()) {
    if (posture !== undefined && !done.has(id) && concerns(posture)) ids.push(id);
    if (++looked % CHUNK === 0) await setImmediate();
  }
  for (let i = 0; i < ids.length; i += CHUNK) {
    const some = ids.slice(i, i + CHUNK);
    await write(deps, some, rewrite);
    for (const id of some) done.add(id);
  }
  return ids.length;
}

async function write({ store, memory, serial, clock, origin }: ReevaluateDependencies, ids: readonly string[], rewrite: Rewrite): Promise<void> {
  await serial.run(async () => {
    const written = await store.transaction(async (tx) => {
      const postures: PostureRow[] = [];
      const told: Omit<OutboxRow, 'seq'>[] = [];
      const history: HistoryRow[] = [];
      for (const before of await tx.postures.get(ids)) {
        const device = memory.fleet.get(before.deviceId);
        if (device === undefined) continue;
        const { views, failing } = rewrite(before);
        const after = evaluatePosture(memory, device.facts, views, failing, clock.now());
        postures.push(after);
        history.push(...postureHistory(before, after));
        if (!isWorthTelling(before, after)) continue;
        told.push(postureChanged(device, memory.directory.get(device.facts.userId ?? '')?.userPrincipalName ?? null, before, after, null, origin));
      }
      await tx.postures.put(postures);
      await tx.history.append(history);
      await tx.outbox.append(told);
      return postures;
    });
    for (const posture of written) memory.fleet.setPosture(posture);
  });
}
