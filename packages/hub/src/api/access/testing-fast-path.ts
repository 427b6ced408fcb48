import { type Duplex, duplexPair } from 'node:stream';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from '../../http/http-server.ts';
import { knownCallers } from '../../http/testing-authenticator.ts';
import { DeviceCertificates } from '../../evidence/device-certificate.ts';
import { accessRoutes } from './routes.ts';
import { fakeDecider, PHONE, type FakeDecider } from './testing.ts';

/** For tests only: the same hub twice, with the short way and without, and one way of talking to both byte by byte. */

export const QUESTION = {
  subject: { type: 'user', id: 'alice@example.com', properties: { device_id: PHONE } },
  action: { name: 'access' },
  resource: { type: 'application', id: 'Exchange' },
};

export interface Twin {
  readonly app: FastifyInstance;
  /** How many questions were answered the short way. */
  fast: number;
}

const authenticator = knownCallers({
  'Bearer good': { appId: 'a', displayName: 'Gateway', roles: new Set(['Sallyport.Access.Evaluate']) },
  'Bearer weak': { appId: 'b', displayName: 'Other', roles: new Set() },
});

export async function startTwin(withFastPath: boolean, decider: FakeDecider = fakeDecider()): Promise<Twin> {
  const clock = { now: () => Date.parse('2026-12-01T00:00:00Z') };
  const app = createHttpServer({
    behindProxy: false,
    hsts: true,
    log: pino({ level: 'silent' }),
    authenticator,
    clock,
  });
  const twin: Twin = { app, fast: 0 };
  const certificates = new DeviceCertificates([]);
  app.register(
    accessRoutes({
      decider,
      clock,
      baseUrl: 'https://hub.example.test',
      trustSets: { get: () => certificates },
      ...(withFastPath
        ? {
            authenticator,
            onAnswered: () => {
              twin.fast += 1;
            },
          }
        : {}),
    }),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  return twin;
}

const TURNS = 10;

/** Ends every conversation: the answer to it is the last. */
export const GOODBYE = 'GET /goodbye HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

/**
 * What a server says to these pieces, each of which arrives by itself and after all was said to those before it, on a
 * connection in memory: there pieces stay as they were cut. Ids and times are taken out, in which two servers must differ.
 */
export async function converse({ app }: Twin, pieces: readonly (string | Buffer)[]): Promise<readonly string[]> {
  const [client, server] = duplexPair();
  app.server.emit(
    'connection',
    Object.assign(server, { setTimeout: () => server, destroySoon: () => server.destroy() }),
  );
  // A server that has hung up is no fault of the conversation.
  for (const side of [client, server]) side.on('error', () => {});
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const ended = new Promise((resolve) => client.once('end', resolve).once('close', resolve));
  for (const piece of pieces) await Promise.race([ended, arrival(client, piece).then(settled)]);
  await ended;
  server.destroy();
  return answersIn(text);
}

function arrival(client: Duplex, piece: string | Buffer): Promise<unknown> {
  return new Promise((resolve) =>
    client.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece, resolve),
  );
}

/** Nothing is waited for but other code of this process, which is done after a few turns. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise(setImmediate);
}

/** One text an answer, its fields in the order of their names. */
function answersIn(text: string): string[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/u).map((answer) => {
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
    const [status = '', ...fields] = head.split('\r\n');
    const same = fields
      .filter((field) => !/^date:/iu.test(field))
      .map((field) => field.replace(/^request-id: [0-9a-f-]{36}$/u, 'request-id: an id'))
      .toSorted();
    return [status, ...same, '', body.replace(/"innerError":\{[^}]*\}/u, '"innerError":{}')].join('\n');
  });
}
