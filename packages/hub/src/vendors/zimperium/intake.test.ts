import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ERRORS, HubError } from '@sallyport/contracts';
import { LOOKOUT, PHONE, ZIMPERIUM } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { ZimperiumServer } from '@sallyport/simulators/vendors/zimperium';
import { sample } from '@sallyport/simulators/samples';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { webhookRoutes } from '../../intake/webhooks/webhook-routes.ts';

let zimperium: ZimperiumServer;
let t: TestIntake;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  zimperium = new ZimperiumServer();
  await zimperium.listen();
  t = await testIntake();
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
  await zimperium.close();
});

const SECRET = 'a-long-and-random-webhook-secret';
const AT = Date.parse('2026-03-02T08:00:00Z');

async function link(more: object = {}) {
  await t.link(ZIMPERIUM, 'zimperium', {
    consoleUrl: zimperium.url,
    clientId: zimperium.clientId,
    clientSecret: zimperium.clientSecret,
    webhookSecret: SECRET,
    ...more,
  });
}

async function webhook(...args: Parameters<TestIntake['start']>): Promise<FastifyInstance> {
  const runner = await t.start(...args);
  const app = Fastify();
  apps.push(app);
  app.setErrorHandler((error, _request, reply) => {
    const status =
      error instanceof HubError
        ? ERRORS[error.code].status
        : error instanceof StoreBusy
          ? 503
          : ((error as { statusCode?: number }).statusCode ?? 500);
    return reply.code(status).send({ message: (error as Error).message });
  });
  await app.register(webhookRoutes({ runner }));
  return app;
}

async function push(
  app: FastifyInstance,
  payload: object | string,
  headers: Record<string, string> = { 'x-sallyport-secret': SECRET },
  connector = ZIMPERIUM,
) {
  return app.inject({
    method: 'POST',
    url: `/intake/${connector}`,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function device(id: string, riskPostureName: string, more: object = {}) {
  return {
    id,
    zdeviceId: `z-${id}`,
    riskPostureName,
    lastSeen: AT,
    appStatus: 'ACTIVE',
    deleted: false,
    zappInstance: [{ externalTrackingId1: id === '1' ? PHONE : '' }],
    ...more,
  };
}

function threat(id: string, minute: number, more: object = {}) {
  return {
    id,
    threatTypeId: 37,
    threatTypeName: 'SYSTEM TAMPERING',
    timestamp: AT + minute * 60_000,
    severityName: 'CRITICAL',
    state: 1,
    mitigationEvents: [],
    simulated: false,
    device: { id: '1', zdeviceId: 'z-1', mdmDeviceId: PHONE },
    ...more,
  };
}

/** The constructed record of the Data Export, about our phone and with its own time. */
function exported(eventId: string, minute: number, risk_posture: number, more: object = {}) {
  const [record] = JSON.parse(sample('zimperium/data-export-rest-webhook.constructed.json')) as Record<
    string,
    object
  >[];
  const time = new Date(AT + minute * 60_000).toISOString();
  return {
    ...record,
    event_id: eventId,
    risk_posture,
    eventtimestamp: `03 02 2026 ${time.slice(11, 19)} UTC`,
    device_info: { ...record?.device_info, mdm_device_id: PHONE.toUpperCase() },
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('asking Zimperium', () => {
  test('takes threats and devices, and survives a token that ran out, limits and trouble', async () => {
    zimperium.devices = [device('1', 'CRITICAL')];
    zimperium.threats = [threat('t1', 0)];
    zimperium.trouble('/auth', 500);
    zimperium.trouble('/threats', 401);
    zimperium.trouble('/threats', 200, { body: '<html>proxy</html>' });
    zimperium.trouble('/devices', 429, { headers: { 'retry-after': '9' } });
    zimperium.trouble('/devices', 200, { body: '{"content":null}' });
    await link();
    const runner = await t.start();
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(2);
    });
    await eventually(async () => {
      expect(runner.status(ZIMPERIUM)).toMatchObject({ running: true, problem: null });
    });
    expect(await state()).toBe('highSeverity');
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: 't1', state: 'open' }]);
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
  });

  test.each([true, false])('reads all pages and ends, whether the last is repeated (%s) or empty', async (repeats) => {
    zimperium.repeatsLastPage = repeats;
    zimperium.pageSize = 200;
    zimperium.devices = Array.from({ length: 1000 }, (_, i) => device(String(i), 'NORMAL'));
    await link();
    const runner = await t.start();
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(1000);
    });
    await eventually(async () => {
      expect(runner.status(ZIMPERIUM)?.lastSuccessAt).not.toBeNull();
    });
    await eventually(async () => {
      expect(zimperium.requests.filter((request) => request.path.startsWith('/devices'))).toHaveLength(6);
    });
  });

  test('asks for threats from the last time on, with an overlap, and takes none twice', async () => {
    zimperium.threats = [threat('t1', 0)];
    await link();
    const runner = await t.start();
    await eventually(async () => {
      expect(await t.hub.store.documents.get('vendorCursor', `${ZIMPERIUM}:poll`)).toBeDefined();
    });
    await runner.close();
    t.hub.clock.advance(3_600_000);
    zimperium.threats = [threat('t1', 0), threat('t2', 70)];
    await t.start();
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(2);
    });
    const asked = zimperium.requests
      .filter((request) => request.path.startsWith('/threats'))
      .map((request) => request.query.get('after'));
    expect([asked[0], asked.at(-1)]).toEqual(['2026-02-23T09:00:00.000000Z', '2026-03-01T09:00:00.000000Z']);
  });

  test('believes the list as it is now, also when a word comes back between two contacts, over restarts', async () => {
    await link();
    const seen: unknown[] = [];
    for (const posture of ['NORMAL', 'CRITICAL', 'NORMAL', 'CRITICAL', 'CRITICAL']) {
      zimperium.devices = [device('1', posture)];
      t.hub.clock.advance(10_000);
      const before = t.rounds();
      const runner = await t.start();
      await eventually(async () => {
        expect(t.rounds()).toBeGreaterThan(before);
      });
      await runner.close();
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'highSeverity', 'highSeverity']);
    expect(await t.hub.store.reports.count()).toBe(4);
  });

  test('does nothing and says nothing where only the webhook is set up', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const runner = await t.start();
    expect(runner.status(ZIMPERIUM)).toMatchObject({ running: true, problem: null });
    expect(zimperium.requests).toEqual([]);
  });
});

