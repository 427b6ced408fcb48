import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueDeviceCertificate, newDeviceAuthority } from '@sallyport/hub/platform/device-ca.ts';
import type { CertificateAndKey } from '@sallyport/hub/platform/certificates.ts';
import { call, startHub, tokenOf, type Answer, type HubProcess } from '../shared/hub-process.ts';
import { hasNginx, startNginx, type NginxOptions, type RunningNginx } from './start-nginx.ts';

/** Who tries to get past a real nginx. That it closes and opens with the reports is in `e2e/main-job`. */

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const USER = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9c001';
const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-nginx-test-'));

let hub: HubProcess;
let ca: string;
let admin: string;
let deviceAuthority: CertificateAndKey;
let good: CertificateAndKey;
let backend: Server;
/** Headers of the requests that reached the application. */
const reached: IncomingHttpHeaders[] = [];
let options: NginxOptions;

async function post<T>(path: string, body: unknown): Promise<T> {
  const answer = await call(`${hub.baseUrl}${path}`, ca, { token: admin, body });
  expect(answer.status, answer.text).toBe(201);
  return answer.json<T>();
}

describe.skipIf(!hasNginx() && process.env.SALLYPORT_TEST_WITHOUT?.includes('nginx') === true)('a real nginx', () => {
  beforeAll(async () => {
    hub = await startHub(join(folder, 'data'));
    ca = readFileSync(hub.admin.caFile, 'utf8');
    admin = await tokenOf(hub.admin.tokenEndpoint, ca, hub.admin.clientId, hub.admin.clientSecret);
    deviceAuthority = await newDeviceAuthority(Date.now());
    good = await issueDeviceCertificate(deviceAuthority, PHONE, Date.now());
    await post('/v1.0/users', { id: USER, userPrincipalName: 'ada@example.com', displayName: 'Ada', preferredLanguage: 'nl' });
    await post('/v1.0/deviceManagement/managedDevices', { id: PHONE, deviceName: 'phone', operatingSystem: 'iOS', osVersion: '18.1', userPrincipalName: 'ada@example.com' });
    await post('/v1.0/identity/conditionalAccess/policies', {
      displayName: 'Mail from compliant phones', state: 'enabled', grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
      conditions: { users: { includeUsers: ['All'] }, applications: { includeApplications: ['All'] }, clientAppTypes: ['all'] },
    });
    const door = await post<{ id: string; secret: string }>('/admin/v1/doors', { id: 'mail', displayName: 'Mail', defaultApplication: 'Exchange', deviceCa: deviceAuthority.cert });
    backend = createServer((request, response) => {
      reached.push(request.headers);
      response.end('your mail');
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    options = {
      hubUrl: hub.baseUrl, hubCaFile: hub.admin.caFile, doorId: door.id, doorKey: door.secret, deviceCaPem: deviceAuthority.cert,
      backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
    };
  });
  afterAll(async () => {
    await hub?.stop();
    backend?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function through<T>(change: Partial<NginxOptions>, use: (nginx: RunningNginx) => Promise<T>): Promise<T> {
    reached.length = 0;
    const nginx = await startNginx({ ...options, ...change });
    try {
      return await use(nginx);
    } finally {
      await nginx.stop();
    }
  }

  const ask = (nginx: RunningNginx, certificate?: CertificateAndKey, headers: Record<string, string> = {}, path = '/mail'): Promise<Answer> =>
    call(`${nginx.url}${path}`, nginx.caPem, { ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }), headers });

  /** Everything that a client could hope to be believed. */
  const forged = () => ({
    'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': encodeURIComponent(good.cert), 'x-sallyport-door-key': 'guess', 'x-original-uri': '/public', 'x-original-host': 'public',
    'x-real-ip': '10.0.0.1', 'x-forwarded-client-cert': `Cert="${encodeURIComponent(good.cert)}"`, 'x-client-cert': encodeURIComponent(good.cert), 'ssl-client-verify': 'SUCCESS',
    'x-forwarded-user': 'ada@example.com', 'x-forwarded-for': '10.0.0.1', 'x-sallyport-user': 'root@example.com', 'x-sallyport-device': 'forged', 'x-sallyport-decision': 'grant',
  });

  test.each([false, true])('tells the application who it is, whatever the client says (headers handed on: %s)', async (passClientHeaders) => {
    await through({ passClientHeaders }, async (nginx) => {
      expect(await ask(nginx, good, { ...forged(), authorization: 'Basic of-the-app' })).toMatchObject({ status: 200, text: 'your mail' });
      expect(reached[0]).toMatchObject({ 'x-sallyport-user': 'ada@example.com', 'x-sallyport-device': PHONE, authorization: 'Basic of-the-app' });
    });
  });

  test.each([false, true])('lets nobody in without a certificate (headers handed on: %s)', async (passClientHeaders) => {
    await through({ passClientHeaders }, async (nginx) => {
      for (const headers of [{}, forged()]) {
        const answer = await ask(nginx, undefined, headers);
        expect(answer.status).toBe(403);
        expect(answer.headers).toMatchObject({ 'x-sallyport-reason': 'device_not_identified', 'cache-control': 'no-store' });
        expect(answer.text).toContain('We do not know which device this is');
      }
      expect(reached).toEqual([]);
    });
  });

  test('speaks the language of the browser', async () => {
    await through({}, async (nginx) => {
      const answer = await ask(nginx, undefined, { 'accept-language': 'sv-SE, en;q=0.5' });
      expect(answer.text).toContain('<html lang="sv">');
      expect(answer.text).toContain('Bara k&#228;nda enheter');
    });
  });

  test('lets nobody in with another certificate', async () => {
    const other = await newDeviceAuthority(Date.now());
    const refused: Record<string, CertificateAndKey> = {
      expired: await issueDeviceCertificate(deviceAuthority, PHONE, Date.now() - 10 * DAY, 5),
      'of another CA': await issueDeviceCertificate(other, PHONE, Date.now()),
      'of an unknown device': await issueDeviceCertificate(deviceAuthority, '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10', Date.now()),
    };
    await through({}, async (nginx) => {
      for (const [name, certificate] of Object.entries(refused)) expect((await ask(nginx, certificate)).status, name).toBe(403);
    });
    expect(reached).toEqual([]);
  });

  test('that trusts a CA which the hub does not, lets nobody in with it', async () => {
    const other = await newDeviceAuthority(Date.now());
    await through({ deviceCaPem: other.cert }, async (nginx) => {
      const answer = await ask(nginx, await issueDeviceCertificate(other, PHONE, Date.now()));
      expect(answer).toMatchObject({ status: 403, headers: { 'x-sallyport-reason': 'device_certificate_invalid' } });
    });
  });

  test.each([{ doorKey: 'wrong' }, { doorId: 'nowhere' }])('with %j stays closed, and both logs say why', async (wrong) => {
    await through(wrong, async (nginx) => {
      expect((await ask(nginx, good)).status).toBe(503);
      expect(reached).toEqual([]);
    });
    expect(hub.output()).toContain('a door was refused');
  });

  test('closes while the hub is down, and opens again with it', async () => {
    await through({}, async (nginx) => {
      expect((await ask(nginx, good)).status).toBe(200);
      await hub.stop();
      const answer = await ask(nginx, good);
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
      expect(answer.text).toContain('cannot be checked right now');
      hub = await startHub(join(folder, 'data'), { listen: new URL(options.hubUrl).host });
      // nginx waits ten seconds before it asks a server that failed again, unless it is the only one: it is.
      expect((await ask(nginx, good)).status).toBe(200);
    });
  });
});
