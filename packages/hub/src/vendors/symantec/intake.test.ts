import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { SesServer } from '@sallyport/simulators/vendors/symantec';
import { symantec } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { testRoutes } from '../../intake/webhooks/testing-webhook.ts';
import { webhookRoutes } from '../../intake/webhooks/webhook-routes.ts';

const CONNECTOR = '28fd67fd-b179-4629-a8b0-dad420b697c7';
const SECRET = 'a-long-and-random-webhook-secret';
const AT = Date.parse('2026-03-02T08:00:00Z');
let server: SesServer;
let t: TestIntake;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  server = new SesServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
  await t.hub.devices.put(
    'test',
    phone(PHONE, t.hub.clock.now(), { serialNumber: 'R58M0ABCDE', emailAddress: 'alice@example.com' }),
  );
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
  await server.close();
});

const settings = (more: object = {}) => ({
  apiUrl: server.url,
  clientId: server.clientId,
  clientSecret: server.clientSecret,
  ...more,
});

function device(id: string, device_status: string, more: object = {}) {
  return {
    id,
    name: `phone ${id}`,
    device_type: 'MOBILE',
    os: 'Android',
    device_status,
    ...(id === '1' && { serial_number: 'R58M0ABCDE' }),
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('asking Symantec Endpoint Security', () => {
  test('closes a phone at risk and opens it again, also when the same words come back', async () => {
    await t.link(CONNECTOR, 'symantec', settings());
    const seen: unknown[] = [];
    for (const status of [
      'SECURE',
      'COMPROMISED',
      'AT_RISK',
      'SECURE',
      'NOT_COMPUTED',
      'SECURE',
      'COMPROMISED',
      'SECURE',
    ]) {
      server.devices = [device('1', status), device('pc', 'COMPROMISED', { device_type: 'WORKSTATION' })];
      t.hub.clock.advance(60_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual([
      'secured',
      'highSeverity',
      'mediumSeverity',
      'secured',
      'secured',
      'secured',
      'highSeverity',
      'secured',
    ]);
  });

  test('takes a device that is gone from the list for one without protection, unless the list ends before its own count', async () => {
    await t.link(CONNECTOR, 'symantec', settings());
    const seen: unknown[] = [];
    for (const [there, whole] of [
      [true, true],
      [false, false],
      [false, false],
      [false, true],
      [false, true],
      [true, true],
    ] as const) {
      server.devices = [device('2', 'SECURE'), ...(there ? [device('1', 'SECURE')] : [])];
      server.countedTooMany = whole ? 0 : 1;
      t.hub.clock.advance(60_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'secured', 'secured', 'secured', 'deactivated', 'secured']);
  });

  test('survives tokens that ran out, limits, trouble, garbage and answers that break off', async () => {
    server.devices = [device('1', 'COMPROMISED')];
    server.trouble('/v1/oauth2', 503);
    server.trouble('/v1/oauth2', 200, { body: '{"token":"?"}' });
    server.trouble('/v1/devices', 401);
    server.trouble('/v1/devices', 429, { headers: { 'retry-after': '9' } });
    server.trouble('/v1/devices', 200, { body: '<html>proxy</html>' });
    server.trouble('/v1/devices', 200, { body: '{"devices":{}}' });
    server.trouble('/v1/devices', 0);
    await t.link(CONNECTOR, 'symantec', settings());
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
    expect(server.asked('/v1/devices').every((request) => request.query.get('device_type') === 'MOBILE')).toBe(true);
  });

  test('reads all pages and loses and doubles nothing over a restart in the middle', async () => {
    server.pageSize = 100;
    server.devices = Array.from({ length: 450 }, (_, i) => device(String(i + 10), 'SECURE'));
    await t.link(CONNECTOR, 'symantec', settings());
    const first = await t.start((intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        const outcomes = await intake.take(id, reports);
        server.expireTokens();
        if ((await t.hub.store.reports.count()) >= 200)
          server.trouble('/v1/devices', 429, { headers: { 'retry-after': '3000' } });
        return outcomes;
      },
    }));
    await eventually(() => {
      expect(first.status(CONNECTOR)?.problem).toMatchObject({ message: expect.stringContaining('429') });
    });
    await first.close();
    await t.round(CONNECTOR);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(450);
  });

  test('tells all devices anew when the administrator changes what "at risk" means', async () => {
    server.devices = [device('1', 'AT_RISK')];
    await t.link(CONNECTOR, 'symantec', settings());
    await t.round(CONNECTOR);
    await t.link(CONNECTOR, 'symantec', settings({ atRiskLevel: 'high' }));
    t.hub.clock.advance(60_000);
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
  });

  test('keeps devices that nobody can match, until an administrator says which they are; then they are found', async () => {
    server.devices = [device('5', 'COMPROMISED')];
    await t.link(CONNECTOR, 'symantec', settings());
    await t.round(CONNECTOR);
    const [waiting] = await t.hub.store.reports.waiting(10);
    await t.hub.devices.assignReports('test', PHONE, [{ connectorId: CONNECTOR, reportId: waiting?.reportId ?? '' }]);
    expect(await state()).toBe('highSeverity');
    server.devices = [device('5', 'SECURE')];
    t.hub.clock.advance(60_000);
    await t.round(CONNECTOR);
    expect(await state()).toBe('secured');
  });

  test('says what is wrong, and never the secret', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: symantec,
      enabled: true,
      settings: symantec.settings.parse(settings(more)),
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toEqual({
      ok: true,
      message: 'Symantec answers; it shows no mobile devices.',
    });
    const refused = await testLink(link({ clientSecret: 'a-wrong-secret-altogether' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('client application') });
    expect(refused.message).not.toContain('a-wrong-secret');
  });
});

describe('incidents of SEP Mobile that are pushed', () => {
  const incident = (minute: number, event_type: string, risk: string) => ({
    id: 1001,
    type: 'Malware',
    sub_type: 'Trojan',
    event_type,
    severity: 'High',
    timestamp: new Date(AT + minute * 60_000).toISOString().replace('Z', '+0000'),
    user: { email: 'Alice@Example.com' },
    device: { name: 'phone', os_type: 'Android', health_status: 'Active', risk },
    package_name: 'com.example.bad',
  });

  async function push(
    app: FastifyInstance,
    payload: object,
    headers: Record<string, string> = { 'x-sallyport-secret': SECRET },
  ) {
    return app.inject({
      method: 'POST',
      url: `/intake/${CONNECTOR}`,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  async function webhook(): Promise<FastifyInstance> {
    const app = await testRoutes(webhookRoutes({ runner: await t.start() }));
    apps.push(app);
    return app;
  }

  beforeEach(() => t.connector(CONNECTOR, { matchDevicesByEmail: true }));

  test('close the phone of their user and open it again, and twice is once', async () => {
    await t.link(CONNECTOR, 'symantec', { webhookSecret: SECRET });
    const app = await webhook();
    expect((await push(app, incident(1, 'incident_opened', 'High'))).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([
      { id: '1001', state: 'open', category: 'app.malware' },
    ]);
    expect(
      (
        await push(app, {
          incidents: [incident(1, 'incident_opened', 'High'), incident(9, 'incident_closed', 'Minimal')],
        })
      ).json(),
    ).toEqual({ taken: 2, ignored: 0 });
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 2]);
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([{ state: 'resolved' }]);
  });

  test('of a user with two phones wait for an administrator', async () => {
    await t.hub.devices.put(
      'test',
      phone('3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a77', t.hub.clock.now(), {
        userId: ALICE,
        emailAddress: 'alice@example.com',
      }),
    );
    await t.link(CONNECTOR, 'symantec', { webhookSecret: SECRET });
    await push(await webhook(), incident(1, 'incident_opened', 'High'));
    expect((await t.hub.store.reports.waiting(10)).map((report) => report.status)).toEqual(['ambiguous']);
  });

  test('are refused without the secret, and where none is set up', async () => {
    await t.link(CONNECTOR, 'symantec', settings({ webhookSecret: SECRET }));
    const app = await webhook();
    expect((await push(app, incident(1, 'incident_opened', 'High'), {})).statusCode).toBe(401);
    await t.link(CONNECTOR, 'symantec', settings());
    expect((await push(app, incident(1, 'incident_opened', 'High'))).statusCode).toBe(401);
    expect(await t.hub.store.reports.count()).toBe(0);
  });
});
