import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { call, startHub } from '@sallyport/simulators/hub';
import { expectNothingLost } from './checks.ts';
import { HubUnderLoad } from './hub-under-load.ts';

/** What a hub does when its database is taken away under it: it acknowledges nothing that would be lost. */

const LIMIT_MS = 90_000;
let load: HubUnderLoad;
afterEach(() => load.end());

test(
  'a hub whose folder was moved away acknowledges nothing, and nothing is lost when it is started again',
  async () => {
    load = await HubUnderLoad.start();
    load.startReporting();
    await until(() => load.acknowledged > 60);
    const elsewhere = `${load.dataDir}-elsewhere`;
    renameSync(load.dataDir, elsewhere);
    await until(() => load.reporters.every(({ refusals }) => refusals.length > 0));
    const { acknowledged } = load;
    const ready = await call(`${load.hub.baseUrl}/readyz`, load.seeded.ca);
    expect([ready.status, ready.json()]).toEqual([
      503,
      expect.objectContaining({ checks: expect.objectContaining({ databaseFile: 'failed' }) }),
    ]);
    expect(load.acknowledged).toBe(acknowledged);

    await load.hub.stop();
    renameSync(elsewhere, load.dataDir);
    await load.restart();
    await until(() => load.acknowledged > acknowledged + 60);
    await load.stopReporting();
    await expectNothingLost(load);
  },
  LIMIT_MS,
);

test(
  'a hub whose database was removed does not start as an empty one, unless it is told to',
  async () => {
    load = await HubUnderLoad.start();
    load.startReporting();
    await until(() => load.acknowledged > 30);
    const backup = join(load.dataDir, '..', 'backup');
    mkdirSync(backup);
    const beside = new DatabaseSync(join(load.dataDir, 'hub.db'), { readOnly: true });
    beside.exec(`vacuum into '${join(backup, 'hub.db')}'`);
    beside.close();
    for (const name of ['hub.db', 'hub.db-wal', 'hub.db-shm']) rmSync(join(load.dataDir, name));
    await until(() => load.reporters.every(({ refusals }) => refusals.length > 0));
    await load.hub.stop();

    await expect(startHub(load.dataDir)).rejects.toThrow(/There is no database of Sallyport in .*--new-database/);
    const empty = await startHub(load.dataDir, { args: ['--new-database'] });
    await empty.stop();
    for (const name of ['hub.db', 'hub.db-wal', 'hub.db-shm']) rmSync(join(load.dataDir, name), { force: true });
    renameSync(join(backup, 'hub.db'), join(load.dataDir, 'hub.db'));
    await load.restart();
    await load.stopReporting();
    await load.withStore(async (store) => expect(await store.reports.count()).toBeGreaterThan(30));
  },
  LIMIT_MS,
);

test(
  'a hub that is started where its folder was moved away from is told as a new one, and refused where a database has to be there',
  async () => {
    load = await HubUnderLoad.start();
    await load.hub.stop();
    const elsewhere = `${load.dataDir}-moved`;
    renameSync(load.dataDir, elsewhere);
    await expect(startHub(load.dataDir, { args: ['--existing-database'] })).rejects.toThrow(
      /There is no database of Sallyport in .*--existing-database/,
    );
    rmSync(load.dataDir, { recursive: true });
    renameSync(elsewhere, load.dataDir);
    const found = await startHub(load.dataDir, { args: ['--existing-database'] });
    await found.stop();
    await load.restart();
  },
  LIMIT_MS,
);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
