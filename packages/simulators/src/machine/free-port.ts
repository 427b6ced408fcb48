import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections and to "port 0", so that none of those takes it before it is used. */
const FIRST = 20_000;
const BEHIND = 32_768;
const TRIES = 100;

/**
 * A port of the host's first address that is free at this moment, for programs that have to be told theirs.
 *
 * @throws the last error of listening, when none can be had
 */
export async function freePort(host: string): Promise<number> {
  for (let left = TRIES; ; left -= 1) {
    const port = randomInt(FIRST, BEHIND);
    const server = createServer();
    try {
      await once(server.listen(port, host), 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
