import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * A port that is free at this moment. For "port 0": the address of the hub goes into its certificate and its
 * tokens, so it has to be known before anything listens.
 */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
