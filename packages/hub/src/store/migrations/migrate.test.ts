import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import { encodeSet } from '../sql/app-inventory-encoding.ts';
import { MIGRATIONS } from './migrate.ts';
import { WORDS } from './migration.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-migrate-'));
  file = join(folder, 'hub.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function openAndClose(): Promise<void> {
  await (await openSqliteStore({ file })).close();
}

function withDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const applied = () =>
  withDatabase((database) =>
    database
      .prepare('select number, name from schema_migrations order by number')
      .all()
      .map((row) => ({ ...row })),
  );

test('migrations are numbered from 1 without gaps', () => {
  expect(MIGRATIONS.map((migration) => migration.number)).toEqual(MIGRATIONS.map((_, i) => i + 1));
});

test('each migration is applied once, however often the store is opened', async () => {
  await openAndClose();
  await openAndClose();
  expect(applied()).toEqual(MIGRATIONS.map(({ number, name }) => ({ number, name })));
});

test('a database that a newer version changed in a breaking way is refused, and left alone', async () => {
  await openAndClose();
  withDatabase((database) => database.exec("insert into schema_migrations values (999, 'split-devices', 1, 0)"));
  await expect(openSqliteStore({ file })).rejects.toThrow(/newer version.*schema 999, "split-devices"/);
  expect(applied()).toHaveLength(MIGRATIONS.length + 1);
});

test('a newer change that older versions can live with is no obstacle', async () => {
  await openAndClose();
  withDatabase((database) => database.exec("insert into schema_migrations values (999, 'one-more-index', 0, 0)"));
  await openAndClose();
});

test('a migration that fails leaves nothing behind and is tried again at the next start', async () => {
  withDatabase((database) => database.exec('create table outbox (in_the_way text)'));
  await expect(openSqliteStore({ file })).rejects.toThrow(/outbox/);
  expect(applied()).toEqual([]);
  withDatabase((database) => database.exec('drop table outbox'));
  await openAndClose();
  expect(applied()).toHaveLength(MIGRATIONS.length);
});

/** The schema as it was after the first `count` steps. */
function makeOlder(database: DatabaseSync, count: number): void {
  database.exec(
    'create table schema_migrations (number integer primary key, name text not null, breaking integer not null, applied_at integer not null)',
  );
  for (const { number, name, statements } of MIGRATIONS.slice(0, count)) {
    for (const text of statements(WORDS.sqlite, 'sqlite')) database.exec(text);
    database.prepare('insert into schema_migrations values (?, ?, 0, 0)').run(number, name);
  }
}

test("sets of apps that were kept before are looked at once for users' own", async () => {
  withDatabase((database) => {
    makeOlder(database, 4);
    database.exec(`insert into devices (id, facts) values ('d1', '[]')`);
    database.exec(`insert into inventory_devices values (1, 'd1')`);
    database.prepare(`insert into device_apps values (1, 'iOS', 1, 5, 'nanomdm', 0, ?)`).run(encodeSet([]));
    database.exec(`insert into inventory_counters values ('device', 1), ('appsChange', 1)`);
  });
  const store = await openSqliteStore({ file });
  const found = async () => (await store.appInventory.withOwnApps('iOS', 0, 9)).map(({ deviceId }) => deviceId);
  expect(await found()).toEqual(['d1']);
  const kept = await store.appInventory.ofDevices(['d1']);
  await store.transaction((tx) => tx.appInventory.put(kept));
  expect([await found(), await store.appInventory.lastChange()]).toEqual([[], 1]);
  await store.close();
});

test('findings that were kept before can be asked for as those that came later', async () => {
  withDatabase((database) => {
    makeOlder(database, 3);
    database.exec(`insert into devices (id, facts) values ('d1', '[]')`);
    const put = database.prepare('insert into findings values (?, ?, ?, ?, ?)');
    for (const [i, more] of [{ state: 'open', severity: 'high' }, { state: 'resolved' }].entries()) {
      put.run(
        'd1',
        'lookout',
        `f${i}`,
        i,
        JSON.stringify({
          deviceId: 'd1',
          connectorId: 'lookout',
          id: `f${i}`,
          type: 'TROJAN',
          observedAt: i,
          reportId: 'r',
          ...more,
        }),
      );
    }
  });
  const store = await openSqliteStore({ file });
  expect(
    await store.findings.query({ state: 'open', severity: 'high', category: 'unclassified', limit: 9 }),
  ).toMatchObject([{ id: 'f0' }]);
  expect(await store.findings.query({ state: 'resolved', severity: 'none', limit: 9 })).toMatchObject([{ id: 'f1' }]);
  await store.close();
});

test('a hub that has been at work keeps ignoring silent partners, by a rule; a new one has none', async () => {
  const rules = async () => {
    const store = await openSqliteStore({ file });
    const found = await store.documents.list('mergeRule');
    await store.close();
    return found.map(({ body }) => body);
  };
  expect(await rules()).toEqual([]);
  rmSync(file);
  withDatabase((database) => {
    makeOlder(database, 6);
    database.exec(`insert into documents values ('mobileThreatDefenseConnector', 'lookout', '{}', 1, 2, 1)`);
  });
  expect(await rules()).toEqual([
    { platform: null, groupId: null, priority: 1_000_000, method: 'strictest', silentPartner: 'ignore' },
  ]);
});

test('a hub that has devices has those that were stored before settled; a new one has nothing to settle', async () => {
  const upkeep = async () => {
    const store = await openSqliteStore({ file });
    const found = await store.documents.list('upkeep');
    await store.close();
    return found.map(({ id }) => id);
  };
  expect(await upkeep()).toEqual([]);
  rmSync(file);
  withDatabase((database) => {
    makeOlder(database, 9);
    database.exec(`insert into devices (id, facts) values ('d1', '[]'), ('d2', '[]')`);
  });
  expect(await upkeep()).toEqual(['settle-reenrolment']);
});
