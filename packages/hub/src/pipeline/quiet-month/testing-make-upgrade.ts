import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { testPipeline } from '../testing.ts';
import { furnishMonth, intoHub } from './testing-hub.ts';
import { DAYS_BEFORE, upgradeWorld } from './testing-upgrade-world.ts';

/** Run by `make-upgrade-fixture.sh` inside an earlier version: writes the database that it leaves after some days. */
const [folder = '.', out = 'upgrade-fixture.db.gz'] = process.argv.slice(2);
const file = join(folder, 'hub.db');
const hub = await testPipeline(() => openSqliteStore({ file }));
const world = upgradeWorld();
hub.clock.at = world.now;
await furnishMonth(hub, world.devices.length / 2);
const sink = intoHub(hub);
for (let step = 0; step < DAYS_BEFORE * 8; step += 1) {
  hub.clock.at = world.askedAt;
  await world.step(sink);
  await hub.tick();
}
await hub.close();
const compact = join(folder, 'compact.db');
const database = new DatabaseSync(file);
database.exec(`vacuum into '${compact}'`);
database.close();
writeFileSync(out, gzipSync(readFileSync(compact), { level: 9 }));
