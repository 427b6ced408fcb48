import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Where to look: below the ports that operating systems give to outgoing connections and to "port 0" (from 32768
 * on Linux, from 49152 elsewhere), so that none of those takes the port between this look and its use.
 */
const FIRST = 20_000;
const BEHIND = 32_768;
const TRIES = 100;

export interface HeldPort {
  readonly port: number;
  /** Lets go of it, for somebody to listen there at once. May be called again. */
  release(): Promise<void>;
}

/**
 * A port of a host's first address that stays free until it is released. For "port 0": the address of the hub
 * goes into its certificate and its tokens, so it has to be known before anything listens.
 *
 * @throws the last error of listening, when no port can be had: the host has no address of this machine, say
 */
export async function holdPort(host: string): Promise<HeldPort> {
  for (let left = TRIES; ; left -= 1) {
    const port = randomInt(FIRST, BEHIND);
    try {
      const server = await listenAt(port, host);
      return { port, release: () => close(server) };
    } catch (error) {
      if (left === 0 || !isTaken(error)) throw error;
    }
  }
}

/** A port that is free at this moment. Where it can be, `holdPort` is better. */
export async function freePort(host: string): Promise<number> {
  const { port, release } = await holdPort(host);
  await release();
  return port;
}

async function listenAt(port: number, host: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}
