import { connect } from 'node:net';
import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { StoreBusy, UnkeepableText } from '../store/store.ts';
import { createHttpServer, type HttpLimits, type HttpServerOptions } from './http-server.ts';
import type { Caller, RouteAccess } from './route-access.ts';
import { routeTable } from './route-table.ts';

const PUBLIC = { access: { kind: 'public', why: 'a test' } as RouteAccess };
const READ: RouteAccess = { kind: 'permission', anyOf: ['User.Read.All', 'User.ReadWrite.All'] };

const callers: Readonly<Record<string, Caller>> = {
  'Bearer reader': { appId: 'a', displayName: 'Reader', roles: new Set(['User.Read.All']) },
  'Bearer other': { appId: 'b', displayName: 'Other', roles: new Set(['Group.Read.All']) },
  'Bearer partner': { appId: 'c', displayName: 'Vendor', roles: new Set(['update_device_health']), connectorId: 'k' },
  'Bearer unbound': { appId: 'd', displayName: 'Unbound', roles: new Set(['update_device_health']) },
};

const opened: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

function newServer(
  limits: Partial<HttpLimits> = {},
  log = pino({ level: 'silent' }),
  options: Partial<HttpServerOptions> = {},
): FastifyInstance {
  const app = createHttpServer({
    behindProxy: false,
    hsts: true,
    ...options,
    clock: { now: () => Date.UTC(2026, 0, 2) },
    limits,
    log,
    authenticator: {
      async authenticate(authorization) {
        const caller = callers[authorization ?? ''];
        if (caller === undefined) throw new HubError('unauthenticated', 'No valid token was sent.');
        return caller;
      },
    },
  });
  opened.push(app);
  return app;
}

function echoServer(limits: Partial<HttpLimits> = {}) {
  const app = newServer(limits);
  app.post('/echo', { config: PUBLIC }, async (request) => ({ body: request.body ?? null }));
  return app;
}

const postJson = (payload: string | Buffer, headers = {}) =>
  ({ method: 'POST', url: '/echo', payload, headers: { 'content-type': 'application/json', ...headers } }) as const;

describe('routes say who may call them', () => {
  test('a route without config.access is refused when it is added', () => {
    expect(() => newServer().get('/open', () => 'x')).toThrow(/GET \/open does not say who may call it/);
  });

  test('a permission route without permissions is refused', () => {
    expect(() =>
      newServer().get('/open', { config: { access: { kind: 'permission', anyOf: [] } } }, () => 'x'),
    ).toThrow(/anyOf is empty/);
  });

  test.each(['door', 'webhook'] as const)('a %s route that checks nothing itself is refused', (kind) => {
    expect(() => newServer().get('/open', { config: { access: { kind } } }, () => 'x')).toThrow(
      /must check its credentials/,
    );
    expect(() =>
      newServer().get('/ok', { config: { access: { kind } }, preHandler: async () => {} }, () => 'x'),
    ).not.toThrow();
  });

  test('the route table lists method, path and access once', async () => {
    const app = newServer();
    app.register(
      async (scope) => {
        scope.get('/users/:id', { config: { access: READ } }, () => 'x');
      },
      { prefix: '/v1.0' },
    );
    await app.ready();
    expect(routeTable(app)).toEqual([
      { method: 'GET', path: '/v1.0/users/:id', access: READ, doc: undefined, head: true, stream: false },
    ]);
  });
});

