import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, holdPort } from './free-port.ts';

async function listen(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

test("a held port is nobody else's until it is released", async () => {
  const held = await holdPort('127.0.0.1');
  await expect(listen(held.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await held.release();
  await held.release();
  await listen(held.port);
});

test('a free port is none that the system gives to others of itself', async () => {
  const port = await freePort('127.0.0.1');
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThan(32_768);
  await listen(port);
});

test('a host that is not of this machine is said at once', async () => {
  await expect(holdPort('192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
});
