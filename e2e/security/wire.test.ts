import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttackedHub } from './attacked-hub.ts';
import { pathOf } from './routes.ts';

/** Tricks with the wire itself: requests within requests, spellings of paths, borrowed addresses. */

let hub: AttackedHub;
beforeAll(async () => {
  hub = await AttackedHub.start();
});
afterAll(() => hub.close());

/** The status of each answer that came back on one connection. */
async function statusesOf(...parts: readonly string[]): Promise<readonly string[]> {
  const received = await hub.talk(parts.join(''));
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1] as string);
}

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;

describe('a request that hides another one gets one refusal', () => {
  const inner = 'GET /v1.0/users HTTP/1.1\r\nHost: x\r\n\r\n';
  const JSON_TYPE = 'Content-Type: application/json';
  test.each([
    [
      'behind a length and chunks',
      lines(
        'POST /access/v1/evaluation HTTP/1.1',
        'Host: x',
        JSON_TYPE,
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
      ) + `0\r\n\r\n${inner}`,
    ],
    [
      'behind chunks and a length',
      lines(
        'POST /access/v1/evaluation HTTP/1.1',
        'Host: x',
        JSON_TYPE,
        'Transfer-Encoding: chunked',
        `Content-Length: ${inner.length}`,
      ) + `0\r\n\r\n${inner}`,
    ],
    [
      'behind two lengths',
      lines(
        'POST /access/v1/evaluation HTTP/1.1',
        'Host: x',
        JSON_TYPE,
        'Content-Length: 0',
        `Content-Length: ${inner.length}`,
      ) + inner,
    ],
    [
      'behind a list of lengths',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, `Content-Length: 0, ${inner.length}`) + inner,
    ],
    [
      'behind a length with a plus',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length: +0') + inner,
    ],
    [
      'behind a length in hex',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length: 0x0') + inner,
    ],
    [
      'behind another coding',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Transfer-Encoding: xchunked') + inner,
    ],
    [
      'behind chunked, twice',
      lines(
        'POST /access/v1/evaluation HTTP/1.1',
        'Host: x',
        JSON_TYPE,
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: identity',
      ) + `0\r\n\r\n${inner}`,
    ],
    [
      'behind a chunk size that is none',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Transfer-Encoding: chunked') +
        `zz\r\n\r\n${inner}`,
    ],
    [
      'behind a space before the colon',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length : 0') + inner,
    ],
    [
      'behind a folded header',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'X: a', ' Content-Length: 0') + inner,
    ],
    [
      'behind a line break alone',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, `X: a\nTransfer-Encoding: chunked`) +
        `0\r\n\r\n${inner}`,
    ],
    [
      'behind a carriage return alone',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, `X: a\rTransfer-Encoding: chunked`) +
        `0\r\n\r\n${inner}`,
    ],
    [
      'behind a zero byte',
      lines('POST /access/v1/evaluation HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length\0: 0') + inner,
    ],
    ['without a Host', lines('GET /v1.0/users HTTP/1.1')],
    ['with two Hosts', lines('GET /v1.0/users HTTP/1.1', 'Host: a', 'Host: b', 'Connection: close')],
    ['of HTTP/2 in clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['that asks to connect through', lines('CONNECT 127.0.0.1:22 HTTP/1.1', 'Host: 127.0.0.1:22')],
    [
      'that asks to upgrade',
      lines('GET /v1.0/users HTTP/1.1', 'Host: x', 'Connection: Upgrade, close', 'Upgrade: websocket'),
    ],
  ])('%s', async (_, bytes) => {
    const statuses = await statusesOf(bytes);
    expect(statuses.length, 'answers').toBeLessThanOrEqual(1);
    for (const status of statuses) expect(status).toMatch(/^4/);
  });

  test('in a refused body is not read as the next request', async () => {
    // Who is refused before the body was read must not have the body taken for requests.
    const statuses = await statusesOf(
      lines(
        'POST /access/v1/evaluation HTTP/1.1',
        'Host: x',
        'Connection: close',
        JSON_TYPE,
        `Content-Length: ${inner.length}`,
      ),
      inner,
    );
    expect(statuses).toEqual(['401']);
  });
});