describe('the webhook', () => {
  test('takes one record or a list, durably, and the phone is closed and opened', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    expect((await push(app, exported('e1', 1, 3))).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
    expect((await push(app, [exported('e2', 5, 0, { mitigated: true }), { hello: 'there' }])).json()).toEqual({
      taken: 1,
      ignored: 1,
    });
    expect(await state()).toBe('secured');
    expect((await t.hub.store.findings.ofDevices([PHONE])).map((finding) => finding.state)).toEqual(['resolved']);
  });

  test('believes a record without a time of its own only where it is bad news', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    const undated = (id: string, posture: number) =>
      exported(id, 1, posture, { eventtimestamp: 'yesterday', forensics: {}, device_info: { mdm_device_id: PHONE } });
    const seen: unknown[] = [];
    for (const record of [
      undated('u1', 0),
      exported('e1', 1, 0),
      undated('u2', 3),
      undated('u3', 1),
      undated('u4', 0),
    ]) {
      t.hub.clock.advance(60_000);
      expect((await push(app, record)).statusCode).toBe(200);
      seen.push(await state());
    }
    expect(seen.slice(1)).toEqual(['secured', 'highSeverity', 'highSeverity', 'highSeverity']);
    expect(seen[0]).not.toBe('secured');
    t.hub.clock.advance(60_000);
    await push(app, exported('e2', 68, 0));
    expect(await state()).toBe('secured');
  });

  test('has no second effect when the vendor sends again', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    await push(app, exported('e1', 1, 3));
    await push(app, exported('e2', 2, 0));
    expect((await push(app, exported('e1', 1, 3))).statusCode).toBe(200);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 2]);
  });

  test("learns which device is behind a vendor's own id", async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    await push(app, exported('e1', 1, 0));
    const later = exported('e2', 2, 3);
    await push(app, { ...later, device_info: { ...later.device_info, mdm_device_id: null } });
    expect(await state()).toBe('highSeverity');
  });

  test('refuses everybody else before reading the body, and tells no one what exists', async () => {
    await link();
    await t.link(LOOKOUT, 'lookout', { baseUrl: zimperium.url, applicationKey: 'x'.repeat(30) });
    const app = await webhook();
    const answers = await Promise.all([
      push(app, exported('e1', 1, 0), {}),
      push(app, exported('e1', 1, 0), { 'x-sallyport-secret': `${SECRET}x` }),
      push(app, exported('e1', 1, 0), { 'x-sallyport-secret': '' }),
      push(app, exported('e1', 1, 0), { authorization: SECRET }),
      push(app, exported('e1', 1, 0), undefined, LOOKOUT),
      push(app, exported('e1', 1, 0), undefined, '00000000-0000-4000-8000-00000000dead'),
      push(app, exported('e1', 1, 0), undefined, '__proto__'),
      push(app, '{'.repeat(100), {}),
    ]);
    expect(answers.map((answer) => answer.statusCode)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('is closed while the link is switched off, and when it has no secret', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET }, false);
    const app = await webhook();
    expect((await push(app, exported('e1', 1, 0))).statusCode).toBe(401);
    await t.link(ZIMPERIUM, 'zimperium', {
      consoleUrl: zimperium.url,
      clientId: zimperium.clientId,
      clientSecret: zimperium.clientSecret,
    });
    expect((await push(app, exported('e1', 1, 0), { 'x-sallyport-secret': '' })).statusCode).toBe(401);
    expect((await push(app, exported('e1', 1, 0), { 'x-sallyport-secret': 'undefined' })).statusCode).toBe(401);
  });

  test.each(['7', '"text"', 'null', '[]', '{not json'])('refuses the body %s', async (body) => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    expect((await push(await webhook(), body)).statusCode).toBe(400);
  });

  test('takes what is no object for nothing, and a record nested beyond reason too', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    const deep = `[1, null, {"event_id": "x", "device_info": {}, "x": ${'['.repeat(5000)}${']'.repeat(5000)}}]`;
    expect((await push(app, deep)).json()).toEqual({ taken: 0, ignored: 3 });
  });

  test('acknowledges nothing while the store is busy', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        throw new StoreBusy('disk full');
      },
    }));
    expect((await push(app, exported('e1', 1, 3))).statusCode).toBe(503);
  });

  test('uses the header name of the link', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET, webhookHeader: 'X-Our-Secret' });
    const app = await webhook();
    expect((await push(app, exported('e1', 1, 3), { 'x-our-secret': SECRET })).statusCode).toBe(200);
    expect((await push(app, exported('e2', 1, 3))).statusCode).toBe(401);
  });
});

