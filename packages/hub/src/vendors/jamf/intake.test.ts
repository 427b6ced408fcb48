import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { JamfServer } from '@sallyport/simulators/vendors/jamf';
import { sample } from '@sallyport/simulators/samples';
import { jamf } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { testRoutes } from '../../intake/webhooks/testing-webhook.ts';
import { webhookRoutes } from '../../intake/webhooks/webhook-routes.ts';

const CONNECTOR = '1f58d6d2-02cc-4c80-b008-1bfe7396a10a';
const SECRET = 'a-long-and-random-webhook-secret';
let server: JamfServer;
let t: TestIntake;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  server = new JamfServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
  await server.close();
});

function settings(more: object = {}) {
  const { applicationId, applicationSecret } = server;
  return { applicationId, applicationSecret, baseUrl: server.url, webhookSecret: SECRET, ...more };
}

function device(guid: string, riskCategory: string | null, more: object = {}) {
  return {
    guid,
    externalId: guid === 'phone' ? PHONE.toUpperCase() : null,
    riskCategory,
    user: { email: `${guid}@example.net` },
    lastDnsTraffic: 1_740_816_000_000,
    ...more,
  };
}

const STREAM = sample('jamf/threat-events-stream.constructed.ndjson');

/** The constructed stream, about our phone. */
function stream(): string {
  return STREAM.replaceAll(/"externalId": "[^"]*"/g, `"externalId": "${PHONE}"`);
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

async function webhook(wrap?: Parameters<TestIntake['start']>[0]): Promise<FastifyInstance> {
  const app = await testRoutes(webhookRoutes({ runner: await t.start(wrap) }));
  apps.push(app);
  return app;
}

async function push(
  app: FastifyInstance,
  payload: string,
  type = 'application/x-ndjson',
  headers: Record<string, string> = { 'x-sallyport-secret': SECRET },
) {
  return app.inject({
    method: 'POST',
    url: `/intake/${CONNECTOR}`,
    payload,
    headers: { 'content-type': type, ...headers },
  });
}

test('with the stream alone a threat closes the phone by its severity, and "Resolved" ends it', async () => {
  await t.link(CONNECTOR, 'jamf', settings());
  const app = await webhook();
  const [line = ''] = stream().split('\n');
  const told = async (action: string, severity: number, minute: number) => {
    const { event } = JSON.parse(line) as { event: object };
    await push(
      app,
      JSON.stringify({ event: { ...event, action, severity, timestamp: `2025-03-01T08:0${minute}:00.000Z` } }),
    );
    return state();
  };
  expect([await told('Detected', 4, 1), await told('Resolved', 4, 2)]).toEqual(['lowSeverity', 'secured']);
});

test('a line that is broken off does not keep the others out, and is not lost with a 200', async () => {
  await t.link(CONNECTOR, 'jamf', settings());
  const app = await webhook();
  const [first = '', ...others] = stream().trim().split('\n');
  expect((await push(app, [first, first.slice(0, 200), ...others].join('\n'))).statusCode).toBe(400);
  expect(await t.hub.store.reports.count()).toBe(3);
  expect((await push(app, first.slice(0, 200))).statusCode).toBe(400);
});

test('a risk that is secure again ends what the events told of the device, and nothing that comes after it', async () => {
  await t.link(CONNECTOR, 'jamf', settings());
  const open = async () =>
    (await t.hub.store.findings.ofDevices([PHONE]))
      .filter((finding) => finding.state === 'open')
      .map(({ type }) => type)
      .sort();
  const app = await webhook();
  await push(app, stream());
  expect(await open()).toEqual(['SIDE_LOADED_APP_IN_INVENTORY']);
  for (const risk of ['HIGH', 'SECURE']) {
    server.devices = [device('phone', risk)];
    t.hub.clock.advance(10_000);
    await t.round(CONNECTOR);
    expect([risk, (await open()).length]).toEqual([risk, risk === 'HIGH' ? 1 : 0]);
  }
  const later = new Date(t.hub.clock.now() + 60_000).toISOString();
  t.hub.clock.advance(60_000);
  await push(
    app,
    stream().split('\n')[0]!.replace('2025-03-01T08:00:00.000Z', later).replaceAll('000000005001', '000000005091'),
  );
  expect(await open()).toEqual(['SIDE_LOADED_APP_IN_INVENTORY']);
  // The daily word, told again before Jamf has come to the risk.
  t.hub.clock.advance(60_000);
  await t.hub.store.transaction((tx) => tx.documents.delete('vendorCursor', `${CONNECTOR}:poll`));
  await t.round(CONNECTOR);
  expect(await open()).toEqual(['SIDE_LOADED_APP_IN_INVENTORY']);
});

describe('asking Jamf', () => {
  test('closes a phone at risk and opens it again, also when the same words come back within seconds', async () => {
    await t.link(CONNECTOR, 'jamf', settings());
    const seen: unknown[] = [];
    for (const risk of ['SECURE', 'HIGH', 'SECURE', 'HIGH', 'NOT_APPLICABLE', 'SECURE']) {
      server.devices = [device('phone', risk)];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'highSeverity', 'highSeverity', 'secured']);
    expect(await t.hub.store.reports.count()).toBe(6);
  });

  test('survives tokens that ran out, limits, trouble, garbage and cut connections', async () => {
    server.devices = [device('phone', 'HIGH')];
    server.trouble('/v1/login', 500);
    server.trouble('/v1/login', 200, { body: '{"token":7}' });
    server.tooMany('/v1/login', 4000);
    server.trouble('/risk', 401);
    server.trouble('/risk', 0);
    server.trouble('/risk', 200, { body: '<html>proxy</html>' });
    server.trouble('/risk', 200, { body: '{"userDeviceList":7}' });
    server.tooMany('/risk', 9000);
    await t.link(CONNECTOR, 'jamf', settings());
    await t.round(CONNECTOR);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 1]);
    expect([t.waits.some((ms) => ms >= 4000 && ms <= 5000), t.waits.some((ms) => ms >= 9000 && ms <= 10_000)]).toEqual([
      true,
      true,
    ]);
  });

  test('reads all pages, no faster than Jamf allows, and doubles nothing over a restart in the middle', async () => {
    server.devices = Array.from({ length: 350 }, (_, i) => device(`d${i}`, 'SECURE'));
    await t.link(CONNECTOR, 'jamf', settings());
    const runner = await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        if ((await t.hub.store.reports.count()) >= 200) throw new StoreBusy('disk full', 300);
        return intake.take(id, reports);
      },
    }));
    await eventually(async () => {
      expect(runner.status(CONNECTOR)?.problem).not.toBeNull();
    });
    await runner.close();
    expect(await t.hub.store.reports.count()).toBe(200);
    await t.round(CONNECTOR);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(350);
    expect(t.waits.filter((ms) => ms === 250).length).toBeGreaterThanOrEqual(server.requests.length - 3);
  });

  test('asks a large fleet less often', async () => {
    server.devices = Array.from({ length: 6500 }, (_, i) => device(`d${i}`, 'SECURE'));
    await t.link(CONNECTOR, 'jamf', settings({ pollMinutes: 5 }));
    await t.round(CONNECTOR);
    // 66 pages in each of 144 rounds a day.
    expect(t.waits.at(-1)).toBeGreaterThan(600_000);
  });

  test('says what is wrong, and never the secret', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: jamf,
      enabled: true,
      settings: { ...jamf.settings.parse(settings(more)) },
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toEqual({ ok: true, message: 'Jamf answers; it has no devices yet.' });
    const refused = await testLink(link({ applicationSecret: 'a-wrong-secret' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('Risk API application') });
    expect(refused.message).not.toContain('a-wrong-secret');
    server.trouble('/risk', 403);
    expect(await testLink(link({}), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Risk API application'),
    });
    expect(await testLink(link({ baseUrl: 'http://10.1.2.3' }), tools)).toMatchObject({ ok: false });
  });

  test('never overrides a risk', async () => {
    server.devices = [device('phone', 'HIGH')];
    await t.link(CONNECTOR, 'jamf', settings());
    await t.round(CONNECTOR);
    expect(server.requests.filter(({ method }) => method !== 'GET').every(({ path }) => path === '/v1/login')).toBe(
      true,
    );
  });
});

