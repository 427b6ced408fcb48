import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HubError } from '@sallyport/contracts';
import type { Authenticator } from '../access-guard.ts';
import { createHttpServer } from '../http-server.ts';
import { DeviceCertificates } from './device-certificate.ts';
import { accessRoutes } from './routes.ts';
import { fakeDecider, PHONE } from './testing.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');
const QUESTION = {
  subject: { type: 'user', id: 'alice@example.com', properties: { device_id: PHONE } }, action: { name: 'access' }, resource: { type: 'application', id: 'Exchange' },
};
const HEADERS = { authorization: 'Bearer good', 'content-type': 'application/json' };

const decider = fakeDecider();
let answeredFast = 0;
let fast: FastifyInstance;
let ordinary: FastifyInstance;

async function start(withFastPath: boolean): Promise<FastifyInstance> {
  const clock = { now: () => NOW };
  const authenticator: Authenticator = {
    peek: (authorization) => (authorization === 'Bearer good' ? { appId: 'a', displayName: 'Gateway', roles: new Set(['Sallyport.Access.Evaluate']) } : undefined),
    authenticate: async (authorization: string | undefined) => {
      if (authorization !== 'Bearer good' && authorization !== 'Bearer weak') throw new HubError('unauthenticated', 'no');
      return { appId: 'a', displayName: 'Gateway', roles: new Set(authorization === 'Bearer good' ? ['Sallyport.Access.Evaluate'] : []) };
    },
  };
  const app = createHttpServer({ behindProxy: false, hsts: false, log: pino({ level: 'silent' }), authenticator, clock });
  const certificates = new DeviceCertificates([]);
  app.register(accessRoutes({
    decider, clock, baseUrl: 'https://hub.example.test', certificates: () => certificates,
    ...(withFastPath ? { authenticator, onAnswered: () => { answeredFast += 1; } } : {}),
  }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app;
}

beforeAll(async () => { [fast, ordinary] = [await start(true), await start(false)]; });
afterAll(async () => { await Promise.all([fast.close(), ordinary.close()]); });
beforeEach(() => {
  answeredFast = 0;
  decider.blocked.clear();
});

interface Reply { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: unknown }

async function send(app: FastifyInstance, body: string | Buffer, headers: Record<string, string>, method = 'POST'): Promise<Reply> {
  const { port } = app.server.address() as AddressInfo;
  const request = httpRequest({ host: '127.0.0.1', port, path: '/access/v1/evaluation', method, agent: false, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } });
  request.end(body);
  const [response] = await once(request, 'response') as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? undefined : withoutIds(JSON.parse(text)) };
}

/** Ids of requests differ, as they should. */
function withoutIds(body: { error?: { innerError?: unknown } }): unknown {
  if (body.error !== undefined) delete body.error.innerError;
  return body;
}

describe('the short way answers what the ordinary way answers', () => {
  test.each([
    ['a grant', JSON.stringify(QUESTION), {}, true],
    ['in another language', JSON.stringify({ ...QUESTION, context: { language: 'sv' } }), {}, true],
    ['a stranger', JSON.stringify({ ...QUESTION, subject: { type: 'user', id: 'åsa@example.com' } }), {}, true],
    ['a request id', JSON.stringify(QUESTION), { 'x-request-id': 'abc-1' }, true],
    ['a charset', JSON.stringify(QUESTION), { 'content-type': 'application/json; charset=utf-8' }, true],
    ['another spelling of the type', JSON.stringify(QUESTION), { 'content-type': 'application/JSON;charset="UTF-8"' }, false],
    ['a client id', JSON.stringify(QUESTION), { 'client-request-id': 'x' }, false],
    ['a broken body', '{"subject":', {}, false],
    ['a missing field', '{"subject":{"type":"user","id":"x"}}', {}, false],
    ['a hostile body', '{"__proto__":{"subject":1}}', {}, false],
    ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), {}, false],
    ['an empty body', '', {}, false],
    ['a body beyond the limit', JSON.stringify({ ...QUESTION, context: { x: 'y'.repeat(70_000) } }), {}, false],
    ['a large body', JSON.stringify({ ...QUESTION, context: { x: 'y'.repeat(60_000) } }), {}, true],
    ['no token', JSON.stringify(QUESTION), { authorization: '' }, false],
    ['a bad token', JSON.stringify(QUESTION), { authorization: 'Bearer bad' }, false],
    ['a token without the permission', JSON.stringify(QUESTION), { authorization: 'Bearer weak' }, false],
    ['another type', JSON.stringify(QUESTION), { 'content-type': 'text/plain' }, false],
  ] as const)('%s', async (_, body, headers, isFast) => {
    const [short, long] = [await send(fast, body, { ...HEADERS, ...headers }), await send(ordinary, body, { ...HEADERS, ...headers })];
    expect(short.status).toBe(long.status);
    expect(short.body).toEqual(long.body);
    for (const name of ['content-type', 'cache-control', 'x-content-type-options', 'x-request-id', 'www-authenticate', 'client-request-id']) expect(short.headers[name], name).toBe(long.headers[name]);
    expect(short.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/u);
    expect(answeredFast).toBe(isFast ? 1 : 0);
  });

  test('a remembered question is decided anew', async () => {
    const ask = async () => (await send(fast, JSON.stringify(QUESTION), HEADERS)).body;
    expect(await ask()).toMatchObject({ decision: true });
    decider.blocked.add(PHONE);
    expect(await ask()).toMatchObject({ decision: false });
    decider.blocked.clear();
    expect(await ask()).toMatchObject({ decision: true });
  });

  test('another method goes the ordinary way', async () => {
    expect((await send(fast, JSON.stringify(QUESTION), HEADERS, 'PUT')).status).toBe(405);
  });

  test('two Authorization headers are refused', async () => {
    const { port } = fast.server.address() as AddressInfo;
    const body = JSON.stringify(QUESTION);
    const socket = connect(port, '127.0.0.1');
    socket.end(`POST /access/v1/evaluation HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer good\r\nAuthorization: Bearer bad\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1.1 400 /u);
  });
});

test('a connection serves many questions, also when they are sent without waiting', async () => {
  const { port } = fast.server.address() as AddressInfo;
  const body = JSON.stringify(QUESTION);
  const one = `POST /access/v1/evaluation HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  const socket = connect(port, '127.0.0.1');
  socket.write(`${one}\r\n${body}${one}\r\n${body}${one}Connection: close\r\n\r\n${body}`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text.match(/HTTP\/1.1 200 OK/gu)).toHaveLength(3);
  expect(answeredFast).toBe(3);
});