describe('incidents that Zimperium pushes', () => {
  function incident(minute: number, ...statuses: readonly string[]) {
    const at = new Date(AT + minute * 60_000).toISOString();
    return {
      incident_id: 'i-1',
      incident_name: 'Trojan on a rooted device',
      device_id: 'z-9',
      incident_created_date: at,
      incident_status: 'Pending',
      related_threats: statuses.map((threat_status, i) => ({
        threat_id: `t-${i}`,
        threat_name: 'Device Jailbroken/Rooted',
        threat_severity: 'CRITICAL',
        threat_status,
        timestamp: at,
      })),
    };
  }

  const ended = (minute: number) => ({
    incident_id: 'i-1',
    incident_updated_date: new Date(AT + minute * 60_000).toISOString(),
    incident_status: 'Marked Fixed',
    fix_reason: 'All the related threats are addressed',
  });

  async function pushOnly(): Promise<FastifyInstance> {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    await t.hub.store.transaction((tx) =>
      tx.vendorDevices.learn([{ connectorId: ZIMPERIUM, vendorDeviceId: 'z-9', deviceId: PHONE }]),
    );
    return webhook();
  }

  test('close the phone and give it back by the end, which names the incident alone, also after a restart', async () => {
    const app = await pushOnly();
    expect((await push(app, incident(1, 'Pending', 'Pending'))).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
    expect((await push(await webhook(), ended(9))).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('secured');
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: 'incident:i-1', state: 'resolved' }]);
  });

  test('give it back when they come again with all threats fixed, and stay over when the first one is sent once more', async () => {
    const app = await pushOnly();
    const seen: unknown[] = [];
    for (const statuses of [
      ['Pending', 'Pending'],
      ['Marked Fixed', 'Pending'],
      ['Marked Fixed', 'Resolved'],
      ['Pending', 'Pending'],
    ] as const) {
      await push(app, incident(1, ...statuses));
      seen.push(await state());
    }
    expect(seen).toEqual(['highSeverity', 'highSeverity', 'secured', 'secured']);
  });

  test('close it again when a threat comes after the end', async () => {
    const app = await pushOnly();
    await push(app, [incident(1, 'Pending'), ended(5), incident(7, 'Pending')]);
    expect(await state()).toBe('highSeverity');
  });

  test('are over when the end was received before them', async () => {
    const app = await pushOnly();
    await push(app, ended(9));
    await push(app, incident(1, 'Pending'));
    expect(await state()).toBe('secured');
    expect((await t.hub.store.reports.replay(0, 10)).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
  });

  test('of phones that nobody knows wait, the end as well, until the phone is assigned', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: SECRET });
    const app = await webhook();
    await push(app, [incident(1, 'Pending'), ended(9)]);
    const [waiting] = await t.hub.store.reports.waitingFor([{ type: 'vendorDeviceId', value: 'z-9' }]);
    expect(waiting?.signal?.keys).toEqual([
      { type: 'vendorDeviceId', value: 'z-9' },
      { type: 'vendorIncidentId', value: 'i-1' },
    ]);
    await t.hub.devices.assignReports('test', PHONE, [{ connectorId: ZIMPERIUM, reportId: waiting?.reportId ?? '' }]);
    expect(await state()).toBe('secured');
  });
});
