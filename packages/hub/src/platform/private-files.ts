import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';

/** Files that only the user we run as may read: keys and credentials. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Makes the folder, and those above it, for our eyes only. An existing one is left as it is. */
export async function makePrivateFolder(path: string): Promise<void> {
  // Not `recursive`: where a folder can never be made, as below /proc, Node would try for ever.
  try {
    await mkdir(path, { mode: PRIVATE_FOLDER });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makePrivateFolder(dirname(path));
    await mkdir(path, { mode: PRIVATE_FOLDER });
  }
}

/** Creates or replaces the file in one step: after a crash there is the old one or the new one, never half of it. */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await makePrivateFolder(dirname(path));
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(unfinished, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** `undefined` when there is no such file. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
