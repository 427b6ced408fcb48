import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { report } from '../contract/rows.ts';
import { DatabaseFileLost, NoDatabase } from '../store.ts';
import type { Store } from '../store.ts';
import { openSqliteStore } from './sqlite-store.ts';

let root: string;
let folder: string;
let file: string;
let store: Store;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-lost-'));
  folder = join(root, 'data');
  file = join(folder, 'hub.db');
  store = await openSqliteStore({ file });
  await add('before');
});

afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true });
});

const add = (id: string): Promise<unknown> =>
  store.transaction((tx) => tx.reports.add([report(id, { raw: 'x'.repeat(9_000) })]));

/** Resolves when the quiet moment has come after which everything is in the file itself. */
async function checkpointed(): Promise<void> {
  const { mtimeMs } = statSync(file);
  while (statSync(file).mtimeMs === mtimeMs) await pause(50);
}

/** As an operator would, with another database of the hub in its place. */
async function otherDatabase(): Promise<string> {
  const path = join(root, 'other', 'hub.db');
  const other = await openSqliteStore({ file: path });
  await other.transaction((tx) =>
    tx.reports.add(Array.from({ length: 500 }, (_, i) => report(`other-${i}`, { raw: 'x'.repeat(2_000) }))),
  );
  await other.close();
  return path;
}

test.each<[string, RegExp, () => unknown]>([
  ['the file is removed', /hub\.db was removed/, () => rmSync(file)],
  ['the log is removed', /hub\.db-wal was removed/, () => rmSync(`${file}-wal`)],
  ['all of them are removed', /was removed/, () => ['', '-wal', '-shm'].forEach((end) => rmSync(`${file}${end}`))],
  ['the folder is moved', /was removed or moved/, () => renameSync(folder, join(root, 'elsewhere'))],
  [
    'the folder is moved and another is in its place',
    /was replaced/,
    async () => {
      const other = await otherDatabase();
      renameSync(folder, join(root, 'elsewhere'));
      mkdirSync(folder);
      copyFileSync(other, file);
    },
  ],
  ['the file is replaced by another', /was replaced/, async () => renameSync(await otherDatabase(), file)],
  [
    'another is written over the file',
    /was overwritten|was truncated/,
    async () => copyFileSync(await otherDatabase(), file),
  ],
  [
    'an older copy is written over the file',
    /was overwritten/,
    async () => {
      await checkpointed();
      const copy = readFileSync(file);
      await add('after the copy');
      await checkpointed();
      writeFileSync(file, Buffer.concat([copy, Buffer.alloc(1_000_000)]));
    },
  ],
  ['the file is emptied', /hub\.db was truncated/, () => truncateSync(file)],
  ['the file is cut', /hub\.db was truncated/, () => truncateSync(file, 1_000)],
  ['the log is emptied', /hub\.db-wal was truncated/, () => truncateSync(`${file}-wal`)],
  ['the log is cut', /hub\.db-wal was truncated/, () => truncateSync(`${file}-wal`, 4_152)],
  [
    'another log is in the place of the log',
    /hub\.db-wal was replaced/,
    () => {
      copyFileSync(`${file}-wal`, `${file}-copy`);
      renameSync(`${file}-copy`, `${file}-wal`);
    },
  ],
])('when %s, nothing is acknowledged any more, and the age of what is known grows', async (_, message, happen) => {
  await happen();
  const failed = add('after');
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toBeInstanceOf(DatabaseFileLost);
  await expect(add('and again')).rejects.toBeInstanceOf(DatabaseFileLost);
  await pause(2);
  expect(store.behindForMs()).toBeGreaterThan(0);
});

test('when another program empties the log into the file, the message advises a restart first, which loses nothing', async () => {
  const other = new DatabaseSync(file);
  other.exec('pragma wal_checkpoint(truncate)');
  other.close();
  await expect(add('after')).rejects.toThrow(
    /hub\.db-wal was truncated while it was in use\. Stop the hub and start it again on the same files\. Only if it does not start, or what it holds is incomplete, restore/,
  );
  await store.close().catch(() => undefined);
  store = await openSqliteStore({ file });
  expect((await store.reports.replay(0, 10)).map(({ reportId }) => reportId)).toEqual(['before']);
});

test('when it happens in the middle of a transaction, that is not acknowledged, nor anything after it, even if the file comes back', async () => {
  const moved = `${file}-moved`;
  const failed = store.transaction(async (tx) => {
    await tx.reports.count();
    renameSync(file, moved);
    await tx.reports.add([report('during')]);
  });
  await expect(failed).rejects.toBeInstanceOf(DatabaseFileLost);
  renameSync(moved, file);
  await expect(add('after')).rejects.toBeInstanceOf(DatabaseFileLost);
});

test('when the folder comes back between two transactions, everything goes on, and nothing is lost', async () => {
  renameSync(folder, join(root, 'elsewhere'));
  await expect(add('lost')).rejects.toBeInstanceOf(DatabaseFileLost);
  renameSync(join(root, 'elsewhere'), folder);
  await add('after');
  expect(store.behindForMs()).toBe(0);
  await store.close();
  store = await openSqliteStore({ file });
  expect((await store.reports.replay(0, 10)).map(({ reportId }) => reportId)).toEqual(['before', 'after']);
});

test('another process may read and write the database, and move the log into the file', async () => {
  const other = new DatabaseSync(file);
  other.exec('create table by_another (a); pragma wal_checkpoint(full)');
  other.close();
  await add('after');
  expect(await store.reports.count()).toBe(2);
});

test('a copy of the file alone, while the hub runs, holds what was acknowledged before a quiet moment', async () => {
  const copy = join(root, 'copy', 'hub.db');
  mkdirSync(join(root, 'copy'));
  let found = 0;
  for (let tries = 0; found === 0 && tries < 100; tries += 1) {
    await pause(100);
    copyFileSync(file, copy);
    const restored = await openSqliteStore({ file: copy });
    found = await restored.reports.count();
    await restored.close();
    rmSync(copy);
  }
  expect(found).toBe(1);
  await add('the hub goes on');
});

test('a copy of the file alone right after the first start is a database of ours', async () => {
  const first = join(root, 'first', 'hub.db');
  const other = await openSqliteStore({ file: first });
  copyFileSync(first, join(root, 'copy.db'));
  await other.close();
  await (await openSqliteStore({ file: join(root, 'copy.db'), mayBeNew: false })).close();
});

describe('where a database is expected', () => {
  const expected = () => openSqliteStore({ file: join(root, 'new', 'hub.db'), mayBeNew: false });

  test('a file that is not there is an error, and none is made', async () => {
    await expect(expected()).rejects.toThrow(NoDatabase);
    expect(existsSync(join(root, 'new', 'hub.db'))).toBe(false);
  });

  test('an empty file is an error, and one without our tables', async () => {
    mkdirSync(join(root, 'new'));
    writeFileSync(join(root, 'new', 'hub.db'), '');
    await expect(expected()).rejects.toThrow(NoDatabase);
    const other = new DatabaseSync(join(root, 'new', 'hub.db'));
    other.exec('pragma journal_mode = wal');
    other.close();
    await expect(expected()).rejects.toThrow(NoDatabase);
  });

  test('one that was used before is opened', async () => {
    await store.close();
    store = await openSqliteStore({ file, mayBeNew: false });
    expect(await store.reports.count()).toBe(1);
  });
});
