import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { device, outboxRow, posture, report, signal } from '../contract/rows.ts';
import { startPostgres, withClient, type PostgresServer } from '@sallyport/simulators/postgres';
import { storeContract } from '../contract/store-contract.ts';
import { MIGRATIONS } from '../migrations/migrate.ts';
import { StoreBusy, UnkeepableText } from '../store.ts';
import type { OutboxRow, Store, Transaction } from '../store.ts';
import { openPostgresStore } from './postgres-store.ts';

const moduleOf = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

let server: PostgresServer;
let contractUrl: string;

beforeAll(async () => {
  server = await startPostgres({ deadlock_timeout: '50ms' });
  contractUrl = await server.createDatabase();
  await (await openPostgresStore({ url: contractUrl })).close();
});
afterAll(async () => {
  await server.stop();
});

storeContract('PostgreSQL', async () => {
  await empty(contractUrl);
  return await openPostgresStore({ url: contractUrl });
});

test('U+0000 is refused as such, and what is asked next is answered', async () => {
  const store = await openPostgresStore({ url: contractUrl });
  await expect(store.documents.get('group', 'a\u0000b')).rejects.toThrow(UnkeepableText);
  await expect(store.transaction(async (tx) => tx.documents.get('group', '\u0000'))).rejects.toThrow(UnkeepableText);
  expect(await store.documents.get('group', 'a')).toBeUndefined();
  await store.close();
});

/** Much faster than a new database for each case. */
async function empty(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select string_agg(tablename, ', ') as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'",
    );
    await client.query(`truncate ${rows[0]?.name} restart identity`);
  });
}