describe('access', () => {
  function guarded() {
    const app = newServer();
    app.get('/users', { config: { access: READ } }, (request) => ({ who: request.caller?.displayName }));
    app.post('/partner', { config: { access: { kind: 'partner' } } }, (request) => ({
      connector: request.caller?.connectorId,
    }));
    return app;
  }

  test('a caller with one of the permissions gets in', async () => {
    const answer = await guarded().inject({ url: '/users', headers: { authorization: 'Bearer reader' } });
    expect(answer.json()).toEqual({ who: 'Reader' });
  });

  test('no token is 401 with a plain challenge and the envelope', async () => {
    const answer = await guarded().inject({ url: '/users' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json().error).toMatchObject({
      code: 'InvalidAuthenticationToken',
      innerError: { date: '2026-01-02T00:00:00.000Z', 'request-id': answer.headers['request-id'] },
    });
  });

  test('a bad token is 401 invalid_token', async () => {
    const answer = await guarded().inject({ url: '/users', headers: { authorization: 'Bearer nonsense' } });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  test('a missing permission is 403 and names what would do', async () => {
    const answer = await guarded().inject({ url: '/users', headers: { authorization: 'Bearer other' } });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().error.code).toBe('Authorization_RequestDenied');
    expect(answer.json().error.message).toContain('User.Read.All, User.ReadWrite.All');
  });

  test('a partner route wants the permission and a bound connector', async () => {
    const call = (authorization: string) =>
      guarded().inject({ method: 'POST', url: '/partner', headers: { authorization } });
    expect((await call('Bearer partner')).json()).toEqual({ connector: 'k' });
    expect((await call('Bearer reader')).statusCode).toBe(403);
    expect((await call('Bearer unbound')).json().error.message).toContain('mobileThreatDefenseConnectorId');
  });

  test('the body is not even read for who may not call', async () => {
    const answer = await guarded().inject({
      method: 'POST',
      url: '/partner',
      payload: '{broken',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(401);
  });

  test('HEAD needs what GET needs', async () => {
    expect((await guarded().inject({ method: 'HEAD', url: '/users' })).statusCode).toBe(401);
  });
});

describe('bodies', () => {
  test('JSON of any json type is read, an empty one is no body', async () => {
    expect((await echoServer().inject(postJson('{"a":[1]}'))).json()).toEqual({ body: { a: [1] } });
    expect(
      (
        await echoServer().inject(
          postJson('{"a":1}', { 'content-type': 'application/json;odata.metadata=minimal; charset=UTF-8' }),
        )
      ).json(),
    ).toEqual({ body: { a: 1 } });
    expect((await echoServer().inject(postJson('[]', { 'content-type': 'application/scim+json' }))).json()).toEqual({
      body: [],
    });
    expect((await echoServer().inject(postJson(''))).json()).toEqual({ body: null });
  });

  test('a fault in JSON is named by its place', async () => {
    const answer = await echoServer().inject(postJson('{\n  "a": 1,\n  "b": tru\n}'));
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code: 'BadRequest', innerError: { code: 'invalid_json' } });
    expect(answer.json().error.message).toContain('line 3, column 8 (position 19)');
  });

  test('JSON that is nested too deep is refused, also by the ten thousands', async () => {
    for (const depth of [33, 200_000]) {
      const answer = await echoServer().inject(postJson('['.repeat(depth) + ']'.repeat(depth)));
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error.message).toContain('deeper than 32');
    }
    expect((await echoServer().inject(postJson('['.repeat(32) + ']'.repeat(32)))).statusCode).toBe(200);
  });

  test.each(['{"a":{"__proto__":{"x":1}}}', '{"a":{"\\u005f_proto__":1}}', '{"a":{"constructor":{"prototype":{}}}}'])(
    'refuses %s and names the field',
    async (body) => {
      const answer = await echoServer().inject(postJson(body));
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error.target).toMatch(/^a\./);
    },
  );

  test.each([
    ['another charset', 'application/json; charset=utf-16', '{}', 415],
    ['no JSON at all', 'text/plain', 'hello', 415],
    ['XML', 'application/xml', '<a/>', 415],
    ['a form', 'application/x-www-form-urlencoded', 'a=1', 415],
    ['a type that only begins alike', 'application/jsonp', '{}', 415],
    ['a type that makes no sense', '///', '{}', 415],
  ])('%s is refused', async (_name, type, body, status) => {
    const answer = await echoServer().inject(postJson(body, { 'content-type': type }));
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error.target).toBe('Content-Type');
  });

  test('bytes that are not UTF-8 are refused', async () => {
    const answer = await echoServer().inject(postJson(Buffer.from([0x22, 0xff, 0xfe, 0x22])));
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain('UTF-8');
  });

  test('a body larger than the limit is 413', async () => {
    const answer = await echoServer({ bodyBytes: 1000 }).inject(postJson(JSON.stringify('x'.repeat(1000))));
    expect(answer.statusCode).toBe(413);
  });
});

