import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueDeviceCertificate, newDeviceAuthority } from '@sallyport/simulators/device-ca';
import type { CertificateAndKey } from '@sallyport/simulators/certificates';
import { call, startHub, tokenOf, type Answer, type HubProcess } from '@sallyport/simulators/hub';
import {
  hasNginx,
  startExample,
  startNginx,
  type NginxOptions,
  type RunningNginx,
} from '@sallyport/simulators/gateways/nginx';

/** Who tries to get past a real nginx. That it closes and opens with the reports is in `e2e/main-job`. */

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const CONNECTOR = '2c7790de-8b02-4814-85cf-e0c59380dee8';
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
let partner: string;
/** The key of the door of the example. */
let front: string;
let reports = 0;

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
    deviceAuthority = await newDeviceAuthority();
    good = await issueDeviceCertificate(deviceAuthority, PHONE);
    await post('/v1.0/users', {
      id: USER,
      userPrincipalName: 'ada@example.com',
      displayName: 'Ada',
      preferredLanguage: 'nl',
    });
    await post('/v1.0/deviceManagement/managedDevices', {
      id: PHONE,
      deviceName: 'phone',
      operatingSystem: 'iOS',
      osVersion: '18.1',
      userPrincipalName: 'ada@example.com',
    });
    await post('/v1.0/identity/conditionalAccess/policies', {
      displayName: 'Mail from compliant phones',
      state: 'enabled',
      grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
      conditions: {
        users: { includeUsers: ['All'] },
        applications: { includeApplications: ['All'] },
        clientAppTypes: ['all'],
      },
    });
    await post('/v1.0/deviceManagement/mobileThreatDefenseConnectors', {
      id: CONNECTOR,
      androidEnabled: true,
      iosEnabled: true,
      partnerUnresponsivenessThresholdInDays: 7,
    });
    const { id: policy } = await post<{ id: string }>('/v1.0/deviceManagement/deviceCompliancePolicies', {
      '@odata.type': '#microsoft.graph.iosCompliancePolicy',
      displayName: 'iOS',
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      scheduledActionsForRule: [
        {
          ruleName: 'PasswordRequired',
          scheduledActionConfigurations: [
            { actionType: 'block', gracePeriodHours: 0, notificationTemplateId: '', notificationMessageCCList: [] },
          ],
        },
      ],
    });
    const assignments = [{ target: { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' } }];
    await call(`${hub.baseUrl}/v1.0/deviceManagement/deviceCompliancePolicies/${policy}/assign`, ca, {
      token: admin,
      body: { assignments },
    });
    const application = await post<{ id: string; appId: string }>('/v1.0/applications', {
      displayName: 'Partner',
      permissions: ['update_device_health'],
      mobileThreatDefenseConnectorId: CONNECTOR,
    });
    const { text } = await call(`${hub.baseUrl}/v1.0/applications/${application.id}/addPassword`, ca, {
      token: admin,
      body: { passwordCredential: { displayName: 'test' } },
    });
    partner = await tokenOf(
      hub.admin.tokenEndpoint,
      ca,
      application.appId,
      (JSON.parse(text) as { secretText: string }).secretText,
    );
    const doorOf = (id: string) =>
      post<{ id: string; secret: string }>('/admin/v1/doors', {
        id,
        displayName: id,
        defaultApplication: 'Exchange',
        deviceCa: deviceAuthority.cert,
      });
    const door = await doorOf('mail');
    front = (await doorOf('front')).secret;
    await call(`${hub.baseUrl}/admin/v1/organization`, ca, {
      method: 'PATCH',
      token: admin,
      body: { helpDesk: { name: "IT 'Service' $x", phone: '+46 8 1' } },
    });
    backend = createServer({ maxHeaderSize: 65_536 }, (incoming, response) => {
      reached.push(incoming.headers);
      let bytes = 0;
      incoming
        .on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength;
        })
        .on('end', () => {
          if (incoming.url === '/set-cookie')
            response.setHeader(
              'set-cookie',
              Array.from({ length: 3 }, (_, n) => `c${n}=${'x'.repeat(4_000)}`),
            );
          response.end(bytes === 0 ? 'your mail' : `${bytes} bytes`);
        });
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    options = {
      hubUrl: hub.baseUrl,
      hubCaFile: hub.admin.caFile,
      doorId: door.id,
      doorKey: door.secret,
      deviceCaPem: deviceAuthority.cert,
      backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
      pages: (await call(`${hub.baseUrl}/admin/v1/doors/mail/pages`, ca, { token: admin })).text,
    };
  });
  afterAll(async () => {
    await hub?.stop();
    backend?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function through<T>(
    change: Partial<NginxOptions> | 'example',
    use: (nginx: RunningNginx) => Promise<T>,
  ): Promise<T> {
    reached.length = 0;
    const nginx =
      change === 'example'
        ? await startExample({ ...options, doorKey: front, dataDir: join(folder, 'data') })
        : await startNginx({ ...options, ...change });
    try {
      return await use(nginx);
    } finally {
      await nginx.stop();
    }
  }

  const ask = (
    nginx: RunningNginx,
    certificate?: CertificateAndKey,
    headers: Record<string, string> = {},
    path = '/mail',
  ): Promise<Answer> =>
    call(`${nginx.url}${path}`, nginx.caPem, {
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      headers,
    });

  /** Everything that a client could hope to be believed. */
  const forged = () => ({
    'x-ssl-client-verify': 'SUCCESS',
    'x-ssl-client-cert': encodeURIComponent(good.cert),
    'x-sallyport-door-key': 'guess',
    'x-original-uri': '/public',
    'x-original-host': 'public',
    'x-real-ip': '10.0.0.1',
    'x-forwarded-client-cert': `Cert="${encodeURIComponent(good.cert)}"`,
    'x-client-cert': encodeURIComponent(good.cert),
    'ssl-client-verify': 'SUCCESS',
    'x-forwarded-user': 'ada@example.com',
    'x-forwarded-for': '10.0.0.1',
    'x-sallyport-user': 'root@example.com',
    'x-sallyport-device': 'forged',
    'x-sallyport-decision': 'grant',
  });

  test.each([false, true])(
    'tells the application who it is, whatever the client says (headers handed on: %s)',
    async (passClientHeaders) => {
      await through({ passClientHeaders }, async (nginx) => {
        expect(await ask(nginx, good, { ...forged(), authorization: 'Basic of-the-app' })).toMatchObject({
          status: 200,
          text: 'your mail',
        });
        expect(reached[0]).toMatchObject({
          'x-sallyport-user': 'ada@example.com',
          'x-sallyport-device': PHONE,
          authorization: 'Basic of-the-app',
        });
      });
    },
  );

  test.each([false, true])(
    'lets nobody in without a certificate (headers handed on: %s)',
    async (passClientHeaders) => {
      await through({ passClientHeaders }, async (nginx) => {
        for (const headers of [{}, forged()]) {
          const answer = await ask(nginx, undefined, headers);
          expect(answer.status).toBe(403);
          expect(answer.headers).toMatchObject({
            'x-sallyport-reason': 'device_not_identified',
            'cache-control': 'no-store',
          });
          expect(answer.text).toContain('We could not recognise this device');
        }
        expect(reached).toEqual([]);
      });
    },
  );

  test('speaks the language of the browser', async () => {
    await through({}, async (nginx) => {
      const answer = await ask(nginx, undefined, { 'accept-language': 'sv-SE, en;q=0.5' });
      expect(answer.text).toContain('<html lang="sv">');
      expect(answer.text).toContain('Vi k&#228;nner inte igen enheten');
    });
  });

  test('lets nobody in with another certificate', async () => {
    const other = await newDeviceAuthority();
    const refused: Record<string, CertificateAndKey> = {
      expired: await issueDeviceCertificate(deviceAuthority, PHONE, {
        to: Date.now() - 5 * DAY,
        from: Date.now() - 10 * DAY,
      }),
      'of another CA': await issueDeviceCertificate(other, PHONE),
      'of an unknown device': await issueDeviceCertificate(deviceAuthority, '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10'),
    };
    await through({}, async (nginx) => {
      for (const [name, certificate] of Object.entries(refused))
        expect((await ask(nginx, certificate)).status, name).toBe(403);
    });
    expect(reached).toEqual([]);
  });

  test('that trusts a CA which the hub does not, lets nobody in with it', async () => {
    const other = await newDeviceAuthority();
    await through({ deviceCaPem: other.cert }, async (nginx) => {
      const answer = await ask(nginx, await issueDeviceCertificate(other, PHONE));
      expect(answer).toMatchObject({ status: 403, headers: { 'x-sallyport-reason': 'device_certificate_invalid' } });
    });
  });

  test.each([{ doorKey: 'wrong' }, { doorId: 'nowhere' }])(
    'with %j stays closed, and both logs say why',
    async (wrong) => {
      await through(wrong, async (nginx) => {
        expect((await ask(nginx, good)).status).toBe(503);
        expect(reached).toEqual([]);
      });
      expect(hub.output()).toContain('a door was refused');
    },
  );

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

  describe.each([
    ['of the manual', {}],
    ['of the manual before it had lines about buffers', { defaultBuffers: true }],
    ['of the example', 'example'],
  ] as const)('as it is set up in the configuration %s', (_, change) => {
    test('takes uploads, with a length in front and in chunks', async () => {
      await through(change, async (nginx) => {
        for (const inChunks of [false, true])
          expect(await upload(nginx, 2 * 1024 * 1024, inChunks)).toMatchObject({ status: 200 });
      });
    });

    test("closes with the partner's advice, however long and in whatever script", async () => {
      await through(change, async (nginx) => {
        for (const sentence of [
          'Удалите приложение с телефона.',
          'このアプリを削除してください。',
          'Remove the app.',
          'Remove 🛑.',
        ]) {
          await report('highSeverity', `${sentence} `.repeat(Math.floor(2_000 / (sentence.length + 1))));
          const answer = await ask(nginx, good);
          expect(answer.status).toBe(403);
          expect(textOf(answer.text)).toContain(sentence);
          expect(await upload(nginx, 2 * 1024 * 1024, false)).toMatchObject({ status: 403 });
        }
        await report('secured');
        expect((await ask(nginx, good)).status).toBe(200);
      });
    });

    test('hands on the longest name that a user can have', async () => {
      const rename = (userPrincipalName: string) =>
        call(`${hub.baseUrl}/v1.0/users/${USER}`, ca, { method: 'PATCH', token: admin, body: { userPrincipalName } });
      const longest = `${'漢'.repeat(200)}@example.com`;
      expect((await rename(longest)).status).toBe(204);
      await through(change, async (nginx) => {
        expect((await ask(nginx, good)).status).toBe(200);
        if (change !== 'example') expect(decodeURIComponent(String(reached[0]?.['x-sallyport-user']))).toBe(longest);
        await report('highSeverity', 'Remove the app.');
        const refused = await ask(nginx, good);
        expect(refused.status).toBe(403);
        expect(refused.text).toContain('Remove the app.');
        await report('secured');
      });
      expect((await rename('ada@example.com')).status).toBe(204);
    });

    test('words the pages of its own in the language of the browser', async () => {
      const expired = await issueDeviceCertificate(deviceAuthority, PHONE, {
        to: Date.now() - 5 * DAY,
        from: Date.now() - 10 * DAY,
      });
      await through(change, async (nginx) => {
        for (const [accepted, language, sentence] of [
          ['sv-SE, en;q=0.5', 'sv', 'Vi kunde inte bekräfta'],
          ['qaa, nl;q=0.5', 'nl', 'We weten niet zeker'],
          ['qaa', 'en', 'We could not confirm'],
          ['nlx', 'en', 'We could not confirm'],
        ] as const) {
          const answer = await ask(nginx, expired, { 'accept-language': accepted });
          expect(answer.status).toBe(403);
          expect(answer.text).toContain(`<html lang="${language}">`);
          expect(answer.text).toContain(`<h1>${sentence}`);
          expect(answer.text).toContain('IT &#39;Service&#39; &#36;x<br><a href="tel:+4681">+46 8 1</a>');
          expect(answer.text).toContain('<meta name="viewport" content="width=device-width,initial-scale=1">');
        }
      });
    });
  });

  test('shows plain pages in the configuration of the example, where nobody made others', async () => {
    const nginx = await startExample({ ...options, doorKey: front, dataDir: join(folder, 'data'), pages: undefined });
    try {
      expect((await ask(nginx, good)).status).toBe(200);
      await report('highSeverity', 'Remove the app.');
      const refused = await ask(nginx, good, { 'accept-language': 'sv' });
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('<html lang="sv">') });
      expect(refused.text).toContain('Remove the app.');
      await report('secured');
    } finally {
      await nginx.stop();
    }
  });

  test.each([
    ['of the manual', {}],
    ['of the example', 'example'],
  ] as const)('takes large cookies and long addresses in the configuration %s', async (_, change) => {
    await through(change, async (nginx) => {
      const cookie = Array.from({ length: 6 }, (_, n) => `c${n}=${'x'.repeat(4_000)}`).join('; ');
      expect((await ask(nginx, good, { cookie })).status).toBe(200);
      if (change !== 'example') expect(reached.at(-1)?.cookie).toBe(cookie);
      expect((await ask(nginx, good, {}, `/mail?q=${'x'.repeat(24_000)}`)).status).toBe(200);
      expect((await ask(nginx, good, {}, '/set-cookie')).status).toBe(200);
      expect((await ask(nginx, undefined, { cookie }, `/mail?q=${'x'.repeat(24_000)}`)).status).toBe(403);
    });
  });

  async function report(threatState: string, recommendedAction?: string): Promise<void> {
    reports += 1;
    const findings = [
      {
        id: 'f',
        type: 'malware',
        severity: 'high',
        state: recommendedAction === undefined ? 'resolved' : 'open',
        title: 'x',
        recommendedAction,
      },
    ];
    const body = {
      reports: [
        {
          reportId: `${reports}`,
          device: { managedDeviceId: PHONE },
          observedDateTime: new Date().toISOString(),
          threatState,
          findings,
        },
      ],
    };
    const answer = await call(`${hub.baseUrl}/partner/v1/device-health`, ca, { token: partner, body });
    expect(answer.text).toContain('accepted');
  }

  function upload(
    nginx: RunningNginx,
    bytes: number,
    inChunks: boolean,
  ): Promise<{ status: number | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = inChunks ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes };
      const sent = request(
        `${nginx.url}/files/a`,
        { method: 'PUT', ca: nginx.caPem, cert: good.cert, key: good.key, agent: false, headers },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => {
              text += chunk;
            })
            .on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      sent.on('error', reject).end(Buffer.alloc(bytes, 'a'));
    });
  }

  /** What a browser shows of a page. */
  function textOf(page: string): string {
    return page.replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)));
  }
});
