import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newServerCertificate } from '@sallyport/simulators/certificates';
import { HubClient, tokenEndpointAt } from './index.ts';

interface Planned {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** What the server answers next, and what it was asked. */
let planned: Planned[] = [];
let asked: {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}[] = [];
let tokens = 0;
let tokenSeconds = 3_600;
let server: Server;
let url: string;
let ca: string;
let waited: number[] = [];
const clients: HubClient[] = [];

beforeAll(async () => {
  const tls = await newServerCertificate('localhost');
  ca = tls.caPem;
  server = createServer({ cert: tls.cert, key: tls.key }, async (request, response) => {
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const isToken = request.url === '/tenant/oauth2/v2.0/token';
    if (!isToken)
      asked.push({
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body,
      });
    const answer: Planned = isToken ? tokenAnswer(body) : (planned.shift() ?? { status: 200, body: {} });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(
      answer.body === undefined
        ? undefined
        : typeof answer.body === 'string'
          ? answer.body
          : JSON.stringify(answer.body),
    );
  }).listen(0, 'localhost');
  await once(server, 'listening');
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  planned = [];
  asked = [];
  tokens = 0;
  tokenSeconds = 3_600;
  waited = [];
});
afterAll(async () => {
  for (const client of clients) client.close();
  server.closeAllConnections();
  server.close();
});

function tokenAnswer(form: string): Planned {
  const given = new URLSearchParams(form);
  if (given.get('client_secret') !== 'right')
    return { status: 401, body: { error: 'invalid_client', error_description: 'The secret is wrong.' } };
  tokens += 1;
  return { status: 200, body: { access_token: `token-${tokens}`, token_type: 'Bearer', expires_in: tokenSeconds } };
}

function client(secret = 'right', trust: { readonly ca?: string } = { ca }): HubClient {
  const made = new HubClient(
    {
      baseUrl: `${url}/`,
      tokenEndpoint: tokenEndpointAt(url, 'tenant'),
      clientId: 'me',
      clientSecret: secret,
      ...trust,
    },
    {
      wait: async (ms) => {
        waited.push(ms);
      },
    },
  );
  clients.push(made);
  return made;
}

describe('tokens', () => {
  test('are asked for once and used until they end, however many call at once', async () => {
    const hub = client();
    await Promise.all([hub.get('/a'), hub.get('/b'), hub.get('/c')]);
    expect(tokens).toBe(1);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-1']));
  });

  test('that are about to end are not used', async () => {
    tokenSeconds = 30;
    const hub = client();
    await hub.get('/a');
    await hub.get('/b');
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('that the hub does not take are replaced once', async () => {
    planned = [{ status: 401 }, { status: 200, body: { ok: true } }];
    expect(await client().get('/a')).toEqual({ ok: true });
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    planned = [{ status: 401 }, { status: 401 }];
    await expect(client().get('/a')).rejects.toMatchObject({ status: 401 });
  });

  test('are refused with the words of the hub, and asked for again at the next call', async () => {
    const hub = client('wrong');
    for (let i = 0; i < 2; i += 1)
      await expect(hub.get('/a')).rejects.toMatchObject({
        name: 'RequestRefused',
        status: 401,
        code: 'invalid_client',
        message: 'The secret is wrong.',
      });
    expect(asked).toEqual([]);
  });

  test('are sent nowhere else', async () => {
    await expect(client().get('https://elsewhere.example/a')).rejects.toThrow(
      'is not sent to https://elsewhere.example',
    );
    await expect(client().get('//elsewhere.example/a')).rejects.toThrow('is not sent to https://elsewhere.example');
  });
});

describe('patience', () => {
  test.each([429, 503])('%i is tried again after the time it names, with the same body', async (status) => {
    planned = [
      { status, headers: { 'retry-after': '2' } },
      { status: 201, body: { id: 'x' } },
    ];
    expect(await client().post('/a', { b: 1 })).toEqual({ id: 'x' });
    expect(waited).toEqual([2_000]);
    expect(asked.map(({ body }) => body)).toEqual(['{"b":1}', '{"b":1}']);
  });

  test('has an end', async () => {
    planned = [{ status: 503, headers: { 'retry-after': '3600' } }];
    await expect(client().get('/a')).rejects.toMatchObject({ status: 503 });
    planned = [{ status: 429 }, { status: 429 }];
    await expect(client().get('/a')).rejects.toMatchObject({ status: 429 });
    expect(asked).toHaveLength(3);
  });
});

describe('answers', () => {
  test('of a collection are followed page by page, at our address whatever the link names', async () => {
    planned = [
      {
        status: 200,
        body: { value: [1, 2], '@odata.nextLink': 'https://public.example/v1.0/users?$skiptoken=b&$top=2' },
      },
      { status: 200, body: { value: [3] } },
    ];
    expect(await client().all('/v1.0/users?$top=2')).toEqual([1, 2, 3]);
    expect(asked.map(({ url: path }) => path)).toEqual(['/v1.0/users?$top=2', '/v1.0/users?$skiptoken=b&$top=2']);
  });

  test('are read no further than wanted', async () => {
    planned = [
      { status: 200, body: { value: [1, 2], '@odata.nextLink': `${url}/next` } },
      { status: 200, body: { value: [3, 4], '@odata.nextLink': `${url}/next` } },
    ];
    expect(await client().all('/a', 3)).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(2);
  });

  test('without a body, or that are text, are what they are', async () => {
    planned = [{ status: 204 }, { status: 200, headers: { 'content-type': 'text/plain' }, body: '17' }];
    expect(await client().post('/a')).toBeUndefined();
    expect(await client().get('/a/$count')).toBe('17');
  });

  test('that refuse become one error with field and request id', async () => {
    const error = {
      code: 'BadRequest',
      message: 'displayName is required.',
      target: 'displayName',
      innerError: { 'request-id': 'r-1', code: 'invalid_request' },
    };
    planned = [{ status: 400, body: { error } }];
    await expect(client().post('/a', {})).rejects.toMatchObject({
      status: 400,
      code: 'BadRequest',
      message: 'displayName is required.',
      field: 'displayName',
      requestId: 'r-1',
    });
    planned = [{ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }];
    await expect(client().get('/a')).rejects.toThrow('answered 502 without saying why');
  });

  test('that are not there are undefined where that is a question', async () => {
    planned = [
      { status: 404, body: { error: { code: 'ResourceNotFound', message: 'No.' } } },
      { status: 403, body: { error: { code: 'x', message: 'No.' } } },
    ];
    expect(await client().find('/a')).toBeUndefined();
    await expect(client().find('/a')).rejects.toMatchObject({ status: 403 });
  });
});

describe('a hub that cannot be reached', () => {
  test('is told from one that refuses', async () => {
    await expect(client('right', {}).get('/a')).rejects.toMatchObject({
      name: 'HubUnreachable',
      message: expect.stringContaining('not trusted'),
    });
    const nobody = new HubClient({
      baseUrl: 'https://localhost:1',
      tokenEndpoint: 'https://localhost:1/t',
      clientId: 'a',
      clientSecret: 'b',
    });
    await expect(nobody.get('/a')).rejects.toMatchObject({
      name: 'HubUnreachable',
      message: expect.stringContaining('Nothing listens'),
    });
    const plain = new HubClient({
      baseUrl: 'http://localhost:1',
      tokenEndpoint: 'http://localhost:1/t',
      clientId: 'a',
      clientSecret: 'b',
    });
    await expect(plain.get('/a')).rejects.toThrow('not https');
  });
});
