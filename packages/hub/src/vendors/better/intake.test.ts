import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, ZIMPERIUM } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { LogAnalyticsServer } from '@sallyport/simulators/vendors/better';
import { better } from './index.ts';
import { logCollectorRoutes } from '../../intake/webhooks/log-collector-routes.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { testRoutes } from '../../intake/webhooks/testing-webhook.ts';

const CONNECTOR = '860d3ab4-8fd1-45f5-89cd-ecf51e4f92e5';
const AT = Date.parse('2026-03-02T08:00:00Z');
const DEVICES = 'BetterMTDDeviceLog_CL';
const INCIDENTS = 'BetterMTDIncidentLog_CL';
const KEY = randomBytes(64).toString('base64');
let azure: LogAnalyticsServer;
let t: TestIntake;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  azure = new LogAnalyticsServer();
  await azure.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
  await azure.close();
});

const reader = (more: object = {}) => ({
  loginUrl: azure.url,
  queryUrl: azure.url,
  workspaceId: azure.workspaceId,
  tenantId: azure.tenantId,
  clientId: azure.clientId,
  clientSecret: azure.clientSecret,
  ...more,
});

const time = (minute: number) => new Date(AT + minute * 60_000).toISOString();

function device(minute: number, ThreatLevel_s: string, udid = PHONE, more: object = {}) {
  return {
    row: {
      TimeGenerated: time(minute),
      DeviceUDID_g: udid,
      ThreatLevel_s,
      IsDeleted_b: false,
      UserEmail_s: 'someone@example.net',
      ...more,
    },
  };
}

function incident(minute: number, Status_s: string, ThreatSeverity_s = 'low', ThreatId_d = 1) {
  return {
    row: {
      TimeGenerated: time(minute),
      ThreatId_d,
      ThreatType_s: 'usb_debugging',
      ThreatTitle_s: 'USB debugging',
      ThreatSeverity_s,
      Status_s,
      DeviceId_s: PHONE,
      LogTimeStamp_t: time(minute),
    },
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('reading the workspace that BETTER writes to', () => {
  test('closes a phone at risk and opens it again, and an open low incident makes a safe phone low', async () => {
    await t.link(CONNECTOR, 'better', reader());
    const seen: unknown[] = [];
    for (const [minute, tables] of [
      [1, { [DEVICES]: [device(1, 'High')] }],
      [2, { [DEVICES]: [device(2, 'Low')] }],
      [3, { [INCIDENTS]: [incident(3, 'active')] }],
      [4, { [DEVICES]: [device(4, 'Low')] }],
      [5, { [INCIDENTS]: [incident(5, 'resolved')] }],
      [6, { [DEVICES]: [device(6, 'Medium')], [INCIDENTS]: [incident(6, 'active', 'high', 2)] }],
      [7, { [DEVICES]: [device(7, '')] }],
      [8, { [DEVICES]: [device(8, 'Low', PHONE, { IsDeleted_b: true })] }],
    ] as const) {
      for (const [name, rows] of Object.entries(tables)) azure.tables[name] = [...(azure.tables[name] ?? []), ...rows];
      t.hub.clock.at = Math.max(t.hub.clock.at, AT + minute * 60_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual([
      'highSeverity',
      'secured',
      'lowSeverity',
      'lowSeverity',
      'secured',
      'mediumSeverity',
      'mediumSeverity',
      'deactivated',
    ]);
    expect(await t.hub.store.reports.count()).toBe(9);
  });

  test('survives tokens that ran out, limits, trouble, answers in part, garbage and answers that break off', async () => {
    azure.tables[DEVICES] = [device(1, 'High')];
    azure.trouble(`/${azure.tenantId}/`, 503);
    azure.trouble('/v1/', 401);
    azure.trouble('/v1/', 429, { headers: { 'retry-after': '9' } });
    azure.trouble('/v1/', 504);
    azure.trouble('/v1/', 200, { body: '<html>proxy</html>' });
    azure.trouble('/v1/', 200, { body: '{"tables":[]}' });
    azure.trouble('/v1/', 200, {
      body: JSON.stringify({
        tables: [{ columns: [{ name: 'TimeGenerated' }], rows: [[time(50)]] }],
        error: { code: 'PartialError' },
      }),
    });
    azure.trouble('/v1/', 0);
    await t.link(CONNECTOR, 'better', reader());
    await t.round(CONNECTOR);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 1]);
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
  });

  test('reads on from the last row, with an overlap, and finds rows that arrive late', async () => {
    azure.tables[DEVICES] = [device(1, 'High')];
    await t.link(CONNECTOR, 'better', reader());
    await t.round(CONNECTOR);
    // Written two days before it arrived, and older than what is known: kept, and never current.
    azure.tables[DEVICES] = [
      ...azure.tables[DEVICES],
      { ...device(-2880, 'Low'), arrived: time(2) },
      device(30, 'Low'),
    ];
    await t.round(CONNECTOR);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 3]);
    const since = azure
      .queries()
      .filter((kql) => kql.includes(DEVICES))
      .map((kql) => /coalesce.*>= datetime\((.+?)\)/.exec(kql)?.[1]);
    expect(since).toEqual([new Date(t.hub.clock.now() - 30 * 86_400_000).toISOString(), time(-59)]);
  });

  test('reads more rows than fit into an answer, also of one time, and loses and doubles nothing over a restart in the middle', async () => {
    azure.tables[DEVICES] = Array.from({ length: 25_000 }, (_, i) =>
      device(i < 15_000 ? 1 : 2 + Math.floor(i / 1000), 'Low', `udid-${i}`),
    );
    await t.link(CONNECTOR, 'better', reader());
    let stops = true;
    const first = await t.start((intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        azure.expireTokens();
        if (stops && (await t.hub.store.reports.count()) >= 12_000) {
          stops = false;
          throw new StoreBusy('disk full', 3000);
        }
        return intake.take(id, reports);
      },
    }));
    await eventually(() => {
      expect(first.status(CONNECTOR)?.problem).not.toBeNull();
    });
    await first.close();
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(25_000);
  }, 60_000);

  test('does not mind a table that is not there yet', async () => {
    await t.link(CONNECTOR, 'better', reader());
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('says what is wrong, and never the secret', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: better,
      enabled: true,
      settings: better.settings.parse(reader(more)),
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toMatchObject({ ok: true, message: expect.stringContaining('no rows') });
    azure.tables[DEVICES] = [device(1, 'Low')];
    expect(await testLink(link({}), tools)).toEqual({
      ok: true,
      message: 'Log Analytics answers and shows rows of BETTER.',
    });
    const refused = await testLink(link({ clientSecret: 'a-wrong-secret-altogether' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('client id and secret') });
    expect(refused.message).not.toContain('a-wrong-secret');
    expect(await testLink(link({ workspaceId: '00000000-0000-4000-8000-000000000001' }), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('workspace id'),
    });
    azure.trouble('/v1/', 403);
    expect(await testLink(link({}), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Log Analytics Reader'),
    });
  });
});

