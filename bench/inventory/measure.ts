/**
 * What app inventories cost: to keep, to tell the changes of, and to count. Through the store alone.
 * node bench/inventory/measure.ts [devices]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import type { DeviceApps, Store } from '@sallyport/hub/store/store.ts';
import { describeMachine, machineNote } from '../shared/machine.ts';
import { guid } from '../shared/guid.ts';
import { APPS_PER_DEVICE, appsOf } from './fleet-apps.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00Z');
/** Devices that check in within one moment and share a transaction. */
const AT_ONCE = 20;

const devices = Number(process.argv[2] ?? 5_000);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const file = join(folder, 'hub.db');
const store = await openSqliteStore({ file });
try {
  console.log(machineNote(describeMachine()));
  await addDevices(store);
  const before = bytesOf();
  const first = await day(0);
  line('first inventory of a device', `${(first / devices).toFixed(2)} ms`);
  const second = await day(1);
  line('the next day, when few apps have changed', `${(second / devices).toFixed(2)} ms`);
  await showSizes(before);
  await showReads();
} finally {
  await store.close();
  rmSync(folder, { recursive: true });
}

function line(what: string, value: string): void {
  console.log(`${what.padEnd(64)} ${value}`);
}

async function addDevices(to: Store): Promise<void> {
  const at = new Date(START).toISOString();
  for (let n = 0; n < devices; n += 2_000) {
    const rows = Array.from({ length: Math.min(2_000, devices - n) }, (_, i) => guid('d000', n + i)).map((id) => ({
      id,
      createdAt: START,
      modifiedAt: START,
      resource: {
        id,
        operatingSystem: 'iOS',
        managedDeviceOwnerType: 'company',
        lastSyncDateTime: at,
        enrolledDateTime: at,
      },
    }));
    await to.transaction((tx) => tx.devices.put(rows));
  }
}

/** Everybody checks in once. Answers the time spent in the store, in milliseconds. */
async function day(number: number): Promise<number> {
  let spent = 0;
  for (let n = 0; n < devices; n += AT_ONCE) {
    const rows = Array.from(
      { length: Math.min(AT_ONCE, devices - n) },
      (_, i): DeviceApps => ({
        deviceId: guid('d000', n + i),
        platform: 'iOS',
        collectedAt: START + number * DAY_MS,
        source: 'nanomdm',
        apps: appsOf(n + i, number),
      }),
    );
    const start = performance.now();
    await store.transaction((tx) => tx.appInventory.put(rows));
    spent += performance.now() - start;
  }
  return spent;
}

function bytesOf(): number {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  return statSync(file).size;
}

async function showSizes(before: number): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  const one = (text: string): number => Number(Object.values(database.prepare(text).get() ?? {})[0]);
  const set = one('select avg(length(items)) from device_apps');
  const names = one('select count(*) from apps');
  const named = one(
    'select avg(length(digest) + length(platform) + length(app_id) + length(name) + length(version) + length(short_version) + length(folded_name) + length(folded_version)) from apps',
  );
  const blocks = one('select count(*) from app_blocks');
  database.close();
  line("bytes of a device's set", `${Math.round(set)} (${(set / APPS_PER_DEVICE).toFixed(1)} an app)`);
  line('different apps and versions', `${names.toLocaleString('en')}, ${Math.round(named)} bytes of text each`);
  line('rows that say where an app is', blocks.toLocaleString('en'));
  line(
    'bytes of the file per device, everything shared out',
    Math.round((bytesOf() - before) / devices).toLocaleString('en'),
  );
}

async function showReads(): Promise<void> {
  const total = await timed('a page of 100 changed devices with their apps', () =>
    store.appInventory.changes('iOS', 0, 100),
  );
  const last = total.at(-1)?.change ?? 0;
  await timed('the changes when there are none', () => store.appInventory.changes('iOS', last + devices * 10, 100));
  await timed('a page of detected apps', () => store.appInventory.query({ limit: 100, offset: 0 }));
  const popular = await timed('the most frequent detected apps', () =>
    store.appInventory.query({ limit: 10, offset: 0, orderBy: [{ column: 'deviceCount', descending: true }] }),
  );
  await timed('detected apps whose name contains a text', () =>
    store.appInventory.query({
      limit: 100,
      offset: 0,
      filter: { op: 'contains', column: 'displayName', value: 'number 4711' },
    }),
  );
  await timed('100 devices of a frequent app', () => store.appInventory.devicesWith(popular[0]?.id ?? '', 0, 100));
  const rare = (
    await store.appInventory.query({ limit: 1, offset: 0, filter: { op: 'eq', column: 'deviceCount', value: 1 } })
  )[0];
  await timed('the device of a rare app', () => store.appInventory.devicesWith(rare?.id ?? '', 0, 100));
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const times: number[] = [];
  let result = await work();
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    result = await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  line(what, `${times[2]?.toFixed(2)} ms`);
  return result;
}