describe('errors', () => {
  function failing(error: unknown, log = pino({ level: 'silent' })) {
    const app = newServer({}, log);
    app.get('/fail', { config: PUBLIC }, async () => {
      throw error;
    });
    return app;
  }

  test('a field is in the message and in target', async () => {
    const answer = await failing(
      new HubError('invalid_request', 'must be a GUID.', { field: 'conditions.users[0]' }),
    ).inject('/fail');
    expect(answer.json().error).toMatchObject({
      code: 'BadRequest',
      message: 'conditions.users[0]: must be a GUID.',
      target: 'conditions.users[0]',
    });
  });

  test('a failed zod schema names the field and counts the others', async () => {
    const { error } = z
      .object({ a: z.array(z.object({ b: z.string() })), c: z.number() })
      .safeParse({ a: [{ b: 1 }], c: 'x' });
    const answer = await failing(error).inject('/fail');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.target).toBe('a[0].b');
    expect(answer.json().error.message).toContain('1 more: c');
  });

  test("a text that the database cannot keep is the caller's to mend", async () => {
    const answer = await failing(new UnkeepableText(new Error('invalid byte sequence'))).inject('/fail');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain('U+0000');
  });

  test('a busy store is 503 with Retry-After', async () => {
    const answer = await failing(new StoreBusy('disk full: /secret/path', 7)).inject('/fail');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('7');
    expect(answer.body).not.toContain('/secret/path');
  });

  test('a fault of ours is 500 without details, and logged with its cause', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const answer = await failing(new Error('password is hunter2', { cause: new Error('the cause') }), log).inject(
      '/fail',
    );
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error.code).toBe('generalException');
    expect(answer.body).not.toContain('hunter2');
    expect(lines.join('')).toContain('the cause');
  });

  test('an unknown route is 404, a wrong method 405 with Allow', async () => {
    const app = newServer();
    app.get('/users/:id', { config: PUBLIC }, () => 'x');
    app.patch('/users/:id', { config: PUBLIC }, () => 'x');
    expect((await app.inject('/nothing?secret=1')).statusCode).toBe(404);
    const wrong = await app.inject({ method: 'DELETE', url: '/users/1?x=/' });
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers['allow']).toBe('GET, HEAD, PATCH');
  });

  test('HEAD is not allowed where it is not served', async () => {
    const app = newServer();
    app.get('/endless', { config: PUBLIC, exposeHeadRoute: false }, () => ({}));
    const answer = await app.inject({ method: 'HEAD', url: '/endless' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET']);
  });

  test.each(['/%ff', '/users/%', `/users/${'x'.repeat(600)}`])(
    'an unreadable path %s is a 4xx envelope',
    async (url) => {
      const app = newServer();
      app.get('/users/:id', { config: PUBLIC }, () => 'x');
      const answer = await app.inject(url);
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.json().error.code).toBeDefined();
    },
  );
});