/** Two nodes on one new database. */
async function twoNodes(work: (one: Store, two: Store, url: string) => Promise<void>): Promise<void> {
  const url = await server.createDatabase();
  const nodes = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
  try {
    await work(...nodes, url);
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

/** Resolves when `rows` holds as many as `count`. */
async function heard(rows: readonly unknown[], count: number): Promise<void> {
  while (rows.length < count) await sleep(5);
}

test('two nodes that start together on an empty database both get the schema', () =>
  twoNodes(async (one, two) => {
    await one.transaction((tx) => tx.devices.put([device('d1')]));
    expect(await two.devices.count()).toBe(1);
  }));

test('two nodes lose no update of a posture', () =>
  twoNodes(async (one, two) => {
    await one.transaction((tx) => tx.devices.put([device('d1'), device('d2')]));
    const raise = (node: Store, ids: string[]) =>
      node.transaction(async (tx) => {
        const current = new Map((await tx.postures.get(ids)).map((row) => [row.deviceId, row.updatedAt]));
        await tx.postures.put(ids.map((id) => posture(id, { updatedAt: (current.get(id) ?? 0) + 1 })));
      });
    await Promise.all(Array.from({ length: 20 }, () => [raise(one, ['d1', 'd2']), raise(two, ['d2', 'd1'])]).flat());
    expect((await one.postures.get(['d1', 'd2'])).map((row) => row.updatedAt)).toEqual([40, 40]);
  }));

test('the same report at two nodes is new at one of them', () =>
  twoNodes(async (one, two) => {
    const reports = Array.from({ length: 50 }, (_, i) => report(`r${i}`));
    const [a, b] = await Promise.all([
      one.transaction((tx) => tx.reports.add(reports)),
      two.transaction((tx) => tx.reports.add([...reports].reverse())),
    ]);
    expect(a.map((fresh, i) => Number(fresh) + Number(b[49 - i]))).toEqual(Array(50).fill(1));
  }));

test('a report at one node and its device at another do not miss each other', () =>
  twoNodes(async (one, two) => {
    for (let round = 0; round < 20; round += 1) {
      const keys = [{ type: 'imei' as const, value: `imei-${round}` }];
      const reportId = `r${round}`;
      const [matched, waited] = await Promise.all([
        one.transaction(async (tx) => {
          await tx.reports.add([report(reportId)]);
          const deviceId = (await tx.devices.findByKeys(keys))[0]?.[0] ?? null;
          await tx.reports.settle([
            {
              connectorId: 'lookout',
              reportId,
              status: deviceId ? 'accepted' : 'unmatched',
              deviceId,
              flag: null,
              signal: signal(reportId, keys),
            },
          ]);
          return deviceId !== null;
        }),
        two.transaction(async (tx) => {
          await tx.devices.put([device(`d${round}`, { imei: `imei-${round}` })]);
          return (await tx.reports.waitingFor(keys)).length === 1;
        }),
      ]);
      expect([matched, waited].filter(Boolean)).toHaveLength(1);
    }
  }));

test('each node hears of the rows of both, once and in order', () =>
  twoNodes(async (one, two) => {
    const ofOne: OutboxRow[] = [];
    const ofTwo: OutboxRow[] = [];
    one.onCommitted((rows) => ofOne.push(...rows));
    two.onCommitted((rows) => ofTwo.push(...rows));
    const append = (node: Store, subject: string) =>
      node.transaction((tx) => tx.outbox.append([outboxRow(subject), outboxRow(subject)]));
    await Promise.all(Array.from({ length: 25 }, (_, i) => [append(one, `one-${i}`), append(two, `two-${i}`)]).flat());
    await Promise.all([heard(ofOne, 100), heard(ofTwo, 100)]);
    const all = await one.outbox.after(0, 200);
    expect(all).toHaveLength(100);
    expect(ofOne).toEqual(all);
    expect(ofTwo).toEqual(all);
  }));

test('a deadlock is resolved by doing the work of one again', () =>
  twoNodes(async (one, two) => {
    await one.transaction((tx) => tx.devices.put([device('d1'), device('d2')]));
    let runs = 0;
    let holders = 0;
    const bothHoldTheFirst = Promise.withResolvers<void>();
    const take = (node: Store, first: string, second: string) =>
      node.transaction(async (tx) => {
        runs += 1;
        await tx.postures.get([first]);
        holders += 1;
        if (holders === 2) bothHoldTheFirst.resolve();
        await bothHoldTheFirst.promise;
        await tx.postures.get([second]);
        await tx.postures.put([posture(first), posture(second)]);
      });
    await Promise.all([take(one, 'd1', 'd2'), take(two, 'd2', 'd1')]);
    expect(runs).toBe(3);
    expect(await one.postures.get(['d1', 'd2'])).toHaveLength(2);
  }));

test('a document of the same version is written by one node only', () =>
  twoNodes(async (one, two) => {
    await one.transaction((tx) => tx.documents.put('door', 'x', {}, 1));
    const answers = await Promise.all(
      [one, two].map((node) => node.transaction((tx) => tx.documents.put('door', 'x', {}, 2, 1))),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  }));

test('a connection that the server cuts during work says StoreBusy, keeps nothing, and the next one works', () =>
  twoNodes(async (one, two, url) => {
    const cut = one.transaction(async (tx) => {
      await tx.reports.add([report('r1')]);
      await withClient(url, (client) =>
        client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
        ),
      );
      await tx.reports.add([report('r2')]);
    });
    await expect(cut).rejects.toBeInstanceOf(StoreBusy);
    expect(await two.reports.count()).toBe(0);
    await one.transaction((tx) => tx.reports.add([report('r1')]));
    expect(await one.reports.count()).toBe(1);
  }));

test('a node that stopped listening hears again', () =>
  twoNodes(async (one, two, url) => {
    const ofTwo: OutboxRow[] = [];
    two.onCommitted((rows) => ofTwo.push(...rows));
    await withClient(url, (client) =>
      client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'",
      ),
    );
    await one.transaction((tx) => tx.outbox.append([outboxRow('a')]));
    await heard(ofTwo, 1);
    expect(ofTwo.map((row) => row.subject)).toEqual(['a']);
  }));

test('a version that is running when a newer one changes the database in a breaking way can write nothing more, and is told why', () =>
  twoNodes(async (one, _two, url) => {
    await one.transaction((tx) => tx.devices.put([device('d1')]));
    const former = withClient(url, (client) => client.query("insert into heartbeats values ('lookout', 1)"));
    await expect(former).rejects.toMatchObject({
      code: '25006',
      message: expect.stringContaining('stop this hub') as string,
    });
    await withClient(url, (client) =>
      client.query("insert into schema_migrations values (998, 'one-more-index', 0, 0)"),
    );
    await one.transaction((tx) => tx.devices.put([device('d2')]));
    await withClient(url, (client) =>
      client.query("insert into schema_migrations values (999, 'split-devices', 1, 0)"),
    );
    const writes: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.devices.put([device('d3')]),
      (tx) => tx.postures.put([posture('d1')]),
      (tx) => tx.reports.add([report('r1')]),
      (tx) => tx.documents.put('door', 'x', {}, 1),
      (tx) => tx.heartbeats.set('lookout', 1),
      (tx) => tx.outbox.append([outboxRow('a')]),
    ];
    for (const write of writes) {
      const written = one.transaction(write);
      await expect(written).rejects.toBeInstanceOf(StoreBusy);
      await expect(written).rejects.toThrow(/upgraded to schema 999 by a newer version/);
    }
    expect(await one.devices.count()).toBe(2);
  }));

/** A hub that is as good as through with the newest step, and takes its time to commit it. */
const slowMigration = (url: string) => `
  import { MIGRATIONS, migrate } from ${moduleOf('../migrations/migrate.ts')};
  import { openPool } from ${moduleOf('./pool.ts')};
  import { inTransaction } from ${moduleOf('./transactions.ts')};
  const pool = openPool(${JSON.stringify(url)}, 2, undefined);
  const newest = MIGRATIONS.at(-1);
  const slow = { ...newest, statements: (...given) => [...newest.statements(...given), 'select pg_sleep(3)'] };
  await migrate((work) => inTransaction(pool, work), [...MIGRATIONS.slice(0, -1), slow]);
`;

test('a migration that kill -9 ends in its middle is as if it had not begun, and the next start does it', async () => {
  const url = await server.createDatabase();
  const hub = spawn(process.execPath, ['--input-type=module-typescript', '--eval', slowMigration(url)], {
    stdio: 'inherit',
  });
  const rows = (text: string) => withClient(url, async (client) => (await client.query(text)).rowCount);
  while (
    (await rows(
      "select from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'",
    )) === 0
  )
    await sleep(20);
  hub.kill('SIGKILL');
  await once(hub, 'exit');
  expect(await rows('select from schema_migrations')).toBe(MIGRATIONS.length - 1);
  const store = await openPostgresStore({ url });
  await store.transaction((tx) => tx.devices.put([device('d1')]));
  await store.close();
  expect(await rows('select from schema_migrations')).toBe(MIGRATIONS.length);
}, 60_000);
