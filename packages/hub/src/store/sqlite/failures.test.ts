import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { device, outboxRow, report } from '../contract/rows.ts';
import { StoreBusy } from '../store.ts';
import type { OutboxRow, Store } from '../store.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;
let store: Store;
let writer: Worker;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  file = join(folder, 'hub.sqlite');
  const messages = vi.spyOn(Worker.prototype, 'postMessage');
  store = await openSqliteStore({ file, busyTimeoutMs: 20 });
  // The first message of all goes to the thread that writes: the migrations.
  writer = messages.mock.contexts[0] as Worker;
  messages.mockRestore();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Changes the connection of the writing thread behind the store's back. */
function pragma(text: string): void {
  writer.postMessage([
    { id: -1, transaction: null, operations: [{ kind: 'query', sql: `pragma ${text}`, parameters: [] }], end: null },
  ]);
}

const bigReports = (name: string) =>
  Array.from({ length: 100 }, (_, i) => report(`${name}-${i}`, { raw: 'x'.repeat(2000) }));

test('a full disk says StoreBusy, keeps nothing of the transaction, and passes by itself', async () => {
  await store.transaction((tx) => tx.reports.add(bigReports('before')));
  pragma('max_page_count = 1');
  const failed = store.transaction(async (tx) => {
    await tx.devices.put([device('d1')]);
    await tx.outbox.append([outboxRow('d1')]);
    await tx.reports.add(bigReports('during'));
  });
  await expect(failed).rejects.toBeInstanceOf(StoreBusy);
  await expect(failed).rejects.toThrow(/disk space/);
  expect(await store.reports.count()).toBe(100);
  expect(await store.devices.count()).toBe(0);
  expect(await store.outbox.range()).toEqual({ first: 0, last: 0 });

  pragma('max_page_count = 1000000');
  await store.transaction((tx) => tx.reports.add(bigReports('after')));
  expect(await store.reports.count()).toBe(200);
});

test('a database locked by another program says StoreBusy and works again when it is let go', async () => {
  const other = new DatabaseSync(file);
  other.exec('begin exclusive');
  await expect(store.transaction((tx) => tx.devices.put([device('d1')]))).rejects.toBeInstanceOf(StoreBusy);
  await expect(store.transaction((tx) => tx.devices.count())).rejects.toThrow(/locked/);
  expect(await store.devices.count()).toBe(0);
  other.exec('rollback');
  other.close();
  await store.transaction((tx) => tx.devices.put([device('d1')]));
  expect(await store.devices.count()).toBe(1);
});

test('a database that is locked while it is opened says StoreBusy', async () => {
  const other = new DatabaseSync(join(folder, 'other.sqlite'));
  other.exec('create table t (a); begin exclusive');
  await expect(openSqliteStore({ file: join(folder, 'other.sqlite'), busyTimeoutMs: 20 })).rejects.toBeInstanceOf(
    StoreBusy,
  );
  other.close();
  await (await openSqliteStore({ file: join(folder, 'other.sqlite') })).close();
});

test('a database that became read-only says StoreBusy until it can be written again', async () => {
  pragma('query_only = on');
  await expect(store.transaction((tx) => tx.devices.put([device('d1')]))).rejects.toBeInstanceOf(StoreBusy);
  pragma('query_only = off');
  await store.transaction((tx) => tx.devices.put([device('d1')]));
  expect(await store.devices.count()).toBe(1);
});

test('a commit that fails is rolled back and does not spoil the next transaction', async () => {
  const failed = store.transaction(async (tx) => {
    await tx.devices.count();
    // Broken references are now found by the commit, which then leaves the transaction open.
    pragma('defer_foreign_keys = on');
    await tx.findings.put([
      { deviceId: 'nobody', connectorId: 'lookout', id: 'f', type: 't', state: 'open', observedAt: 1, reportId: 'r' },
    ]);
    await tx.reports.add([report('r1')]);
  });
  await expect(failed).rejects.toThrow(/FOREIGN KEY/);
  expect(await store.reports.count()).toBe(0);
  await store.transaction((tx) => tx.reports.add([report('r2')]));
  expect(await store.reports.count()).toBe(1);
});

test('what is asked together with a statement that fails, or after it, is not kept', async () => {
  const failed = store.transaction(async (tx) => {
    const broken = tx.findings.put([
      { deviceId: 'nobody', connectorId: 'lookout', id: 'f', type: 't', state: 'open', observedAt: 1, reportId: 'r' },
    ]);
    const together = [
      tx.findings.ofDevices(['nobody']),
      tx.reports.add([report('r1')]),
      tx.documents.put('user', 'u1', {}, 1),
    ];
    const after = tx.documents.get('user', 'u1').then(() => tx.reports.add([report('r2')]));
    await broken;
    await Promise.all([...together, after]);
  });
  await expect(failed).rejects.toThrow(/FOREIGN KEY/);
  expect(await store.reports.count()).toBe(0);
  expect(await store.documents.get('user', 'u1')).toBeUndefined();
});

test('when the thread dies, what is in flight is rejected, nothing of it is kept, and the next call has a new thread', async () => {
  const inFlight = store.transaction(async (tx) => {
    await tx.reports.add([report('r1')]);
    const dead = writer.terminate();
    await tx.outbox.append([outboxRow('d1')]).catch(() => {});
    await dead;
    await tx.reports.add([report('r2')]);
  });
  const queued = store.transaction((tx) => tx.reports.add([report('r3')]));
  await expect(inFlight).rejects.toBeInstanceOf(StoreBusy);
  expect(await queued).toEqual([true]);
  expect(await store.reports.get('lookout', 'r1')).toBeUndefined();
  expect(await store.reports.count()).toBe(1);
});

test('when the thread dies between a commit and its answer, the commit counts', async () => {
  const heard: OutboxRow[] = [];
  store.onCommitted((rows) => heard.push(...rows));
  const transaction = store.transaction(async (tx) => {
    await tx.outbox.append([outboxRow('d1')]);
    // From here on nobody hears what the thread answers.
    writer.removeAllListeners('message');
    return 'kept';
  });
  while ((await store.outbox.range()).last === 0) await new Promise((resolve) => setImmediate(resolve));
  await writer.terminate();
  expect(await transaction).toBe('kept');
  expect(heard).toMatchObject([{ seq: 1, subject: 'd1' }]);
});

test('a folder in the place of the file is no passing trouble', async () => {
  await expect(openSqliteStore({ file: folder })).rejects.toThrow(/EISDIR/);
});

test('a file that is no database is a plain error', async () => {
  const other = join(folder, 'other.sqlite');
  writeFileSync(other, 'this is no database, but it is long enough to be looked at as one. '.repeat(20));
  const opened = openSqliteStore({ file: other });
  await expect(opened).rejects.toThrow(/not a database/);
  await expect(opened).rejects.not.toBeInstanceOf(StoreBusy);
});