describe('the Threat Events Stream', () => {
  test.each(['application/x-ndjson', 'application/json', 'text/plain; charset=utf-8'])(
    'is taken, one event a line, as %s',
    async (type) => {
      await t.link(CONNECTOR, 'jamf', settings());
      const app = await webhook();
      expect((await push(app, stream(), type)).json()).toEqual({ taken: 3, ignored: 0 });
      const findings = await t.hub.store.findings.ofDevices([PHONE]);
      expect(findings.map((f) => `${f.type} ${f.state}`).sort()).toEqual([
        'ACCESS_BAD_HOST resolved',
        'SIDE_LOADED_APP_IN_INVENTORY open',
      ]);
    },
  );

  test('tells why, and leaves the level to the risk', async () => {
    server.devices = [device('phone', 'LOW')];
    await t.link(CONNECTOR, 'jamf', settings());
    await t.round(CONNECTOR);
    const app = await webhook();
    await push(app, stream());
    expect(await state()).toBe('lowSeverity');
    expect((await push(app, stream())).statusCode).toBe(200);
    expect(await t.hub.store.reports.count()).toBe(4);
  });

  test("finds by the list the phone that an event names by Jamf's own id", async () => {
    server.devices = [device('00000000-0000-4000-8000-000000000003', 'SECURE', { externalId: PHONE })];
    await t.link(CONNECTOR, 'jamf', settings());
    await t.round(CONNECTOR);
    await push(await webhook(), STREAM);
    expect((await t.hub.store.findings.ofDevices([PHONE])).map((f) => f.id)).toEqual(['OUTDATED_OS']);
  });

  test('is closed to everybody else, and acknowledges nothing that is not durable', async () => {
    await t.link(CONNECTOR, 'jamf', settings());
    const app = await webhook((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        throw new StoreBusy('disk full');
      },
    }));
    expect((await push(app, stream(), undefined, {})).statusCode).toBe(401);
    expect((await push(app, stream(), undefined, { 'x-sallyport-secret': `${SECRET}x` })).statusCode).toBe(401);
    expect((await push(app, stream())).statusCode).toBe(503);
    expect((await push(app, '{not json}\n{nor this}')).statusCode).toBe(400);
    expect((await push(app, stream(), 'text/html')).statusCode).toBe(415);
    expect((await push(app, '')).statusCode).toBe(400);
    await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now()));
    expect(await t.hub.store.findings.ofDevices([PHONE])).toEqual([]);
  });

  test('is not received without a secret', async () => {
    await t.link(CONNECTOR, 'jamf', settings({ webhookSecret: undefined }));
    expect((await push(await webhook(), stream(), undefined, { 'x-sallyport-secret': '' })).statusCode).toBe(401);
  });
});

test('a threat that is newer than the risk closes the phone at once, and the hub asks Jamf for the risk at once', async () => {
  server.devices = [device('phone', 'SECURE')];
  await t.link(CONNECTOR, 'jamf', settings());
  const app = await webhook();
  await eventually(async () => {
    expect([t.rounds(), await state()]).toEqual([1, 'secured']);
  });
  t.hub.clock.advance(60_000);
  const lists = () => server.asked('/risk/v2/devices').length;
  const before = lists();
  const closed = new Promise<void>((resolve) => {
    t.hub.store.onCommitted((rows) => {
      if (rows.some((row) => (row.payload as { mergedState?: string }).mergedState === 'mediumSeverity')) resolve();
    });
  });
  await push(
    app,
    stream().split('\n')[0]!.replace('2025-03-01T08:00:00.000Z', new Date(t.hub.clock.now()).toISOString()),
  );
  await closed;
  t.hub.clock.advance(1_000);
  await eventually(async () => {
    expect([lists() > before, await state()]).toEqual([true, 'secured']);
  });
});
