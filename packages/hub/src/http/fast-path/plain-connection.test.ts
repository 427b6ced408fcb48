import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { HubError } from '@sallyport/contracts';
import { issueCertificate, newAuthority, type CertificateAndKey } from '../../platform/certificates.ts';
import { createHttpServer, type HttpLimits } from '../http-server.ts';
import type { Caller } from '../route-access.ts';
import { installFastPath } from './fast-path.ts';

const CALLER: Caller = { appId: 'a', displayName: 'Gateway', roles: new Set(['User.Read.All']) };

interface Subject {
  readonly app: FastifyInstance;
  /** Tokens that are known without waiting. */
  readonly known: Set<string>;
  /** What was answered the short way, and the other way. */
  readonly fast: string[];
  readonly ordinary: string[];
  /** Asked at `/later`, and still to be answered. */
  readonly asked: { readonly body: string; answer(json: string): void; fail(): void }[];
}

const opened: FastifyInstance[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

/** `POST /ask` answers the body that it got, `POST /later` when the test says so; a token is good when it says so. */
async function start({
  limits = {},
  tls,
}: {
  limits?: Partial<HttpLimits>;
  tls?: CertificateAndKey;
} = {}): Promise<Subject> {
  const known = new Set(['Bearer good']);
  const [fast, ordinary, asked]: [string[], string[], Subject['asked']] = [[], [], []];
  const authenticator = {
    peek: (authorization: string) => (known.has(authorization) ? CALLER : undefined),
    async authenticate(authorization: string | undefined) {
      await new Promise(setImmediate);
      if (authorization?.startsWith('Bearer good') !== true) throw new HubError('unauthenticated', 'no');
      known.add(authorization);
      return CALLER;
    },
  };
  const app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log: pino({ level: 'silent' }),
    clock: { now: Date.now },
    authenticator,
    limits,
    tls,
  });
  app.server.keepAliveTimeoutBuffer = 0;
  for (const path of ['/ask', '/later']) {
    app.post(path, { config: { access: { kind: 'permission', anyOf: ['User.Read.All'] } } }, (request) => {
      ordinary.push(JSON.stringify(request.body));
      return request.body;
    });
  }
  installFastPath(
    app,
    {
      path: '/ask',
      answer: (_caller, body) => {
        fast.push(String(body));
        return String(body);
      },
    },
    authenticator,
  );
  installFastPath(
    app,
    {
      path: '/later',
      answer: (_caller, body) =>
        new Promise((answer, reject) =>
          asked.push({ body: String(body), answer, fail: () => reject(new Error('no')) }),
        ),
    },
    authenticator,
  );
  opened.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, known, fast, ordinary, asked };
}

