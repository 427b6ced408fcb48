import { randomInt } from 'node:crypto';
import { readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** Which file a path led to when the hub opened it. */
export type FileIdentity = Pick<Stats, 'dev' | 'ino'>;

/** The main file, with a descriptor for reading that stays open as long as any connection to it. */
export interface OpenedFile extends FileIdentity {
  readonly descriptor: number;
}

/** The database file or its log is not the one that was opened: what is written now would be lost with it. */
export class FileLost extends Error {
  readonly fileLost = true;
}

/**
 * SQLite goes on writing to a file that was removed, replaced or moved away under it, and notices no truncation of its
 * log; what it then acknowledges is lost with the next start. So it is checked before each transaction and before each
 * acknowledgement that the paths still lead to the files that were opened, and that they were not truncated or
 * overwritten: two calls of stat(2) each. The main file is read only through the descriptor that was given, since closing
 * another one would end SQLite's own locks on the file.
 */
export class FileGuard {
  readonly #file: string;
  readonly #descriptor: number;
  /** To how much SQLite truncates its log after a checkpoint (`journal_size_limit`). */
  readonly #logLimit: number;
  #main: Stats;
  #log: Stats;
  /** `user_version` in the main file; 0 before its first checkpoint. */
  #generation: number;
  #lost: string | undefined;

  /**
   * After SQLite has opened both files.
   * @param opened which file the database has to be
   * @throws FileLost
   */
  constructor(file: string, logLimit: number, opened: OpenedFile) {
    this.#file = file;
    this.#descriptor = opened.descriptor;
    this.#logLimit = logLimit;
    this.#main = found(file, opened);
    this.#log = found(`${file}-wal`, undefined);
    this.#generation = generationOf(opened.descriptor);
  }

  /**
   * Before a transaction: everything is as it was left. A file that comes back to its path passes again.
   * @throws FileLost
   */
  check(): void {
    if (this.#lost !== undefined) throw new FileLost(this.#lost);
    this.#main = this.#checkMain();
    this.#checkLog();
  }

  /**
   * After a commit or a checkpoint of this connection and before it is acknowledged. If this throws, the connection
   * holds what nobody acknowledged, so it never passes again.
   * @throws FileLost
   */
  recordOwnWrite(): void {
    try {
      this.#main = this.#checkMain();
      this.#log = this.#checkLog();
    } catch (error) {
      this.#lost = (error as Error).message;
      throw error;
    }
  }

  #checkMain(): Stats {
    const main = found(this.#file, this.#main);
    if (main.size < this.#main.size) throw new FileLost(truncated(this.#file));
    if (main.mtimeMs !== this.#main.mtimeMs) this.#checkGeneration();
    return main;
  }

  /** Only checkpoints write to the main file, of whichever process: they leave it in its generation, or one of the next. */
  #checkGeneration(): void {
    const generation = generationOf(this.#descriptor);
    const isNext =
      this.#generation === 0
        ? generation >= 0
        : generation >= this.#generation && generation < this.#generation + NEXT_GENERATIONS;
    if (!isNext) throw new FileLost(`${this.#file} was overwritten while it was in use. ${RESTORE}`);
    this.#generation = generation;
  }

  #checkLog(): Stats {
    const path = `${this.#file}-wal`;
    const log = found(path, this.#log);
    if (log.size < Math.min(this.#log.size, this.#logLimit)) throw new FileLost(truncated(path));
    return log;
  }
}

/** By which generation a checkpoint follows this one, so that no older copy of the file and no other database passes for it. */
export function nextGeneration(generation: number): number {
  return generation === 0 || generation === LAST_GENERATION ? randomInt(1, LAST_GENERATION / 2) : generation + 1;
}

const LAST_GENERATION = 2 ** 31 - 2;
const NEXT_GENERATIONS = 1_000;

/** The `user_version` of the main file by itself, -1 where it is no database (https://sqlite.org/fileformat2.html#the_database_header). */
function generationOf(descriptor: number): number {
  const header = Buffer.alloc(64);
  const read = readSync(descriptor, header, 0, header.length, 0);
  return read === header.length && header.toString('latin1', 0, 15) === 'SQLite format 3'
    ? header.readUInt32BE(60)
    : -1;
}

const RESTORE =
  'Stop the hub and start it again on the same files. Only if it does not start, or what it holds is incomplete, restore the files of the database from a backup.';

function truncated(path: string): string {
  return `${path} was truncated while it was in use. ${RESTORE}`;
}

function found(path: string, opened: FileIdentity | undefined): Stats {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new FileLost(
      `${path} was removed or moved away while it was in use. Put it back, or stop the hub, put the files of the database back from a backup, and start it.`,
    );
  if (opened !== undefined && (stats.ino !== opened.ino || stats.dev !== opened.dev)) {
    throw new FileLost(
      `${path} was replaced while it was in use. Stop and start the hub, so that it uses the new one.`,
    );
  }
  return stats;
}