describe('rows that a relay writes to the hub', () => {
  const WORKSPACE = 'ABCDEF00-0000-4000-8000-000000000077';

  interface Signed {
    readonly key?: string;
    readonly workspace?: string;
    readonly date?: string;
    readonly length?: number;
    readonly headers?: Record<string, string>;
    readonly connector?: string;
  }

  async function collector(...args: Parameters<TestIntake['start']>): Promise<FastifyInstance> {
    const app = await testRoutes(logCollectorRoutes({ runner: await t.start(...args), clock: t.hub.clock }));
    apps.push(app);
    return app;
  }

  async function write(
    app: FastifyInstance,
    logType: string,
    rows: unknown,
    {
      key = KEY,
      workspace = WORKSPACE,
      date = new Date(t.hub.clock.now()).toUTCString(),
      length,
      headers = {},
      connector = CONNECTOR,
    }: Signed = {},
  ) {
    const payload = typeof rows === 'string' ? rows : JSON.stringify(rows);
    const text = `POST\n${length ?? Buffer.byteLength(payload)}\napplication/json\nx-ms-date:${date}\n/api/logs`;
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
    return app.inject({
      method: 'POST',
      url: `/intake/${connector}/api/logs?api-version=2016-04-01`,
      payload,
      headers: {
        'content-type': 'application/json',
        authorization: `SharedKey ${workspace}:${signature}`,
        'x-ms-date': date,
        'log-type': logType,
        ...headers,
      },
    });
  }

  const row = (minute: number, ThreatLevel: string) => ({
    DeviceUDID: PHONE,
    ThreatLevel,
    IsDeleted: false,
    LastReported: time(minute),
    UserEmail: 'ö@example.net',
  });
  const happened = (Status: string) => ({
    ThreatId: 9,
    ThreatType: 'usb_debugging',
    ThreatSeverity: 'low',
    Status,
    DeviceId: PHONE,
    LogTimeStamp: time(9),
  });

  beforeEach(() => t.link(CONNECTOR, 'better', { workspaceId: WORKSPACE, sharedKey: KEY }));

  test('close a phone and open it again, twice is once, and other tables are taken for nothing', async () => {
    const app = await collector();
    expect((await write(app, 'BetterMTDDeviceLog', [row(1, 'High')])).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
    expect((await write(app, 'BetterMTDDeviceLog', row(2, 'Low'))).statusCode).toBe(200);
    expect(await state()).toBe('secured');
    await write(app, 'BetterMTDDeviceLog', [row(1, 'High')]);
    expect((await write(app, 'BetterMTDNetflowLog', [{ Url: 'https://bad.example' }, 7])).json()).toEqual({
      taken: 0,
      ignored: 2,
    });
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 2]);
  });

  test('that tell the beginning and the end of an incident at once leave it closed', async () => {
    const app = await collector();
    await write(app, 'BetterMTDDeviceLog', row(1, 'Low'));
    await write(app, 'BetterMTDIncidentLog', [happened('active')]);
    expect(await state()).toBe('lowSeverity');
    await write(app, 'BetterMTDIncidentLog', [happened('active'), happened('resolved')]);
    expect(await state()).toBe('secured');
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: '9', state: 'resolved' }]);
  });

  test('are refused unless signed with the key, for the workspace, over the length, within 15 minutes', async () => {
    const app = await collector();
    const now = t.hub.clock.now();
    const at = (minutes: number) => new Date(now + minutes * 60_000).toUTCString();
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: 'x'.repeat(30) });
    const rows = [row(1, 'Low')];
    const answers = await Promise.all([
      write(app, 'BetterMTDDeviceLog', rows, { key: randomBytes(64).toString('base64') }),
      write(app, 'BetterMTDDeviceLog', rows, { workspace: '00000000-0000-4000-8000-000000000077' }),
      write(app, 'BetterMTDDeviceLog', rows, { workspace: '' }),
      write(app, 'BetterMTDDeviceLog', rows, { length: 5 }),
      write(app, 'BetterMTDDeviceLog', rows, { date: at(-16) }),
      write(app, 'BetterMTDDeviceLog', rows, { date: at(16) }),
      write(app, 'BetterMTDDeviceLog', rows, { date: new Date(now).toISOString() }),
      write(app, 'BetterMTDDeviceLog', rows, { headers: { 'x-ms-date': at(1) } }),
      write(app, 'BetterMTDDeviceLog', rows, { headers: { authorization: '' } }),
      write(app, 'BetterMTDDeviceLog', rows, { headers: { authorization: `SharedKey ${WORKSPACE}:` } }),
      write(app, 'BetterMTDDeviceLog', rows, { headers: { authorization: `SharedKey ${WORKSPACE}` } }),
      write(app, 'BetterMTDDeviceLog', rows, { connector: ZIMPERIUM }),
      write(app, 'BetterMTDDeviceLog', rows, { connector: '00000000-0000-4000-8000-00000000dead' }),
      write(app, 'BetterMTDDeviceLog', '{'.repeat(100), { key: randomBytes(64).toString('base64') }),
      write(app, 'BetterMTDDeviceLog', rows, { headers: { authorization: `Bearer ${KEY}` } }),
    ]);
    expect(answers.map((answer) => answer.statusCode)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(await t.hub.store.reports.count()).toBe(0);
    expect(
      (await write(app, 'BetterMTDDeviceLog', rows, { date: at(-14), workspace: WORKSPACE.toLowerCase() })).statusCode,
    ).toBe(200);
  });

  test('are refused where the link has no key, or is switched off', async () => {
    await t.link(CONNECTOR, 'better', reader());
    const app = await collector();
    expect(
      (await write(app, 'BetterMTDDeviceLog', [row(1, 'Low')], { key: '', workspace: azure.workspaceId })).statusCode,
    ).toBe(401);
    await t.link(CONNECTOR, 'better', { workspaceId: WORKSPACE, sharedKey: KEY }, false);
    expect((await write(app, 'BetterMTDDeviceLog', [row(1, 'Low')])).statusCode).toBe(401);
  });

  test.each(['', 'a b', 'x'.repeat(101), '../../x'])('need a Log-Type that names a table: %j', async (logType) => {
    expect((await write(await collector(), logType, [])).statusCode).toBe(400);
  });

  test.each(['7', '"text"', 'null', '{not json'])('are refused as %s', async (body) => {
    expect((await write(await collector(), 'BetterMTDDeviceLog', body)).statusCode).toBe(400);
  });

  test('are not acknowledged while the store is busy', async () => {
    const app = await collector((intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        throw new StoreBusy('disk full');
      },
    }));
    expect((await write(app, 'BetterMTDDeviceLog', [row(1, 'High')])).statusCode).toBe(503);
  });
});
