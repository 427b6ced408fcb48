import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueDeviceCertificate, newDeviceAuthority } from '@sallyport/simulators/device-ca';
import type { CertificateAndKey } from '@sallyport/simulators/certificates';
import { hasNginx, startNginx, type RunningNginx } from '@sallyport/simulators/gateways/nginx';
import { call, startHub, tokenOf, type Answer, type HubProcess } from '@sallyport/simulators/hub';
import { SseReader } from '@sallyport/simulators/doors';

/** The main job from outside: unmodified clients set it up, a partner reports, a real gateway closes and opens. */

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-main-job-'));
let hub: HubProcess;
let ca: string;
// What the administrator's script printed; its shape is asserted below.
let made: Record<string, any>;
let partner: string;
let gateway: string;

beforeAll(async () => {
  hub = await startHub(join(folder, 'data'));
  ca = readFileSync(hub.admin.caFile, 'utf8');
  const script = join(import.meta.dirname, 'set-up.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, join(folder, 'data', 'admin.json'), PHONE], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: hub.admin.caFile },
  });
  made = JSON.parse(stdout);
  partner = await tokenOf(hub.admin.tokenEndpoint, ca, made.partner.clientId, made.partner.clientSecret);
  gateway = await tokenOf(hub.admin.tokenEndpoint, ca, made.gateway.clientId, made.gateway.clientSecret);
});
afterAll(async () => {
  await hub?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let reportNumber = 0;
async function report(threatState: string, findings: unknown[] = []): Promise<Answer> {
  reportNumber += 1;
  const observed = new Date(Date.now() - 60_000 + reportNumber).toISOString();
  return call(`${hub.baseUrl}/partner/v1/device-health`, ca, {
    token: partner,
    body: {
      reports: [
        {
          reportId: `r-${reportNumber}`,
          device: { serialNumber: 'SN-ADA-1' },
          observedDateTime: observed,
          threatState,
          findings,
        },
      ],
    },
  });
}

async function decide(
  application: string,
  properties: object = { device_id: PHONE },
  context: object = {},
): Promise<Record<string, any>> {
  const answer = await call(`${hub.baseUrl}/access/v1/evaluation`, ca, {
    token: gateway,
    body: {
      subject: { type: 'user', id: 'ada@example.com', properties },
      action: { name: 'access' },
      resource: { type: 'application', id: application },
      context,
    },
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

const MITM = {
  id: 'net-1',
  type: 'ACTIVE_MITM',
  severity: 'high',
  title: 'Man-in-the-middle network',
  detectedDateTime: new Date().toISOString(),
  recommendedAction: 'Leave the network "Cafe".',
};

describe('an unmodified @azure/msal-node and @microsoft/microsoft-graph-client', () => {
  test('find no connector, make one, and switch it on', () => {
    expect(made.missing).toBe('404 ResourceNotFound');
    expect(made.connector).toMatchObject({
      id: '2c7790de-8b02-4814-85cf-e0c59380dee8',
      androidEnabled: false,
      partnerUnresponsivenessThresholdInDays: 7,
    });
    expect(made.patched).toMatchObject({ androidEnabled: true });
  });

  test('store a compliance policy faithfully and read it with its assignments and actions', () => {
    expect(made.expanded).toMatchObject({
      '@odata.type': '#microsoft.graph.androidCompliancePolicy',
      passwordRequired: true,
      passwordMinimumLength: 6,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: made.group.id } }],
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }],
    });
  });

  test('get conditional access policies normalised as Graph does', () => {
    expect(made.access.grantControls.operator).toBe('OR');
    expect(made.device).toMatchObject({ id: PHONE, serialNumber: 'SN-ADA-1', userId: made.user.id });
  });

  test('follow pages', () => expect(made.names).toEqual(['Ada']));
});