describe('a path that is written otherwise', () => {
  const spellings: readonly ((path: string) => string)[] = [
    (p) => `/${p}`,
    (p) => `//${p.slice(1)}`,
    (p) => `/.${p}`,
    (p) => `/x/..${p}`,
    (p) => `/%2e${p}`,
    (p) => `/x/%2e%2e${p}`,
    (p) => `/healthz/..${p}`,
    (p) => `/healthz/%2e%2e${p}`,
    (p) => `/healthz/..;${p}`,
    (p) => `${p}/`,
    (p) => `${p}//`,
    (p) => `${p}/.`,
    (p) => `${p}%2f`,
    (p) => `${p};x=y`,
    (p) => `${p}%00`,
    (p) => `${p}%20`,
    (p) => `${p}.json`,
    (p) => `${p}?/healthz`,
    (p) => `${p}#/healthz`,
    (p) => p.toUpperCase(),
    (p) => p.replaceAll('/', '\\'),
    (p) => p.replaceAll('/', '%2f'),
    (p) => p.replaceAll('/', '%252f'),
    (p) => `https://elsewhere.example${p}`,
    (p) => `http://localhost${p}`,
    (p) => `\t${p}`,
    (p) => p.replace(/e/, '%65'),
    (p) => p.replace(/e/, '%u0065'),
    (p) => p.replace(/e/, 'ｅ'),
    (p) => `/v1.0/../v1.0${p}`,
    (p) => `/beta/..${p}`,
    (p) => `/v1.0/$metadata/..${p}`,
    (p) => `/openapi.json/..${p}`,
  ];

  test('lets nobody in without a token', async () => {
    const found: string[] = [];
    for (const route of hub.routes.filter(({ access, method }) => access !== 'public' && method === 'GET')) {
      const paths = spellings.map((spell) => spell(pathOf(route)));
      const statuses = await Promise.all(paths.map(statusOf));
      found.push(...paths.map((path, n) => `${path} ${statuses[n]}`).filter((line) => !/ (?:40[01345])$/.test(line)));
    }
    // What the fragment or the query of a public route says is nothing to the route.
    expect(found).toEqual([]);
  }, 120_000);

  /** Of the path as it is written, without a token. */
  async function statusOf(path: string): Promise<number> {
    // What no client of Node sends is sent on a connection of its own.
    if (/^[\x21-\x7e]+$/.test(path)) return (await hub.call(path, { token: undefined })).status;
    const bytes = Buffer.from(path).toString('latin1');
    return Number((await statusesOf(`GET ${bytes} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))[0]);
  }

  test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'the header %s changes nothing',
    async (name) => {
      const answer = await hub.call('/v1.0/users', { headers: { [name]: 'DELETE' } });
      expect(answer.status).toBe(200);
    },
  );

  test.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix'])(
    'the header %s changes nothing',
    async (name) => {
      expect((await hub.call('/v1.0/users', { token: undefined, headers: { [name]: '/healthz' } })).status).toBe(401);
      expect((await hub.call('/healthz', { token: undefined, headers: { [name]: '/v1.0/users' } })).text).not.toContain(
        'value',
      );
    },
  );
});

describe('who the hub takes itself and others for', () => {
  test('links lead to the hub, whatever Host and X-Forwarded-Host say', async () => {
    const publicHub = await AttackedHub.start('--public-url', 'https://hub.example');
    try {
      for (const attacked of [hub, publicHub]) {
        for (const n of [1, 2])
          await attacked.must('/v1.0/users', {
            userPrincipalName: `p${n}@example.com`,
            displayName: `P ${n}`,
            mailNickname: `p${n}`,
            accountEnabled: true,
          });
      }
      const headers = {
        host: 'attacker.example',
        'x-forwarded-host': 'attacker.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=attacker.example',
      };
      for (const attacked of [hub, publicHub]) {
        // Without a public address a link leads to where the caller said it was calling; a proxy needs a public one.
        const { host: _, ...forwarded } = headers;
        const { '@odata.nextLink': link } = (
          await attacked.call('/v1.0/users?$top=1', { headers: attacked === publicHub ? headers : forwarded })
        ).json<{ '@odata.nextLink': string }>();
        expect(new URL(link).origin).toBe(attacked.baseUrl);
      }
    } finally {
      await publicHub.close();
    }
  });

  test('an address in X-Forwarded-For is not believed where no proxy was set up', async () => {
    const before = (await hub.log()).length;
    await hub.call('/v1.0/users', {
      headers: { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9', forwarded: 'for=203.0.113.9' },
    });
    const logged = (await hub.log()).slice(before).join('');
    expect(logged).toContain('"address":"127.0.0.1"');
    expect(logged).not.toContain('203.0.113.9');
  });

  test('an id of a request makes no header of its own and stands in no body, though AuthZEN wants X-Request-ID back as it was sent', async () => {
    for (const path of ['/healthz', '/nowhere', '/me/devices/x']) {
      const answer = await hub.talk(
        lines(
          `GET ${path} HTTP/1.1`,
          'Host: x',
          'Connection: close',
          'client-request-id: a%0d%0aSet-Cookie: x=y',
          'X-Request-Id: <script>%0d%0aSet-Cookie: x=y',
        ),
      );
      const [head = '', ...body] = answer.split('\r\n\r\n');
      expect(head.split('\r\n').filter((line) => /set-cookie|<script>/i.test(line))).toEqual([
        'x-request-id: <script>%0d%0aSet-Cookie: x=y',
      ]);
      expect(body.join('')).not.toMatch(/set-cookie|<script>/i);
    }
  });

  test('no answer may be framed, sniffed, cached or read by other sites', async () => {
    for (const path of ['/healthz', '/v1.0/users', '/nowhere']) {
      const { headers } = await hub.call(path, { headers: { origin: 'https://attacker.example' } });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined();
    }
  });
});
