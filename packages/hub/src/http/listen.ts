import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Listeners beside a server's own, which hand it their connections. */
const others = new WeakMap<FastifyInstance['server'], Server[]>();

/**
 * Listens on every address of a host: `localhost` may be 127.0.0.1 and ::1. Fastify would make a server of its
 * own for the second address, whose requests its `close` does not wait for; here all connections go to the one
 * server.
 */
export async function listenOn(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  addressesOf: (host: string) => Promise<readonly string[]> = allAddresses,
): Promise<void> {
  const [first, ...rest] = new Set(await addressesOf(host));
  if (first === undefined) throw new Error(`The name ${host} has no address to listen on.`);
  await app.listen({ host: first, port });
  const address = app.server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  others.set(app.server, (await Promise.all(rest.map((other) => forward(app, other, chosen)))).flat());
}

/** Lets nobody new in, and leaves the connections that there are; the close of `node:http` would end idle ones too. */
export function stopListening(server: FastifyInstance['server']): void {
  for (const other of others.get(server) ?? []) other.close();
  Server.prototype.close.call(server);
}

async function allAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Empty where the address cannot be listened on: a name may have one that the machine lacks, such as ::1 without IPv6. */
async function forward(app: FastifyInstance, host: string, port: number): Promise<readonly Server[]> {
  const server = createServer((socket) => app.server.emit('connection', socket));
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return [server];
  } catch (error) {
    app.log.warn({ err: error, address: host }, 'an address of the host cannot be listened on');
    return [];
  }
}
