/**
 * Changes of a compliance policy over a fleet: reevaluate-process.ts DATA_FOLDER. Runs the pipeline on the
 * folder's database, as the hub does, and prints the times as JSON.
 */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startPipeline, type Pipeline } from '@sallyport/hub/pipeline/pipeline.ts';
import { systemClock } from '@sallyport/hub/platform/clock.ts';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import type { Store } from '@sallyport/hub/store/store.ts';
import { ANDROID_THREAT_POLICY, IOS_THREAT_POLICY } from './organisation.ts';

export interface ReevaluationFigures {
  readonly devices: number;
  /** A change that changes no verdict: every device is looked at and none is written. */
  readonly unchanged: Change;
  /** A stricter level, which one device in ten does not reach: these are written, audited and told. */
  readonly changed: Change;
}

export interface Change {
  readonly ms: number;
  /** The longest that a decision would have had to wait for its turn. */
  readonly longestWaitMs: number;
  /** Devices whose state changed. */
  readonly told: number;
}

const store = await openSqliteStore({ file: join(process.argv[2] as string, 'hub.db') });
const pipeline = await startPipeline({
  store,
  clock: systemClock,
  onError: (error) => {
    throw error;
  },
});
const count = countTold(store);
// Once before, so that what is timed is not the compiling of the code.
await changePolicies((body) => ({ ...body, description: 'warm' }));
const figures: ReevaluationFigures = {
  devices: pipeline.decider.view.deviceCount,
  unchanged: await timed(() => changePolicies((body) => ({ ...body, description: 'said otherwise' }))),
  changed: await timed(() =>
    changePolicies((body) => ({ ...body, deviceThreatProtectionRequiredSecurityLevel: 'secured' })),
  ),
};
await pipeline.close();
await store.close();
console.log(JSON.stringify(figures));

async function timed(work: () => Promise<void>): Promise<Change> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = count();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  delay.disable();
  return { ms, longestWaitMs: delay.max / 1e6, told: count() - before };
}

async function changePolicies(
  change: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<void> {
  await (pipeline as Pipeline).configuration.write('bench', async (tx, changed) => {
    for (const id of [ANDROID_THREAT_POLICY, IOS_THREAT_POLICY]) {
      const before = (await tx.documents.get('deviceCompliancePolicy', id))?.body ?? {};
      const after = change(before);
      await tx.documents.put('deviceCompliancePolicy', id, after, systemClock.now());
      changed({ kind: 'deviceCompliancePolicy', id, before, after });
    }
  });
}

function countTold(on: Store): () => number {
  let told = 0;
  on.onCommitted((rows) => {
    told += rows.filter((row) => row.kind === 'device-posture-changed').length;
  });
  return () => told;
}
