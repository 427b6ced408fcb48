import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { issueCertificate, newAuthority, type CertificateAndKey } from './certificates.ts';
import { followServerTls } from './follow-tls.ts';
import { eventually } from './testing.ts';
import { ensureServerTls } from './tls.ts';

const DAY = 86_400_000;
const EVERY_MS = 5;
let dir = '';
let followed: ReturnType<typeof followServerTls> | undefined;
let used: CertificateAndKey[] = [];
let logged: string[] = [];
let now = Date.now();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-follow-tls-'));
  [used, logged, now] = [[], [], Date.now()];
});
afterEach(async () => {
  await followed?.stop();
  await rm(dir, { recursive: true });
});

async function follow(): Promise<CertificateAndKey> {
  const current = await ensureServerTls(dir, ['hub.example.com'], now);
  const say = (first: unknown, second?: string): void => {
    logged.push(second ?? String(first));
  };
  const log = { error: say, info: say, warn: say } as unknown as Parameters<typeof followServerTls>[0]['log'];
  followed = followServerTls(
    { dir, hosts: ['hub.example.com'], current, clock: { now: () => now }, log, use: (pair) => used.push(pair) },
    EVERY_MS,
  );
  return current;
}

async function operatorsPair(host: string): Promise<CertificateAndKey> {
  const authority = await newAuthority("Somebody's CA", now, 30);
  return issueCertificate(authority, { commonName: host, names: [{ type: 'dns', value: host }], now, days: 10 });
}

test('a certificate of ours is renewed before it ends', async () => {
  const first = await follow();
  now += 380 * DAY;
  await eventually(() => expect(used).toHaveLength(1));
  expect(used[0]?.cert).not.toBe(first.cert);
  await eventually(() =>
    expect(logged).toEqual(['the server certificate was replaced; new connections are served with the new one']),
  );
});

test("an operator's certificate is taken once both its files are there, and its weakness is said", async () => {
  await follow();
  const { cert, key } = await operatorsPair('other.example.com');
  await writeFile(join(dir, 'server.pem'), cert);
  // Perhaps more than once: a file is also read while it is being written.
  await eventually(() =>
    expect(logged).toContain('the server certificate on disk cannot be used; the former one stays'),
  );
  expect(used).toEqual([]);
  await writeFile(join(dir, 'server.key'), key);
  await eventually(() => expect(used).toMatchObject([{ cert, key }]));
  await eventually(() =>
    expect(logged.slice(-2)).toEqual([
      expect.stringContaining(' ends on '),
      expect.stringContaining('does not name hub.example.com'),
    ]),
  );
});

test('what cannot be used is said once', async () => {
  await follow();
  await writeFile(join(dir, 'server.pem'), 'no certificate');
  await eventually(() => expect(logged).toHaveLength(1));
  await new Promise((resolve) => {
    setTimeout(resolve, 10 * EVERY_MS);
  });
  expect(logged).toHaveLength(1);
  expect(used).toEqual([]);
});
