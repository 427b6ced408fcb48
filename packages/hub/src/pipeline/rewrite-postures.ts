import { setImmediate } from 'node:timers/promises';
import type { PostureRow } from '../store/store.ts';
import type { HeldPosture } from '../view/columns/held-posture.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { settleDevices } from './settle-devices.ts';

/** Devices that one transaction changes, and that are looked at before other work gets its turn. */
const CHUNK = 500;

type Rewrite = (before: PostureRow) => Pick<PostureRow, 'views' | 'failing'>;

/**
 * Changes what is stored of the devices that `concerns`, evaluates them, and tells of what comes out different. Answers
 * how many there were.
 * @param done devices that are left out; each is added once it is written
 */
export async function rewritePostures(
  deps: ReevaluateDependencies,
  concerns: (posture: HeldPosture) => boolean,
  rewrite: Rewrite,
  done = new Set<string>(),
): Promise<number> {
  const ids: string[] = [];
  let looked = 0;
  for (const { id, posture } of deps.memory.fleet.all()) {
    if (posture !== undefined && !done.has(id) && concerns(posture)) ids.push(id);
    if (++looked % CHUNK === 0) await setImmediate();
  }
  for (let i = 0; i < ids.length; i += CHUNK) {
    const some = ids.slice(i, i + CHUNK);
    await rewriteThese(deps, some, rewrite);
    for (const id of some) done.add(id);
  }
  return ids.length;
}

/** The same for devices that are few, in one transaction. */
export async function rewriteThese(
  deps: ReevaluateDependencies,
  ids: readonly string[],
  rewrite: Rewrite,
): Promise<void> {
  const { store, memory, serial, clock } = deps;
  await serial.run(async () => {
    const { postures } = await store.transaction(async (tx) => {
      const devices = (await tx.postures.get(ids)).flatMap((before) => {
        const device = memory.fleet.get(before.deviceId);
        return device === undefined ? [] : [{ device, before, ...rewrite(before) }];
      });
      return settleDevices(tx, deps, devices, clock.now());
    });
    for (const posture of postures) memory.fleet.setPosture(posture);
  });
}
