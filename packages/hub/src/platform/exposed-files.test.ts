import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notesOnExposedFiles } from './exposed-files.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-exposed-'));
  await mkdir(join(dir, 'keys'), { mode: 0o700 });
  for (const name of ['keys/data.key', 'hub.db']) await writeFile(join(dir, name), '', { mode: 0o600 });
});
afterEach(() => rm(dir, { recursive: true }));

test('files for our eyes only are nothing to speak of', async () => {
  await chmod(dir, 0o755);
  expect(await notesOnExposedFiles(dir)).toEqual([]);
});

test('a file that others can read is told, as long as they can get to it', async () => {
  await chmod(join(dir, 'hub.db'), 0o644);
  await chmod(join(dir, 'keys', 'data.key'), 0o640);
  expect(await notesOnExposedFiles(dir)).toEqual([]);
  await chmod(dir, 0o755);
  expect(await notesOnExposedFiles(dir)).toEqual([
    `Other users of this machine can read hub.db in ${dir}. Take that from them: chmod -R go= '${dir}'`,
  ]);
  await chmod(join(dir, 'keys'), 0o750);
  expect((await notesOnExposedFiles(dir)).join()).toContain('keys/data.key, hub.db');
});
