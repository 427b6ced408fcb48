import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { issueCertificate, newAuthority } from './certificates.ts';
import { ensureServerTls } from './tls.ts';

const DAY = 86_400_000;
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-tls-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the first start', () => {
  test('makes a CA and a server certificate for every name, with keys for our eyes only', async () => {
    const tls = await ensureServerTls(
      dir,
      ['0.0.0.0', '::', 'hub.example.com', '[2001:db8::5]', '192.0.2.9'],
      Date.now(),
    );
    const certificate = new X509Certificate(tls.cert);
    for (const host of ['localhost', 'hub.example.com']) expect(certificate.checkHost(host)).toBe(host);
    for (const ip of ['127.0.0.1', '::1', '2001:db8::5', '192.0.2.9']) expect(certificate.checkIP(ip)).toBe(ip);
    expect(certificate.subjectAltName).not.toContain('0.0.0.0');
    expect(certificate.ca).toBe(false);
    expect(new X509Certificate(tls.caPem!).ca).toBe(true);
    expect(certificate.verify(new X509Certificate(tls.caPem!).publicKey)).toBe(true);
    expect(certificate.validToDate.getTime() - certificate.validFromDate.getTime()).toBeLessThanOrEqual(397 * DAY);
    for (const name of ['ca.key', 'server.key']) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(tls.caFile!, 'utf8')).toBe(tls.caPem);
  });

  test('what it makes is good for a real connection', async () => {
    const tls = await ensureServerTls(dir, [], Date.now());
    const server = createServer({ cert: tls.cert, key: tls.key }, (socket) => socket.end('hello')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: tls.caPem!,
    });
    const [data] = await once(client, 'data');
    expect(String(data)).toBe('hello');
    client.destroy();
    server.close();
  });
});

describe('later starts', () => {
  test('keep the files', async () => {
    const first = await ensureServerTls(dir, ['hub.example.com'], Date.now());
    expect(await ensureServerTls(dir, ['hub.example.com'], Date.now() + 300 * DAY)).toEqual(first);
  });

  test('renew the certificate within its last 30 days, and keep the CA', async () => {
    const first = await ensureServerTls(dir, [], Date.now());
    const later = await ensureServerTls(dir, [], Date.now() + 368 * DAY);
    expect(later.cert).not.toBe(first.cert);
    expect(later.caPem).toBe(first.caPem);
  });

  test('renew the certificate when a name is added', async () => {
    const first = await ensureServerTls(dir, [], Date.now());
    const later = await ensureServerTls(dir, ['new.example.com'], Date.now());
    expect(later.caPem).toBe(first.caPem);
    expect(new X509Certificate(later.cert).checkHost('new.example.com')).toBe('new.example.com');
  });

  test('issue a certificate again that a clock ahead of time made', async () => {
    const first = await ensureServerTls(dir, [], Date.now());
    await ensureServerTls(dir, ['ahead.example.com'], Date.now() + 40 * DAY);
    const later = await ensureServerTls(dir, ['ahead.example.com'], Date.now());
    expect(new X509Certificate(later.cert).validFromDate.getTime()).toBeLessThan(Date.now());
    expect(later.caPem).toBe(first.caPem);
  });

  test('keep a CA and a certificate that lie ahead, with a warning, since they say that the clock is behind', async () => {
    const first = await ensureServerTls(dir, [], Date.now());
    const behind = await ensureServerTls(dir, [], Date.now() - 3650 * DAY);
    expect(behind).toEqual({
      ...first,
      warnings: [expect.stringContaining(`${join(dir, 'ca.pem')} is not valid before`)],
    });
    expect(await ensureServerTls(dir, [], Date.now())).toEqual(first);
    // Even for another name no certificate reaches beyond its CA.
    const named = new X509Certificate((await ensureServerTls(dir, ['new.example.com'], Date.now() - 3650 * DAY)).cert);
    expect([named.validFrom, named.validTo]).toEqual([
      new X509Certificate(first.cert).validFrom,
      new X509Certificate(first.cert).validTo,
    ]);
  });

  test('keep the CA until it has ended by a clock that is sure, and issue nothing beyond its end', async () => {
    const first = await ensureServerTls(dir, [], Date.now());
    const last = await ensureServerTls(dir, [], Date.now() + 3640 * DAY);
    expect(last.caPem).toBe(first.caPem);
    expect(new X509Certificate(last.cert).validTo).toBe(new X509Certificate(last.caPem!).validTo);
    expect(last.warnings).toEqual([expect.stringContaining('ends on')]);
    expect((await ensureServerTls(dir, [], Date.now() + 3641 * DAY)).cert).toBe(last.cert);
    expect((await ensureServerTls(dir, [], Date.now() + 3651 * DAY)).caPem).not.toBe(first.caPem);
  });
});

