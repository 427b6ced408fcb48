import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { startPipeline } from '../pipeline.ts';
import { TestClock, type TestPipeline } from '../testing.ts';
import type { Made } from './testing-fleet.ts';
import { hasAccess } from './testing-hub.ts';
import { describeDevice, live } from './testing-month.ts';
import { DAYS_BEFORE, upgradeWorld } from './testing-upgrade-world.ts';
import type { Sink } from './testing-vendors.ts';
import type { World } from './testing-world.ts';

/** The database of the made fleet as an earlier version left it (`make-upgrade-fixture.sh`) is opened by this one. */

const NOBODY: Sink = {
  report: () => Promise.resolve(),
  alive: () => Promise.resolve(),
  register: () => Promise.resolve(),
  provision: () => Promise.resolve(),
};

let folder: string;
let hub: TestPipeline;
let world: World;
let before: ReadonlyMap<string, boolean>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const file = join(folder, 'hub.db');
  writeFileSync(file, gunzipSync(readFileSync(join(import.meta.dirname, 'upgrade-fixture.db.gz'))), { mode: 0o600 });
  before = accessIn(file);
  world = upgradeWorld();
  for (let step = 0; step < DAYS_BEFORE * 8; step += 1) await world.step(NOBODY);
  const clock = new TestClock(world.now - 3_600_000);
  const store = await openSqliteStore({ file });
  const pipeline = await startPipeline({
    store,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  hub = {
    ...pipeline,
    store,
    clock,
    close: async () => {
      await pipeline.close();
      await store.close();
    },
  };
  await vi.waitFor(async () => {
    expect(await store.documents.list('upkeep')).toEqual([]);
  }, 60_000);
  await hub.tick();
});

afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

/** Who had access by the earlier version's word. */
function accessIn(file: string): ReadonlyMap<string, boolean> {
  const database = new DatabaseSync(file);
  const rows = database.prepare('select device_id, compliance_state from postures').all() as {
    device_id: string;
    compliance_state: string;
  }[];
  database.close();
  return new Map(
    rows.map((row) => [
      row.device_id,
      row.compliance_state === 'compliant' || row.compliance_state === 'inGracePeriod',
    ]),
  );
}

function devicesWhere(is: (device: Made) => boolean): readonly string[] {
  return world.devices
    .filter(is)
    .map((device) => describeDevice(hub, world, device, world.isClosed(device, hub.clock.now())));
}

test('an upgrade closes nothing that no partner calls bad, and opens nothing that a partner closed', () => {
  const isClosedByRight = (device: Made): boolean => world.isClosed(device, hub.clock.now());
  expect(
    devicesWhere((device) => before.get(device.id) === true && !hasAccess(hub, device) && !isClosedByRight(device)),
  ).toEqual([]);
  expect(
    devicesWhere((device) => before.get(device.id) === false && hasAccess(hub, device) && isClosedByRight(device)),
  ).toEqual([]);
  // Else it would have proved little.
  expect(world.devices.filter((device) => before.get(device.id) === false).length).toBeGreaterThan(5);
  expect(before.size).toBeGreaterThan(world.devices.length * 0.95);
});

test('phones that were enrolled again before the upgrade are settled by it, each once', async () => {
  const superseded = (await hub.store.outbox.after(0, 100_000)).filter(({ kind }) => kind === 'device-superseded');
  const ids = superseded.map(({ subject }) => subject);
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids.length).toBeGreaterThan(0);
});

test('the rest of the month is a quiet one', async () => {
  // The earlier version forgot bad news when contact was lost; that comes back only when a partner reports again.
  const forgotten = new Set(
    world.devices.filter((device) => world.isClosed(device, hub.clock.now()) && hasAccess(hub, device)),
  );
  expect(forgotten.size).toBeLessThan(10);
  const { wrong, everClosed } = await live(hub, world, (30 - DAYS_BEFORE) * 8, forgotten);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(everClosed.size).toBeGreaterThan(20);
}, 600_000);
