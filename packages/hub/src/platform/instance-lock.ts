import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** Another process that is alive uses the data folder. */
export class DataFolderInUse extends Error {
  constructor(dir: string, options?: ErrorOptions) {
    super(
      `The data folder ${dir} is in use by another running Sallyport. Stop that one, or choose another folder with --data.`,
      options,
    );
    this.name = 'DataFolderInUse';
  }
}

/**
 * Holds the data folder for this process. The lock is a small SQLite file in an open exclusive transaction: the
 * operating system lets go of it when the process ends in whatever way, so there is never a stale one to remove.
 *
 * @throws DataFolderInUse
 */
export function lockDataFolder(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dir, 'instance.lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    const code = (error as { errcode?: number }).errcode ?? 0;
    throw (code & 0xff) === SQLITE_BUSY ? new DataFolderInUse(dir, { cause: error }) : error;
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}
