/** make-fleet.ts DATA_FOLDER DEVICES: a data folder as a hub leaves it that has been running with this fleet. */
import { join } from 'node:path';
import { startPipeline } from '@sallyport/hub/pipeline/pipeline.ts';
import { systemClock } from '@sallyport/hub/platform/clock.ts';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import { writeOrganisation } from './organisation.ts';
import { fleetOf } from './people.ts';

const [folder = '', devices] = process.argv.slice(2);
const store = await openSqliteStore({ file: join(folder, 'hub.db') });
const started = performance.now();
await writeOrganisation(store, fleetOf(Number(devices)));
const written = performance.now();
const pipeline = await startPipeline({
  store,
  clock: systemClock,
  onError: (error) => {
    throw error;
  },
});
// A large one is not evaluated before it is ready, and not at all when it is closed so soon.
await pipeline.reevaluateFleet();
await pipeline.close();
await store.close();
console.log(
  JSON.stringify({ writtenMs: Math.round(written - started), evaluatedMs: Math.round(performance.now() - written) }),
);
