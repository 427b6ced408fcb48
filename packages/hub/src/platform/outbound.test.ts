import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { issueCertificate, newAuthority } from './certificates.ts';
import { createOutbound, OutboundError, type Outbound } from './outbound.ts';

let outbound: Outbound;
const servers: Server[] = [];
beforeEach(() => {
  outbound = createOutbound({ allow: ['localhost', '127.0.0.1'] });
});
afterEach(async () => {
  outbound.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(listener: RequestListener, tls?: { cert: string; key: string }): Promise<string> {
  const server = (
    tls === undefined ? createServer(listener) : (createTlsServer(tls, listener) as unknown as Server)
  ).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const refusal = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
};

describe('destinations', () => {
  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[fd00:ec2::254]/',
    'https://localhost/',
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:password@example.com/',
    'no address',
  ])('%s is refused', async (url) => {
    const strict = createOutbound({ allow: [] });
    expect((await refusal(strict.request(url, { timeoutMs: 5000 }))).code).toBe('destination_refused');
    expect((await refusal(strict.stream(url, { timeoutMs: 5000 }))).code).toBe('destination_refused');
    strict.close();
  });

  test('a name is judged by the addresses it has, and may be listed by one of them', async () => {
    const host = await serve((_request, response) => response.end('hello'));
    const byRange = createOutbound({ allow: ['127.0.0.0/8'] });
    expect((await byRange.request(`http://${host}/`)).text()).toBe('hello');
    // A name says nothing of TLS, so plain http wants the name itself or a literal address on the list.
    expect((await refusal(byRange.request(`http://localhost:${host.split(':')[1]}/`))).code).toBe(
      'destination_refused',
    );
    expect((await outbound.request(`http://localhost:${host.split(':')[1]}/`)).text()).toBe('hello');
    byRange.close();
  });

  test('a redirect is answered as it is and not followed', async () => {
    const host = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    expect(await outbound.request(`http://${host}/`)).toMatchObject({
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
    });
  });
});

describe('requests', () => {
  test('carry method, headers and body, and bring back status, headers and body', async () => {
    const host = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response
        .writeHead(201, { 'x-many': ['a', 'b'] })
        .end(
          JSON.stringify({
            method: request.method,
            auth: request.headers.authorization,
            length: request.headers['content-length'],
            body,
          }),
        );
    });
    const answer = await outbound.request(`http://${host}/x?y=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer t' },
      body: 'åäö',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-many']).toBe('a, b');
    expect(answer.json()).toEqual({ method: 'POST', auth: 'Bearer t', length: '6', body: 'åäö' });
  });

  test('end with a timeout before the headers and within the body', async () => {
    const silent = await serve(() => {});
    expect((await refusal(outbound.request(`http://${silent}/`, { timeoutMs: 50 }))).code).toBe('timeout');
    const slow = await serve((_request, response) => response.writeHead(200).write('x'));
    expect((await refusal(outbound.request(`http://${slow}/`, { timeoutMs: 50 }))).code).toBe('timeout');
  });

  test('end when the answer is too large, announced or not', async () => {
    const announced = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': 5000 }).end('x'.repeat(5000)),
    );
    expect((await refusal(outbound.request(`http://${announced}/`, { maxBytes: 1000 }))).code).toBe(
      'response_too_large',
    );
    const endless = await serve((_request, response) => {
      response.write('x'.repeat(2000));
    });
    expect((await refusal(outbound.request(`http://${endless}/`, { maxBytes: 1000 }))).code).toBe('response_too_large');
    expect((await outbound.request(`http://${announced}/`, { maxBytes: 5000 })).body.byteLength).toBe(5000);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])(
    'unpack an answer that comes as %s although nobody asked for that, and no further than is wanted',
    async (coding, pack) => {
      const asked: unknown[] = [];
      const host = await serve((request, response) => {
        asked.push(request.headers['accept-encoding']);
        response.writeHead(200, { 'content-encoding': coding }).end(pack('x'.repeat(100_000)));
      });
      expect((await outbound.request(`http://${host}/`)).text()).toBe('x'.repeat(100_000));
      expect((await refusal(outbound.request(`http://${host}/`, { maxBytes: 50_000 }))).code).toBe(
        'response_too_large',
      );
      expect(asked).toEqual(['identity', 'identity']);
    },
  );

  test('fail where an answer is packed in a way that is not known, or is cut', async () => {
    const host = await serve((request, response) => {
      const coding = request.url === '/cut' ? 'gzip' : 'compress';
      response.writeHead(200, { 'content-encoding': coding }).end(gzipSync('hello').subarray(0, 15));
    });
    expect(await refusal(outbound.request(`http://${host}/`))).toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('"compress"'),
    });
    expect((await refusal(outbound.request(`http://${host}/cut`))).code).toBe('connection_failed');
  });

  test('end when the caller calls them off', async () => {
    const silent = await serve(() => {});
    expect((await refusal(outbound.request(`http://${silent}/`, { signal: AbortSignal.timeout(30) }))).code).toBe(
      'aborted',
    );
    expect((await refusal(outbound.request(`http://${silent}/`, { signal: AbortSignal.abort() }))).code).toBe(
      'aborted',
    );
  });

  test('fail plainly, without path and query in the message', async () => {
    const host = await serve((request) => request.socket.destroy());
    const error = await refusal(outbound.request(`http://${host}/path?token=hunter2`));
    expect(error.code).toBe('connection_failed');
    expect(error.message).toContain(host);
    expect(error.message).not.toContain('hunter2');
  });

  test('trust the system, and a private CA where it is given', async () => {
    const ca = await newAuthority('Vendor', Date.now(), 10);
    const pair = await issueCertificate(ca, {
      commonName: 'v',
      names: [{ type: 'dns', value: 'localhost' }],
      now: Date.now(),
      days: 5,
    });
    const host = await serve((_request, response) => response.end('secure'), pair);
    const url = `https://localhost:${host.split(':')[1]}/`;
    expect((await refusal(outbound.request(url))).code).toBe('connection_failed');
    expect((await outbound.request(url, { ca: ca.cert })).text()).toBe('secure');
    // The connection kept open for one trust must not serve another.
    expect((await refusal(outbound.request(url))).code).toBe('connection_failed');
  });
});

