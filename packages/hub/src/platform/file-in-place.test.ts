import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchFileInPlace } from './file-in-place.ts';

let dir = '';
beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'sallyport-in-place-')); });
afterEach(() => rm(dir, { recursive: true }));

test('a file that is written to is in place, and one that was removed or replaced is not', async () => {
  const path = join(dir, 'hub.db');
  await writeFile(path, 'one');
  const check = await watchFileInPlace(path);
  await writeFile(path, 'two');
  await expect(check()).resolves.toBeUndefined();
  await copyFile(path, `${path}.backup`);
  await rename(`${path}.backup`, path);
  await expect(check()).rejects.toThrow(`${path} was replaced while it was in use.`);
  await rm(path);
  await expect(check()).rejects.toThrow(`${path} was removed while it was in use.`);
});
