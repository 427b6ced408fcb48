import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What opens something: with any of these one is the hub, or reads what it keeps. */
const SECRETS: readonly string[] = ['keys/data.key', 'keys/signing.json', 'tls/ca.key', 'tls/server.key', 'hub.db'];
const OTHERS_READ = 0o044;
const OTHERS_ENTER = 0o011;

/**
 * What an operator should know of files that other users of the machine can read, in words: copying a data folder
 * or putting back a backup loses their modes easily. Nothing is changed, since a group may have been let in on purpose.
 */
export async function notesOnExposedFiles(dataDir: string): Promise<readonly string[]> {
  const exposed = (
    await Promise.all(SECRETS.map(async (name) => ((await isExposed(dataDir, join(dataDir, name))) ? name : undefined)))
  ).filter((name) => name !== undefined);
  return exposed.length === 0
    ? []
    : [
        `Other users of this machine can read ${exposed.join(', ')} in ${dataDir}. Take that from them: chmod -R go= '${dataDir}'`,
      ];
}

async function isExposed(dataDir: string, file: string): Promise<boolean> {
  const [mode, ...folders] = await Promise.all([file, dirname(file), dataDir].map(modeOf));
  return (mode ?? 0) & OTHERS_READ ? folders.every((folder) => ((folder ?? 0) & OTHERS_ENTER) !== 0) : false;
}

/** `undefined` where there is no such file, as without SQLite. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
