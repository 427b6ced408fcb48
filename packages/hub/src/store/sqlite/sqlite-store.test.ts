import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { device } from '../contract/rows.ts';
import { storeContract } from '../contract/store-contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
let files = 0;
const newFile = () => join(folder, `${(files += 1)}`, 'hub.sqlite');

afterAll(() => rmSync(folder, { recursive: true }));

storeContract('SQLite', () => openSqliteStore({ file: newFile() }));

test('what was committed is there when the file is opened again', async () => {
  const file = newFile();
  const first = await openSqliteStore({ file });
  await first.transaction((tx) => tx.devices.put([device('d1')]));
  await first.close();
  const second = await openSqliteStore({ file });
  expect(await second.devices.get(['d1'])).toEqual([device('d1')]);
  await second.close();
});

test('a document that is no JSON is marked, and costs the others nothing', async () => {
  const file = newFile();
  const first = await openSqliteStore({ file });
  const ids = Array.from({ length: 2_500 }, (_, n) => `u${String(n).padStart(4, '0')}`);
  await first.transaction(async (tx) => {
    for (const id of ids) await tx.documents.put('user', id, { id }, 0);
  });
  await first.close();
  const database = new DatabaseSync(file);
  database.exec("UPDATE documents SET body = '{\"half\":' WHERE id IN ('u0003', 'u2400')");
  database.close();
  const store = await openSqliteStore({ file });
  const pages = [];
  for await (const page of store.documents.snapshot('user')) pages.push(...page);
  for (const rows of [pages, await store.documents.list('user')]) {
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows.filter(({ unreadable }) => unreadable === true).map(({ id }) => id)).toEqual(['u0003', 'u2400']);
    expect(rows[4]?.body).toEqual({ id: 'u0004' });
  }
  await store.close();
});

test('others on the machine cannot read the file', async () => {
  const file = newFile();
  const store = await openSqliteStore({ file });
  for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o077).toBe(0);
  await store.close();
});

test('closing finishes what is in flight and then refuses', async () => {
  const file = newFile();
  const store = await openSqliteStore({ file });
  const writes = Array.from({ length: 5 }, (_, i) => store.transaction((tx) => tx.devices.put([device(`d${i}`)])));
  await store.close();
  await Promise.all(writes);
  await expect(store.transaction((tx) => tx.devices.put([device('late')]))).rejects.toThrow(/closed/);
  await expect(store.devices.count()).rejects.toThrow(/closed/);
  const again = await openSqliteStore({ file });
  expect(await again.devices.count()).toBe(5);
  await again.close();
});