describe('headers', () => {
  test('ids of the caller are echoed when harmless', async () => {
    const answer = await echoServer().inject(
      postJson('{}', { 'client-request-id': 'abc-123', 'x-request-id': 'trace.7' }),
    );
    expect(answer.headers).toMatchObject({ 'client-request-id': 'abc-123', 'x-request-id': 'trace.7' });
    expect(answer.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('ids that could do harm are not', async () => {
    const answer = await echoServer().inject(
      postJson('{}', { 'client-request-id': '<script>', 'x-request-id': 'x'.repeat(1_025) }),
    );
    expect(answer.headers['client-request-id']).toBeUndefined();
    expect(answer.headers['x-request-id']).toBeUndefined();
    expect(
      (await echoServer().inject(postJson('{}', { 'x-request-id': 'a\u00c4' }))).headers['x-request-id'],
    ).toBeUndefined();
  });

  test('every answer carries the security headers, errors too', async () => {
    for (const url of ['/nothing', '/%ff']) {
      expect((await newServer().inject(url)).headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    }
  });
});

test('behind a proxy the address is the last one in X-Forwarded-For; without one the header is not believed', async () => {
  for (const [behindProxy, expected] of [
    [true, '203.0.113.9'],
    [false, '127.0.0.1'],
  ] as const) {
    const app = newServer({}, undefined, { behindProxy });
    app.get('/who', { config: PUBLIC }, (request) => ({ address: request.ip }));
    const answer = await app.inject({ url: '/who', headers: { 'x-forwarded-for': '10.9.9.9, 203.0.113.9' } });
    expect(answer.json()).toEqual({ address: expected });
  }
});

test('an address is brought into our spelling, and told of as it was written', async () => {
  const app = newServer({}, undefined, { rewriteUrl: (url) => url.replace("('1')", '/1') });
  app.get('/users/:id', { config: PUBLIC }, (request) => request.params);
  expect((await app.inject("/users('1')")).json()).toEqual({ id: '1' });
  expect((await app.inject("/groups('1')")).json().error.message).toContain("/groups('1')");
});

test('a quiet route is logged only when it fails, and a query never', async () => {
  const lines: string[] = [];
  const app = newServer({}, pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }));
  app.get('/quiet', { config: { ...PUBLIC, quiet: true } }, async (request) => {
    if (request.query !== null && Object.keys(request.query as object).length > 0)
      throw new HubError('invalid_request', 'No.');
    return 'x';
  });
  await app.inject('/quiet');
  expect(lines).toEqual([]);
  await app.inject('/quiet?token=hunter2');
  expect(lines.join('')).toContain('"path":"/quiet"');
  expect(lines.join('')).not.toContain('hunter2');
});

describe('the wire', () => {
  async function talk(app: FastifyInstance, ...parts: string[]): Promise<string> {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
    });
    for (const part of parts) socket.write(part);
    await once(socket, 'close');
    return received;
  }

  test('a request that never ends is 408', async () => {
    const app = echoServer({ headersMs: 100, requestMs: 200, checkEveryMs: 50 });
    expect(
      await talk(
        app,
        'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
      ),
    ).toMatch(/^HTTP\/1.1 408 /);
  });

  test('headers without end are 431', async () => {
    expect(await talk(echoServer(), `GET / HTTP/1.1\r\nX: ${'x'.repeat(50_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });

  test('what is not HTTP is 400', async () => {
    expect(await talk(echoServer(), 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('two lengths of one body are refused', async () => {
    expect(
      await talk(
        echoServer(),
        'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      ),
    ).toMatch(/^HTTP\/1.1 400 /);
  });

  test.each([
    ['two hosts', 'Host: x\r\nhost: y\r\n', 400],
    ['the same host twice', 'Host: x\r\nHost: x\r\n', 400],
    ['a host that is none', 'Host: x/y\r\n', 400],
    ['a host with a name of somebody', 'Host: me@x\r\n', 400],
    ['no host', '', 400],
    ['an empty host', 'Host: \r\n', 404],
    ['a host with a port', 'Host: hub.example:8443\r\n', 404],
    ['an address', 'Host: [2001:db8::1]:8443\r\n', 404],
  ] as const)('%s', async (_, fields, status) => {
    expect(await talk(echoServer(), `GET /nothing HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`)).toMatch(
      new RegExp(`^HTTP/1.1 ${status} `),
    );
  });

  test('two Authorization headers are refused', async () => {
    const app = newServer();
    app.get('/users', { config: { access: READ } }, () => 'x');
    const answer = await talk(
      app,
      'GET /users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer reader\r\nAuthorization: Bearer other\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  test('close ends streams and lets an answer under way finish', async () => {
    const app = newServer();
    let release = () => {};
    app.get(
      '/slow',
      { config: PUBLIC },
      () =>
        new Promise((resolve) => {
          release = () => resolve({ done: true });
        }),
    );
    app.get('/stream', { config: { ...PUBLIC, stream: true } }, (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.raw.write(': hello\n\n');
    });
    const base = await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = await fetch(`${base}/stream`);
    const arrived = once(app.server, 'request');
    const slow = fetch(`${base}/slow`);
    await arrived;
    const closed = app.close();
    expect(await stream.text()).toBe(': hello\n\n');
    release();
    expect(await (await slow).json()).toEqual({ done: true });
    await closed;
  });

  test('a request that was on its way on an open connection is answered, and told that it was the last', async () => {
    const app = newServer();
    app.get('/ask', { config: PUBLIC }, () => 'answered');
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
    });
    const ended = once(socket, 'close');
    socket.write('GET /ask HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    received = '';
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    socket.write('GET /ask HTTP/1.1\r\nHost: x\r\n\r\n');
    await ended;
    expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*connection: close\r\n[^]*answered$/i);
    await closed;
  });

  test('a connection on which nothing more comes does not hold up the end for long', async () => {
    const app = newServer({ drainMs: 30 });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await app.close();
    await ended;
  });
});
