import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newServerCertificate } from '@sallyport/simulators/certificates';
import { sallyport, startHub, type HubProcess, start, type Running } from '@sallyport/simulators/hub';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-'));
const dataDir = join(folder, 'data');
let hub: HubProcess;
let partner: { appId: string; clientSecret: string };

const cli = (...argv: string[]) => sallyport(argv, { env: { SALLYPORT_DATA: dataDir } });

beforeAll(async () => {
  hub = await startHub(dataDir);
  await cli('connector', 'set', 'lookout', '--android', 'on');
  await cli(
    'device',
    'register',
    '--name',
    'Test phone',
    '--os',
    'Android',
    '--os-version',
    '15',
    '--serial',
    'TEST-1',
  );
  partner = JSON.parse(
    (
      await cli(
        'client',
        'create',
        '--name',
        'bridge',
        '--permission',
        'update_device_health',
        '--connector',
        'lookout',
        '--json',
      )
    ).out,
  );
});
afterAll(async () => {
  await hub?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const verify = (argv: readonly string[], secret = partner.clientSecret, clientId = partner.appId) =>
  sallyport(
    [
      'partner',
      'verify',
      '--url',
      hub.baseUrl,
      '--tenant',
      hub.admin.tenantId,
      '--client-id',
      clientId,
      '--ca',
      hub.admin.caFile,
      ...argv,
    ],
    { env: { SALLYPORT_CLIENT_SECRET: secret } },
  );
const states = (out: string): ReadonlyMap<string, string> =>
  new Map((JSON.parse(out) as { steps: { id: string; state: string }[] }).steps.map(({ id, state }) => [id, state]));

describe('partner verify', () => {
  test('passes a client against a real hub, and leaves its device as secured', async () => {
    const report = join(folder, 'conformance.json');
    const { code, out, err } = await verify(['--device', 'serialNumber=TEST-1', '--report', report]);
    expect(err).toBe('');
    expect(out).toMatch(/Passed: all 13 required steps\.\n$/);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ kind: 'verify', hub: hub.baseUrl, passed: true });
    expect(out + readFileSync(report, 'utf8')).not.toContain(partner.clientSecret);
    const device = JSON.parse((await cli('device', 'get', 'TEST-1', '--json')).out);
    expect(device.partnerReportedThreatState).toBe('secured');
    const findings = JSON.parse((await cli('finding', 'list', '--state', 'all', '--json')).out);
    expect(findings).toMatchObject([{ id: 'verify-finding', state: 'resolved', category: 'app.malware' }]);
    expect(JSON.parse((await cli('report', 'waiting', '--json')).out)).toHaveLength(1);
  });

  test('may be repeated', async () => {
    expect((await verify(['--device', 'serialNumber=TEST-1'])).code).toBe(0);
  });

  test('tells a wrong secret, and tries nothing else', async () => {
    const { code, out } = await verify(['--device', 'serialNumber=TEST-1', '--json'], 'wrong-secret-wrong-secret');
    expect(code).toBe(1);
    expect([...states(out)].filter(([, state]) => state !== 'waiting')).toEqual([['token', 'failed']]);
  });

  test('tells a client that may do more than report, and passes it all the same', async () => {
    const { code, out } = await verify(['--device', 'serialNumber=TEST-1', '--json'], partner.clientSecret);
    expect(states(out).get('least-privilege')).toBe('passed');
    expect(code).toBe(0);
    const mighty = JSON.parse(
      (
        await cli(
          'client',
          'create',
          '--name',
          'mighty',
          '--permission',
          'update_device_health',
          '--permission',
          'User.Read.All',
          '--connector',
          'lookout',
          '--json',
        )
      ).out,
    );
    const again = await verify(['--device', 'serialNumber=TEST-1', '--json'], mighty.clientSecret, mighty.appId);
    expect(states(again.out).get('least-privilege')).toBe('failed');
    expect(again.code).toBe(0);
  });

  test('tells a client that may not report', async () => {
    const unbound = JSON.parse(
      (await cli('client', 'create', '--name', 'unbound', '--permission', 'User.Read.All', '--json')).out,
    );
    const { code, out } = await verify(['--device', 'serialNumber=TEST-1'], unbound.clientSecret, unbound.appId);
    expect(code).toBe(1);
    expect(out).toMatch(/failed +A heartbeat is taken\n.*403 .*update_device_health/);
  });

  test('tells a device that is not enrolled', async () => {
    const { code, out } = await verify(['--device', 'serialNumber=NOT-THERE-1']);
    expect(code).toBe(1);
    for (const step of [
      'Every threatState is taken',
      'A finding is opened and resolved',
      'An older observation never becomes current',
      'The device ends as secured',
    ]) {
      expect(out).toMatch(new RegExp(`failed +${step}\\n.*not known to the hub`));
    }
  });

  test('refuses wrong command lines before it calls anybody', async () => {
    for (const argv of [
      [],
      ['--device', 'TEST-1'],
      ['--device', 'colour=red'],
      ['--device', 'serialNumber=TEST-1', '--report', 'x.pdf'],
      ['--kit', join(folder, 'none.json')],
    ]) {
      expect((await verify(argv)).code).toBe(2);
    }
    const odd = join(folder, 'odd.json');
    writeFileSync(odd, '{"partners":[{"clientSecret":"do-not-show-me"}]}');
    const { code, err } = await verify(['--kit', odd]);
    expect(code).toBe(2);
    expect(err).not.toContain('do-not-show-me');
  });
});

describe('against a sandbox', () => {
  let sandbox: Running;
  beforeAll(async () => {
    sandbox = start('sandbox', '--partner', 'zimperium', '--partner', 'Other');
    await sandbox.said(/^ready /mu);
  });
  afterAll(async () => {
    sandbox.stop();
    await sandbox.ended;
  });

  test('the kit is all that is needed, for each of its partners', async () => {
    const kit = (await sandbox.said(/^Partner kit +(\S+)/mu))[1] as string;
    expect((await sallyport(['partner', 'verify', '--kit', kit])).out).toMatch(/Passed: all 13/);
    const { code, out } = await sallyport(['partner', 'verify', '--kit', kit, '--partner', 'other', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ partner: 'Other' });
    expect((await sallyport(['partner', 'verify', '--kit', kit, '--partner', 'nobody'])).code).toBe(2);
  });
});

describe('against a hub that breaks its promises', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const { cert, key, caPem } = await newServerCertificate('localhost');
    writeFileSync(join(folder, 'other-ca.pem'), caPem);
    server = createServer({ cert, key }, (request, response) => {
      const isToken = request.url?.endsWith('/token') === true;
      response.setHeader('content-type', 'application/json');
      // Says yes to everything, in the shape of no hub.
      response.end(
        isToken
          ? JSON.stringify({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 3600 })
          : JSON.stringify({ results: [{ reportId: 'x', status: '\u001b[2Jaccepted' }] }),
      );
    }).listen(0, 'localhost');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );

  test('every promise that is not kept is told, and no control character reaches the terminal', async () => {
    const { code, out } = await sallyport(
      [
        'partner',
        'verify',
        '--url',
        url,
        '--tenant',
        't',
        '--client-id',
        'c',
        '--ca',
        join(folder, 'other-ca.pem'),
        '--device',
        'serialNumber=TEST-1',
      ],
      { env: { SALLYPORT_CLIENT_SECRET: 's' } },
    );
    expect(code).toBe(1);
    expect(out).toMatch(/Not passed: 1 of 13/);
    expect(out).toMatch(/wrong secret was answered 200; 401 was expected/);
    expect(out).not.toContain('\u001b');
  });
});
