import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './instance-lock.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sallyport-lock-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

/** Another process that holds the folder. */
async function otherHolder(): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('./instance-lock.ts', import.meta.url));
  const program = `import { lockDataFolder } from ${JSON.stringify(module)};
    lockDataFolder(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

test('a folder that another process holds is refused, with its name', async () => {
  const other = await otherHolder();
  try {
    expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);
    expect(() => lockDataFolder(folder)).toThrow(folder);
  } finally {
    await end(other, 'SIGTERM');
  }
  lockDataFolder(folder).release();
});

test('a holder that was killed leaves no lock behind', async () => {
  await end(await otherHolder(), 'SIGKILL');
  lockDataFolder(folder).release();
});

test('the same process cannot hold a folder twice, and may again after release', () => {
  const lock = lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);
  lock.release();
  lock.release();
  lockDataFolder(folder).release();
});

test('other folders are free', () => {
  const lock = lockDataFolder(folder);
  const other = lockDataFolder(`${folder}-other`);
  other.release();
  lock.release();
});
