import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { device } from '../contract/rows.ts';
import { storeContract } from '../contract/store-contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
let files = 0;
const newFile = () => join(folder, `${files += 1}`, 'hub.sqlite');

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
