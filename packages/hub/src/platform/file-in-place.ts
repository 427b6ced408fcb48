import { stat } from 'node:fs/promises';

/**
 * Answers a check that rejects once `path` is another file than now: removed, or put back from a backup, under a
 * process that has it open. What that process writes from then on is lost with the file that has no name any more.
 */
export async function watchFileInPlace(path: string): Promise<() => Promise<void>> {
  const opened = await stat(path, { bigint: true });
  return async () => {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined) throw new Error(`${path} was removed while it was in use. Stop the hub, put it back from a backup, start.`);
    if (found.ino !== opened.ino || found.dev !== opened.dev) throw new Error(`${path} was replaced while it was in use. Stop and start the hub, so that it uses the new one.`);
  };
}