describe('streams', () => {
  const read = async (chunks: AsyncIterable<Uint8Array>) => {
    let text = '';
    for await (const chunk of chunks) text += Buffer.from(chunk).toString();
    return text;
  };

  test('give what comes as it comes', async () => {
    let write: (text: string) => void = () => {};
    const host = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      write = (text) => {
        response.write(text);
      };
    });
    const { status, chunks } = await outbound.stream(`http://${host}/`);
    expect(status).toBe(200);
    const iterator = chunks[Symbol.asyncIterator]();
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      write(text);
      expect(Buffer.from((await iterator.next()).value as Uint8Array).toString()).toBe(text);
    }
    await iterator.return?.();
  });

  test('outlive the time-out of the headers', async () => {
    const host = await serve((_request, response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.end('late'), 1_200);
    });
    expect(await read((await outbound.stream(`http://${host}/`, { timeoutMs: 1_000 })).chunks)).toBe('late');
  });

  test('throw when they are cut, when they fall silent and when they are called off', async () => {
    const cut = await serve((_request, response) => {
      response.writeHead(200);
      response.write('data: ', () => response.destroy());
    });
    expect((await refusal(outbound.stream(`http://${cut}/`).then(({ chunks }) => read(chunks)))).code).toBe(
      'connection_failed',
    );
    const silent = await serve((_request, response) => {
      response.writeHead(200).flushHeaders();
    });
    expect(
      (await refusal(outbound.stream(`http://${silent}/`, { idleTimeoutMs: 50 }).then(({ chunks }) => read(chunks))))
        .code,
    ).toBe('timeout');
    expect(
      (
        await refusal(
          outbound.stream(`http://${silent}/`, { signal: AbortSignal.timeout(100) }).then(({ chunks }) => read(chunks)),
        )
      ).code,
    ).toBe('aborted');
  });

  test('end the connection when the reader leaves', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const host = await serve((request, response) => {
      closed = once(request.socket, 'close');
      response.write('x');
    });
    for await (const _chunk of (await outbound.stream(`http://${host}/`)).chunks) break;
    await closed;
  });
});

test('what answers say of the time is heard, unless it is from a cache', async () => {
  const heard: [string, number][] = [];
  const listening = createOutbound({ allow: ['127.0.0.1'], onDate: (host, at) => heard.push([host, at]) });
  const host = await serve((request, response) => {
    response.setHeader('date', 'Mon, 02 Mar 2026 09:00:00 GMT');
    if (request.url === '/cached') response.setHeader('age', '7200');
    response.end('{}');
  });
  await listening.request(`http://${host}/`);
  await listening.request(`http://${host}/cached`);
  for await (const _ of (await listening.stream(`http://${host}/`)).chunks);
  listening.close();
  expect(heard).toEqual([
    [host, Date.UTC(2026, 2, 2, 9)],
    [host, Date.UTC(2026, 2, 2, 9)],
  ]);
});
