import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startHub, sallyport } from '@sallyport/simulators/hub';

/** The program contract of `sallyport serve`. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('settings that are wrong stop the start', () => {
  test.each([
    [['--listen', 'nowhere'], {}, '--listen: "nowhere" must be HOST:PORT'],
    [['--lsten', 'x'], {}, '--lsten: there is no such flag.'],
    [[], { SALLYPORT_PUBLIC_URL: 'http://x' }, 'SALLYPORT_PUBLIC_URL: "http://x" must be https://host'],
    [[], { SALLYPORT_DATABASE_URL: 'mysql://u:hidden@h/d' }, 'SALLYPORT_DATABASE_URL: must be postgres://'],
  ])('%j %j', async (args, env, message) => {
    const { code, out, err } = await sallyport(['serve', '--data', join(folder, 'wrong'), ...args], {
      env: env as Record<string, string>,
    });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).not.toContain('hidden');
  });
});

describe('a hub', () => {
  test('is made at the first start, keeps everything at the second, and lets nobody else at its data', async () => {
    const dataDir = join(folder, 'data');
    const first = await startHub(dataDir);
    expect(first.output()).toMatch(/^ready https:\/\/localhost:\d+$/m);
    expect(first.output()).toContain(join(dataDir, 'tls', 'ca.pem'));
    const { admin } = first;
    expect(Object.keys(admin)).toEqual(['tenantId', 'clientId', 'clientSecret', 'baseUrl', 'tokenEndpoint', 'caFile']);
    expect(admin).toMatchObject({
      baseUrl: first.baseUrl,
      tokenEndpoint: `${first.baseUrl}/${admin.tenantId}/oauth2/v2.0/token`,
      caFile: join(dataDir, 'tls', 'ca.pem'),
    });
    expect(statSync(join(dataDir, 'admin.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(admin.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect((await sallyport(['user', 'create', 'ada@example.com', '--data', dataDir])).code).toBe(0);

    const second = await sallyport(['serve', '--data', dataDir, '--listen', 'localhost:0']);
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/sallyport serve: .*(?:in use|already|running|another)/i);

    expect(await first.stop()).toBe(0);
    const again = await startHub(dataDir);
    expect(again.admin).toMatchObject({
      tenantId: admin.tenantId,
      clientId: admin.clientId,
      clientSecret: admin.clientSecret,
    });
    expect((await sallyport(['user', 'list', '--data', dataDir])).out).toContain('ada@example.com');
    expect(await again.stop()).toBe(0);
    expect((await sallyport(['user', 'list', '--data', dataDir])).code).toBe(3);
  });

  test("never writes its administrator's secret where it can be read", async () => {
    const hub = await startHub(join(folder, 'quiet'), { args: ['--log-level', 'trace'] });
    await sallyport(['user', 'list', '--data', join(folder, 'quiet')]);
    await hub.stop();
    expect(hub.output()).not.toContain(hub.admin.clientSecret);
  });
});