describe('by a clock that is not sure', () => {
  test.each([[4000], [-3650]])('%s days away nothing is replaced', async (days) => {
    const first = await ensureServerTls(dir, ['hub.example.com'], Date.now());
    const { warnings, ...wrong } = await ensureServerTls(dir, ['hub.example.com'], Date.now() + days * DAY, false);
    expect({ ...wrong, warnings: [] }).toEqual(first);
    expect(warnings).toEqual([expect.stringContaining('the clock of this machine is')]);
    expect(await ensureServerTls(dir, ['hub.example.com'], Date.now())).toEqual(first);
  });

  test('a certificate that has ended is issued again so that it is valid by either time, and as usual once the clock is sure', async () => {
    await ensureServerTls(dir, [], Date.now());
    const wide = await ensureServerTls(dir, [], Date.now() + 500 * DAY, false);
    const { validFromDate, validToDate } = new X509Certificate(wide.cert);
    expect(validFromDate.getTime()).toBeLessThan(Date.now());
    expect(validToDate.getTime()).toBeGreaterThan(Date.now() + 800 * DAY);
    expect(await ensureServerTls(dir, [], Date.now() + 500 * DAY, false)).toEqual(wide);
    const sure = new X509Certificate((await ensureServerTls(dir, [], Date.now())).cert);
    expect(sure.validToDate.getTime() - sure.validFromDate.getTime()).toBe(397 * DAY);
  });
});

describe('a certificate of the operator', () => {
  const operators = async (days: number, host: string) =>
    issueCertificate(await newAuthority('Corp', Date.now(), 900), {
      commonName: host,
      names: [{ type: 'dns', value: host }],
      now: Date.now(),
      days,
    });
  const install = async ({ cert, key }: { cert: string; key: string }) => {
    await writeFile(join(dir, 'server.pem'), cert);
    await writeFile(join(dir, 'server.key'), key);
  };

  test('is used and never overwritten, whether or not a CA of ours is there', async () => {
    const pair = await operators(300, 'hub.example.com');
    await install(pair);
    expect(await ensureServerTls(dir, ['hub.example.com'], Date.now())).toEqual({
      ...pair,
      caFile: undefined,
      caPem: undefined,
      warnings: [],
    });

    await rm(join(dir, 'server.pem'));
    await rm(join(dir, 'server.key'));
    await ensureServerTls(dir, [], Date.now());
    await install(pair);
    const tls = await ensureServerTls(dir, ['other.example.com'], Date.now());
    expect(tls.cert).toBe(pair.cert);
    expect(tls.warnings.join()).toContain('does not name other.example.com');
    expect(await readFile(join(dir, 'server.pem'), 'utf8')).toBe(pair.cert);
  });

  test('is warned of when it ends soon or has ended', async () => {
    await install(await operators(10, 'a.example'));
    expect((await ensureServerTls(dir, ['a.example'], Date.now())).warnings.join()).toContain('ends on');
    expect((await ensureServerTls(dir, ['a.example'], Date.now() + 20 * DAY)).warnings.join()).toContain(
      'clients will refuse it',
    );
  });

  test('without its key, or with the key of another, stops the start', async () => {
    const pair = await operators(300, 'a.example');
    await writeFile(join(dir, 'server.pem'), pair.cert);
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(/only one is there/);
    await writeFile(join(dir, 'server.key'), (await operators(300, 'a.example')).key);
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(/do not belong together/);
    await writeFile(join(dir, 'server.pem'), 'not a certificate');
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(/no certificate in PEM/);
  });

  test('with a key that has a passphrase, stops the start', async () => {
    const { cert, key } = await operators(300, 'a.example');
    await install({
      cert,
      key: createPrivateKey(key).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      }) as string,
    });
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(
      `${join(dir, 'server.key')} is no private key in PEM without a passphrase.`,
    );
  });

  test('that TLS clients would not accept, stops the start with its name', async () => {
    const signingAlgorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      publicExponent: new Uint8Array([1, 0, 1]),
      modulusLength: 1024,
    };
    const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=a.example',
      keys,
      signingAlgorithm,
    });
    await install({
      cert: certificate.toString('pem'),
      key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string,
    });
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(
      `${join(dir, 'server.pem')} cannot be served with: ee key too small.`,
    );
  });
});

test.each(['server', 'ca'] as const)(
  'a key of ours (%s.key) that is empty or another one stops the start, with its name',
  async (name) => {
    await ensureServerTls(dir, [], Date.now());
    await writeFile(join(dir, `${name}.key`), '');
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(
      `${join(dir, `${name}.key`)} is no private key in PEM without a passphrase.`,
    );
    await writeFile(join(dir, `${name}.key`), (await newAuthority('Another', Date.now(), 1)).key);
    await expect(ensureServerTls(dir, [], Date.now())).rejects.toThrow(
      `${join(dir, `${name}.pem`)} and ${join(dir, `${name}.key`)} do not belong together.`,
    );
  },
);