const ask = (body: string, more = '', token = 'good'): string =>
  `POST /ask HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

const askLater = (body: string): string => ask(body).replace('/ask', '/later');

/** Until this many have been asked at `/later`. */
async function until({ asked }: Subject, count: number): Promise<void> {
  while (asked.length < count) await new Promise(setImmediate);
}

/** A client, and what it was told until the connection ended. */
interface Client {
  readonly socket: Socket;
  readonly all: Promise<string>;
  /** Once the answers so far end in this. */
  told(end: string): Promise<void>;
}

function listenTo(socket: Socket): Client {
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', () => {});
  const all = once(socket, 'close').then(() => text);
  return {
    socket,
    all,
    async told(end) {
      while (!text.endsWith(end)) await once(socket, 'data');
    },
  };
}

const client = ({ app }: Subject): Client =>
  listenTo(connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' }));

describe('who asks', () => {
  test('with a token that is not known yet waits for it to be verified, and keeps the connection', async () => {
    const hub = await start();
    const { socket, told } = client(hub);
    for (const body of ['1', '2', '3']) {
      socket.write(ask(body, '', 'good as new'));
      await told(`\r\n\r\n${body}`);
    }
    expect(hub.fast).toEqual(['1', '2', '3']);
  });

  test('and hangs up meanwhile troubles nobody', async () => {
    const hub = await start();
    const { socket } = client(hub);
    socket.write(ask('1', '', 'good as new'));
    const [served] = (await once(hub.app.server, 'connection')) as [Socket];
    await once(served, 'pause');
    served.destroy();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([hub.fast, hub.ordinary]).toEqual([[], []]);
  });

  test('sends the next before that, and gets the answers in order', async () => {
    const hub = await start();
    const { socket, told, all } = client(hub);
    socket.write(ask('1', '', 'good as new'));
    const [served] = (await once(hub.app.server, 'connection')) as [Socket];
    await once(served, 'pause');
    socket.write(ask('2', 'Connection: x\r\n'));
    socket.write(ask('3'));
    await told('\r\n\r\n3');
    socket.end();
    expect((await all).match(/\r\n\r\n\d/gu)).toEqual(['\r\n\r\n1', '\r\n\r\n2', '\r\n\r\n3']);
  });

  test('with a token that is not good is refused, and the connection goes on the ordinary way', async () => {
    const hub = await start();
    const { socket, told, all } = client(hub);
    socket.write(ask('1', '', 'bad'));
    await told('}}');
    socket.write(ask('2'));
    await told('\r\n\r\n2');
    socket.end();
    expect(await all).toMatch(/^HTTP\/1.1 401 [^]*HTTP\/1.1 200 /u);
    expect([hub.fast, hub.ordinary]).toEqual([[], ['2']]);
  });
});

describe('a connection', () => {
  test('on which nothing comes is told so after a while', async () => {
    expect(await client(await start({ limits: { headersMs: 50 } })).all).toMatch(/^HTTP\/1.1 408 /u);
  });

  test('on which nothing more comes is ended without a word', async () => {
    const hub = await start({ limits: { keepAliveMs: 50 } });
    const { socket, all } = client(hub);
    socket.write(ask('1'));
    expect(await all).toMatch(/^HTTP\/1.1 200 [^]*\r\n\r\n1$/u);
  });

  test('on which a request gets stuck is told so by Node', async () => {
    const hub = await start({ limits: { headersMs: 50, requestMs: 100, checkEveryMs: 20 } });
    const { socket, all } = client(hub);
    socket.write(ask('12345').slice(0, -2));
    expect(await all).toMatch(/^HTTP\/1.1 408 /u);
  });

  test('that ends behind a request gets its answer', async () => {
    const hub = await start();
    const { socket, all } = client(hub);
    socket.end(ask('1'));
    expect(await all).toMatch(/^HTTP\/1.1 200 [^]*\r\n\r\n1$/u);
    expect(hub.fast).toEqual(['1']);
  });

  test('that ends in the middle of one is told so', async () => {
    const { socket, all } = client(await start());
    socket.end(ask('1').slice(0, 50));
    expect(await all).toMatch(/^HTTP\/1.1 400 /u);
  });

  test('that is reset troubles nobody else', async () => {
    const hub = await start();
    const [first, second] = [client(hub), client(hub)];
    first.socket.write(ask('1'));
    await first.told('\r\n\r\n1');
    first.socket.resetAndDestroy();
    second.socket.write(ask('2'));
    await second.told('\r\n\r\n2');
  });

  test('whose client takes no answers is left to Node, which stops reading', async () => {
    const hub = await start();
    const [near, far] = duplexPair();
    hub.app.server.emit('connection', Object.assign(far, { setTimeout: () => far, destroySoon: () => far.destroy() }));
    const body = JSON.stringify('x'.repeat(8_000));
    for (let i = 0; i < 100; i += 1) near.write(ask(body));
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(hub.fast.length).toBeGreaterThan(0);
    expect(hub.fast.length + hub.ordinary.length).toBeLessThan(50);
    expect(far.writableLength).toBeLessThan(2 * far.writableHighWaterMark);
    let answers = 0;
    near.on('data', (chunk: Buffer) => {
      answers += String(chunk).split('HTTP/1.1 200 OK').length - 1;
    });
    while (answers < 100) await once(near, 'data');
    expect(hub.fast.length + hub.ordinary.length).toBe(100);
    for (const side of [near, far]) side.destroy();
  });
});

describe('an answer that has to be waited for', () => {
  test('comes when it is there, and those of other connections and routes do not wait for it', async () => {
    const hub = await start();
    const [slow, quick] = [client(hub), client(hub)];
    slow.socket.write(askLater('1'));
    await until(hub, 1);
    quick.socket.write(ask('2'));
    await quick.told('\r\n\r\n2');
    quick.socket.write(askLater('3'));
    await until(hub, 2);
    hub.asked[1]?.answer('"three"');
    await quick.told('\r\n\r\n"three"');
    hub.asked[0]?.answer('"one"');
    await slow.told('\r\n\r\n"one"');
    expect([hub.fast, hub.ordinary]).toEqual([['2'], []]);
  });

  test('comes before those to what is sent meanwhile, whoever answers that', async () => {
    const hub = await start();
    const { socket, told, all } = client(hub);
    socket.write(askLater('1'));
    await until(hub, 1);
    socket.write(ask('2', 'Connection: x\r\n'));
    socket.write(ask('3'));
    await new Promise(setImmediate);
    expect([hub.fast, hub.ordinary]).toEqual([[], []]);
    hub.asked[0]?.answer('1');
    await told('\r\n\r\n3');
    socket.end();
    expect((await all).match(/\r\n\r\n\d/gu)).toEqual(['\r\n\r\n1', '\r\n\r\n2', '\r\n\r\n3']);
  });

  test('is given to a client that sends no more, too', async () => {
    const hub = await start();
    const { socket, all } = client(hub);
    socket.end(askLater('1'));
    await until(hub, 1);
    await new Promise(setImmediate);
    hub.asked[0]?.answer('1');
    expect(await all).toMatch(/^HTTP\/1.1 200 [^]*\r\n\r\n1$/u);
  });

  test('that cannot be had is given by the ordinary way', async () => {
    const hub = await start();
    const { socket, told } = client(hub);
    socket.write(askLater('1'));
    await until(hub, 1);
    hub.asked[0]?.fail();
    await told('\r\n\r\n1');
    expect(hub.ordinary).toEqual(['1']);
  });

  test('troubles nobody when its client has hung up', async () => {
    const hub = await start();
    const { socket } = client(hub);
    const [served] = (socket.write(askLater('1')), await once(hub.app.server, 'connection')) as [Socket];
    await until(hub, 1);
    served.destroy();
    hub.asked[0]?.answer('1');
    const other = client(hub);
    other.socket.write(ask('2'));
    await other.told('\r\n\r\n2');
    expect(hub.ordinary).toEqual([]);
  });

  test('is waited for however long it takes', async () => {
    const hub = await start();
    const { socket, told } = client(hub);
    const [served] = (socket.write(askLater('1')), await once(hub.app.server, 'connection')) as [Socket];
    await until(hub, 1);
    served.emit('timeout');
    hub.asked[0]?.answer('1');
    await told('\r\n\r\n1');
    expect(hub.ordinary).toEqual([]);
  });

  test('comes also when the server ends meanwhile, as the last', async () => {
    const hub = await start({ limits: { drainMs: 0, closeMs: 60_000 } });
    const { socket, all } = client(hub);
    socket.write(askLater('1'));
    await until(hub, 1);
    const closed = hub.app.close();
    while (hub.app.server.listening) await new Promise(setImmediate);
    hub.asked[0]?.answer('1');
    expect(await all).toMatch(/^HTTP\/1.1 200 [^]*Connection: close\r\n[^]*\r\n\r\n1$/u);
    await closed;
  });
});

describe('the end of the server', () => {
  test('ends a connection that waits for nothing', async () => {
    const hub = await start({ limits: { drainMs: 0, closeMs: 60_000 } });
    const { socket, told, all } = client(hub);
    socket.write(ask('1'));
    await told('\r\n\r\n1');
    await hub.app.close();
    expect(await all).toMatch(/\r\n\r\n1$/u);
  });

  test('answers a question that was on its way, as the last', async () => {
    const hub = await start({ limits: { drainMs: 60_000, closeMs: 60_000 } });
    const { socket, told, all } = client(hub);
    socket.write(ask('1'));
    await told('\r\n\r\n1');
    const closed = hub.app.close();
    while (hub.app.server.listening) await new Promise(setImmediate);
    socket.write(ask('2'));
    expect(await all).toMatch(/connection: close\r\n[^]*\r\n\r\n2$/u);
    await closed;
    expect([hub.fast, hub.ordinary]).toEqual([['1'], ['2']]);
  });
});

describe('over TLS', () => {
  const now = Date.now();
  const secure = async (): Promise<Subject> => {
    const authority = await newAuthority('Test', now, 1);
    const tls = await issueCertificate(authority, {
      commonName: 'localhost',
      names: [{ type: 'ip', value: '127.0.0.1' }],
      now,
      days: 1,
    });
    return start({ tls });
  };
  const tlsClient = ({ app }: Subject): Client =>
    listenTo(
      connectTls({
        port: (app.server.address() as AddressInfo).port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
      }),
    );

  test('questions are answered the same way', async () => {
    const hub = await secure();
    const { socket, told } = tlsClient(hub);
    for (const body of ['1', '2']) {
      socket.write(ask(body));
      await told(`\r\n\r\n${body}`);
    }
    expect(hub.fast).toEqual(['1', '2']);
  });

  test('requests in several records of one packet keep their order, whoever answers them', async () => {
    const hub = await secure();
    const { socket, told, all } = tlsClient(hub);
    await once(socket, 'secureConnect');
    // Each write is a record; those of one turn travel together and are unpacked in one go.
    for (const [body, more] of [
      ['1', ''],
      ['2', 'Connection: x\r\n'],
      ['3', ''],
      ['4', ''],
    ] as const)
      socket.write(ask(body, more));
    await told('\r\n\r\n4');
    socket.end();
    expect((await all).match(/\r\n\r\n\d/gu)).toEqual(['\r\n\r\n1', '\r\n\r\n2', '\r\n\r\n3', '\r\n\r\n4']);
    expect([hub.fast, hub.ordinary]).toEqual([['1'], ['2', '3', '4']]);
  });
});
