import { once } from 'node:events';
import { connect } from 'node:net';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { listenOn } from './listen.ts';

function newServer() {
  return createHttpServer({
    behindProxy: false,
    hsts: false,
    clock: { now: () => 0 },
    log: pino({ level: 'silent' }),
    limits: { drainMs: 20 },
    authenticator: { authenticate: () => Promise.reject(new Error('nobody asks')) },
  });
}

test('a host with two addresses is listened on at both, and close waits for the answers on both', async () => {
  const app = newServer();
  let release = (): void => {};
  let asked = 0;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const bothAsked = Promise.withResolvers<void>();
  app.get('/slow', { config: { access: { kind: 'public', why: 'test' } } }, async () => {
    asked += 1;
    if (asked === 2) bothAsked.resolve();
    await released;
    return 'answered';
  });
  await listenOn(app, { host: 'two.example', port: 0 }, () => Promise.resolve(['127.0.0.1', '127.0.0.2']));
  const { port } = app.server.address() as { port: number };
  const answers = ['127.0.0.1', '127.0.0.2'].map(async (address) =>
    (await fetch(`http://${address}:${port}/slow`)).text(),
  );
  await bothAsked.promise;
  const closed = app.close();
  release();
  expect(await Promise.all(answers)).toEqual(['answered', 'answered']);
  await closed;
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const [error] = (await once(connect(port, address), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
});

test('an address that the machine lacks is left out', async () => {
  const app = newServer();
  await listenOn(app, { host: 'two.example', port: 0 }, () => Promise.resolve(['127.0.0.1', '192.0.2.1']));
  await app.close();
});
