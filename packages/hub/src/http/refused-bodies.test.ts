import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttpServer } from './http-server.ts';
import type { RouteAccess } from './route-access.ts';

const access: RouteAccess = { kind: 'public', why: 'a test' };
const app = createHttpServer({
  behindProxy: false,
  hsts: false,
  clock: { now: () => 0 },
  log: pino({ level: 'silent' }),
  limits: { bodyBytes: 1000 },
  authenticator: {
    authenticate: () => {
      throw new Error('nothing here needs a token');
    },
  },
});
app.post('/echo', { config: { access } }, async (request) => request.body);
app.post('/any-text', { config: { access, anyText: true } }, async () => ({}));
app.post(
  '/vendor',
  { onRequest: async () => undefined, config: { access: { kind: 'webhook' } } },
  async (request) => request.body,
);
app.post('/checked', { config: { access } }, async (request) =>
  z.strictObject({ priority: z.int().min(1), name: z.string().optional() }).parse(request.body),
);
afterAll(() => app.close());

async function refusal(
  url: string,
  payload: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; target?: string; message: string }> {
  const answer = await app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const { error } = answer.json();
  return { status: answer.statusCode, target: error.target, message: error.message };
}

test('a body that is too large is told how large one may be', async () => {
  expect(await refusal('/echo', JSON.stringify('x'.repeat(1000)))).toMatchObject({
    status: 413,
    message: 'The body is larger than the 1000 bytes that this route takes.',
  });
});

test('a client that is still sending a body that is too large gets the answer, and may ask again on its connection', async () => {
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  const head = (bytes: number, connection: string): string =>
    `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\nConnection: ${connection}\r\n\r\n`;
  socket.write(head(8_000_000, 'keep-alive'));
  socket.write(Buffer.alloc(8_000_000, ' '));
  socket.write(`${head(2, 'close')}{}`);
  expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
});

test('a body of another type is told the right one', async () => {
  expect(await refusal('/echo', '<x/>', { 'content-type': 'application/xml' })).toMatchObject({
    status: 415,
    target: 'Content-Type',
    message: expect.stringContaining('send application/json'),
  });
});

test('the type of a body that is not there is nothing to refuse', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
    expect(
      (await app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': type, 'content-length': '0' } }))
        .statusCode,
    ).toBe(200);
  }
});

test('a packed body is not taken for broken JSON', async () => {
  expect(await refusal('/echo', 'xxxx', { 'content-encoding': 'gzip' })).toMatchObject({
    status: 415,
    target: 'Content-Encoding',
  });
  expect(
    (
      await app.inject({
        method: 'POST',
        url: '/echo',
        payload: '{}',
        headers: { 'content-type': 'application/json', 'content-encoding': 'identity' },
      })
    ).statusCode,
  ).toBe(200);
});

test.each([
  [{}, 'priority', 'priority is required.'],
  [{ priority: 0 }, 'priority', 'priority must be at least 1.'],
  [{ priority: 1, colour: 'red' }, 'colour', '"colour" is not known here; known are priority, name.'],
  [{ name: 5 }, 'priority', 'priority is required (and 1 more: name).'],
  [[], undefined, 'The body must be an object.'],
])('%j is refused in words, with its field', async (body, target, message) => {
  expect(await refusal('/checked', JSON.stringify(body))).toEqual({ status: 400, target, message });
});

test.each([
  ['{"a":{"b":[{"c":1,"c":1}]}}', 'a.b[0].c'],
  ['{"displayName":"x","display\\u004eame":"y"}', 'displayName'],
])('%s is refused at the member that is there twice', async (payload, target) => {
  for (const url of ['/echo', '/any-text'])
    expect(await refusal(url, payload)).toEqual({
      status: 400,
      target,
      message: `The member ${target} is there twice; send each member of an object once.`,
    });
  expect(
    (await app.inject({ method: 'POST', url: '/vendor', payload, headers: { 'content-type': 'application/json' } }))
      .statusCode,
  ).toBe(200);
});

test.each([
  ['{"a":["x","\\u0000"]}', 'a[1]'],
  ['{"a":{"b":"\\ud83d"}}', 'a.b'],
  ['{"a":{"b":"\\udd11\\ud83d"}}', 'a.b'],
  ['{"a":{"\\u0000":1}}', 'a'],
])('%s holds what PostgreSQL cannot store, and is refused with its place', async (payload, target) => {
  expect(await refusal('/echo', payload)).toMatchObject({
    status: 400,
    target,
    message: expect.stringContaining('U+0000'),
  });
  for (const url of ['/any-text', '/vendor'])
    expect(
      (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })).statusCode,
    ).toBe(200);
});

test('other escapes are texts like any other', async () => {
  expect(
    (
      await app.inject({
        method: 'POST',
        url: '/echo',
        payload: '{"a":"\\ud83d\\udd11 \\\\u0000 \\u00e9"}',
        headers: { 'content-type': 'application/json' },
      })
    ).json(),
  ).toEqual({ a: '\u{1F511} \\u0000 é' });
});