describe('mail and files', () => {
  test("close with the report, say why in the user's language, and open again with its remediation", async () => {
    expect((await report('secured')).json()).toEqual({ results: [{ reportId: 'r-1', status: 'accepted' }] });
    const before = await decide('Exchange');
    expect(before.decision).toBe(true);

    await report('highSeverity', [{ ...MITM, state: 'open' }]);
    for (const application of ['Exchange', 'SharePoint', 'OneDrive'])
      expect((await decide(application)).decision).toBe(false);
    const denied = await decide('Exchange');
    expect(denied.context.reasons).toMatchObject([
      { code: 'device_noncompliant', policyId: made.access.id, rule: 'compliantDevice' },
      {
        code: 'threat_level_above_allowed',
        policyId: made.policy?.id ?? made.expanded.id,
        connectorId: '2c7790de-8b02-4814-85cf-e0c59380dee8',
        findingIds: ['net-1'],
        required: 'low',
        actual: 'high',
      },
    ]);
    expect(Object.keys(denied.context.reason_user)).toEqual(['sv']);
    expect(denied.context.reason_user.sv).toContain('Leave the network "Cafe"');
    expect(denied.context.remediation_url).toContain(PHONE);
    expect(Object.keys((await decide('Exchange', undefined, { language: 'nl' })).context.reason_user)).toEqual(['nl']);

    await report('secured', [{ ...MITM, state: 'resolved' }]);
    expect(await decide('Exchange')).toEqual(before);
  });

  test('stay open for what no policy covers', async () => {
    await report('highSeverity');
    expect((await decide('Teams')).decision).toBe(true);
    await report('secured');
  });

  test('are closed without a device', async () => {
    expect(await decide('Exchange', {})).toMatchObject({
      decision: false,
      context: { reasons: [{ code: 'device_not_identified' }] },
    });
  });
});

describe.skipIf(!hasNginx() && process.env.SALLYPORT_TEST_WITHOUT?.includes('nginx') === true)('a real nginx', () => {
  let nginx: RunningNginx;
  let backend: ReturnType<typeof createServer>;
  let certificate: CertificateAndKey;
  let door: { id: string; secret: string };

  beforeAll(async () => {
    const authority = await newDeviceAuthority();
    certificate = await issueDeviceCertificate(authority, PHONE);
    const admin = await tokenOf(hub.admin.tokenEndpoint, ca, hub.admin.clientId, hub.admin.clientSecret);
    const answer = await call(`${hub.baseUrl}/admin/v1/doors`, ca, {
      token: admin,
      body: { id: 'mail', displayName: 'Mail', defaultApplication: 'Exchange', deviceCa: authority.cert },
    });
    expect(answer.status).toBe(201);
    door = answer.json();
    backend = createServer((_request, response) => response.end('your mail')).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    nginx = await startNginx({
      hubUrl: hub.baseUrl,
      hubCaFile: hub.admin.caFile,
      doorId: door.id,
      doorKey: door.secret,
      deviceCaPem: authority.cert,
      backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
      pages: (await call(`${hub.baseUrl}/admin/v1/doors/mail/pages`, ca, { token: admin })).text,
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    backend?.close();
  });

  const mail = () => call(`${nginx.url}/owa/`, nginx.caPem, { cert: certificate.cert, key: certificate.key });

  test('lets in, closes with the report, tells the user why, and opens again', async () => {
    const events = await SseReader.open(`${hub.baseUrl}/doors/mail/events`, ca, {
      'x-sallyport-door-key': door.secret,
    });
    expect(await mail()).toMatchObject({ status: 200, text: 'your mail' });

    await report('highSeverity', [{ ...MITM, state: 'open' }]);
    const closed = await mail();
    expect(closed.status).toBe(403);
    expect(closed.text).toMatch(/säkerhet|Leave the network/);
    expect((await events.next((e) => e.event === 'access-changed')).data).toMatchObject({
      deviceId: PHONE,
      compliant: false,
      wasCompliant: true,
    });

    await report('secured', [{ ...MITM, state: 'resolved' }]);
    expect((await mail()).status).toBe(200);
    await events.next((e) => e.data.compliant === true);
    events.close();
  });

  test('lets nobody in without a certificate, whatever headers they send', async () => {
    const forged = {
      'x-ssl-client-verify': 'SUCCESS',
      'x-ssl-client-cert': encodeURIComponent(certificate.cert),
      'x-forwarded-client-cert': `Cert="${encodeURIComponent(certificate.cert)}"`,
    };
    expect((await call(`${nginx.url}/owa/`, nginx.caPem, { headers: forged })).status).toBe(403);
  });
});

test('a second start keeps everything, and a stop is an orderly one', async () => {
  expect(await hub.stop()).toBe(0);
  const before = hub.admin;
  hub = await startHub(join(folder, 'data'), { listen: new URL(before.baseUrl).host });
  expect(hub.admin).toEqual(before);
  expect((await decide('Exchange')).decision).toBe(true);
  await report('highSeverity');
  expect((await decide('Exchange')).decision).toBe(false);
});
