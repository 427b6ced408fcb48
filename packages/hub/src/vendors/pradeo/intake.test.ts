import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sample } from '@sallyport/simulators/samples';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { testRoutes } from '../../intake/webhooks/testing-webhook.ts';
import { pradeo } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import { webhookRoutes } from '../../intake/webhooks/webhook-routes.ts';

const CONNECTOR = '8d0ed095-8191-4bd3-8a41-953b22d51ff7';
const SECRET = 'a-long-and-random-webhook-secret';
const AT = Date.parse('2026-03-02T08:00:00Z');

type Item = Record<string, unknown>;

const [SAMPLE] = sample('pradeo/events.constructed.ndjson')
  .split('\n')
  .map((line) => (line === '' ? {} : JSON.parse(line)) as { content: { deviceCorrelation: Item & { device: Item } } });

let t: TestIntake;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  t = await testIntake();
  await t.connector(CONNECTOR);
  await t.link(CONNECTOR, 'pradeo', { webhookSecret: SECRET });
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
});

async function webhook(...args: Parameters<TestIntake['start']>): Promise<FastifyInstance> {
  const app = await testRoutes(webhookRoutes({ runner: await t.start(...args) }));
  apps.push(app);
  return app;
}

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

const device = (more: Item = {}) => ({
  ...SAMPLE?.content.deviceCorrelation.device,
  singleEnrollmentKey: 'KEY-4711',
  lockPassword: 'hunter2',
  emmDeviceInfo: { externalId: PHONE.toUpperCase(), emm: 'intune' },
  ...more,
});

function event(id: string, minute: number, content: Item) {
  return {
    id,
    creationDate: new Date(AT + minute * 60_000).toISOString(),
    source: 'system',
    category: 'null',
    type: 'ByItsContent',
    content,
  };
}

function correlation(id: string, minute: number, applicationThreatLevel: string, more: Item = {}) {
  return event(id, minute, {
    deviceCorrelation: { ...SAMPLE?.content.deviceCorrelation, applicationThreatLevel, device: device(more) },
  });
}

function compliance(id: string, minute: number, status: string) {
  return event(id, minute, { deviceCompliance: { status, device: device(), matchedResponseRules: [] } });
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

test('a phone is closed by red and opened by green, and twice is once', async () => {
  const app = await webhook();
  expect((await push(app, correlation('e1', 1, 'Red'))).json()).toEqual({ taken: 1, ignored: 0 });
  expect(await state()).toBe('highSeverity');
  expect((await push(app, [correlation('e2', 5, 'Green'), { type: 'MessageCreated' }])).json()).toEqual({
    taken: 1,
    ignored: 1,
  });
  expect(await state()).toBe('secured');
  await push(app, correlation('e1', 1, 'Red'));
  expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 2]);
});

test('no enrolment key and no lock password reaches the store', async () => {
  await push(await webhook(), [
    correlation('e1', 1, 'Red'),
    correlation('e2', 2, 'Green', { emmDeviceInfo: { externalId: 'a-stranger' } }),
  ]);
  const kept = JSON.stringify(await t.hub.store.reports.replay(0, 10));
  expect(kept).toContain('applicationThreatLevel');
  expect(kept).not.toMatch(/KEY-4711|hunter2|lockPassword|singleEnrollmentKey/);
});

test('where only compliance is told, a refusal closes the phone and an approval opens it', async () => {
  const app = await webhook();
  await push(app, compliance('c0', 0, 'Approved'));
  expect(await state()).toBe('activated');
  await push(app, compliance('c1', 1, 'Disapproved'));
  expect(await state()).toBe('highSeverity');
  await push(app, compliance('c2', 2, 'Approved'));
  expect(await state()).toBe('secured');
});

test('where correlations are told, compliance changes nothing', async () => {
  const app = await webhook();
  await push(app, [
    correlation('e1', 1, 'Orange'),
    compliance('c1', 2, 'Disapproved'),
    compliance('c2', 3, 'Approved'),
  ]);
  expect(await state()).toBe('mediumSeverity');
  await t.link(CONNECTOR, 'pradeo', { webhookSecret: SECRET, orangeLevel: 'low' });
  await push(app, correlation('e2', 4, 'Orange'));
  expect(await state()).toBe('lowSeverity');
});

test('a phone without its app is deactivated, and works again when it is coupled anew', async () => {
  const app = await webhook();
  await push(app, correlation('e1', 1, 'Green'));
  await push(app, {
    id: 'e2',
    device: device({ enrollmentStatus: { coupled: false, lastConnection: new Date(AT + 120_000).toISOString() } }),
  });
  expect(await state()).toBe('deactivated');
  await push(app, correlation('e3', 3, 'Green'));
  expect(await state()).toBe('secured');
});

test("events with nothing but Pradeo's own id find their phone, also after a restart", async () => {
  const first = await webhook();
  await push(first, correlation('e1', 1, 'Green'));
  const history = {
    ...event('h1', 2, { deviceId: SAMPLE?.content.deviceCorrelation.device.id, event: { kind: 'Root', value: 1 } }),
    type: 'DeviceStatusHistoryUpdated',
  };
  await push(await webhook(), history);
  expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([
    { id: 'status:Root', state: 'open', category: 'phys.root' },
  ]);
  expect(await state()).toBe('secured');
});

test('a serial number finds the phone, a placeholder in its place does not', async () => {
  await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), { serialNumber: 'SER1' }));
  const app = await webhook();
  await push(app, correlation('e1', 1, 'Red', { emmDeviceInfo: null, serialNumber: 'unknown', id: 'other' }));
  expect(await state()).toBe('unknown');
  await push(app, correlation('e2', 2, 'Red', { emmDeviceInfo: null, serialNumber: 'ser1' }));
  expect(await state()).toBe('highSeverity');
});

test('nothing is acknowledged while the store is busy, and nobody gets in without the secret', async () => {
  const busy = await webhook((intake) => ({
    ...intake,
    heartbeat: (id) => intake.heartbeat(id),
    take: async () => {
      throw new StoreBusy('disk full');
    },
  }));
  expect((await push(busy, correlation('e1', 1, 'Red'))).statusCode).toBe(503);
  const app = await webhook();
  for (const headers of [
    {},
    { 'x-sallyport-secret': `${SECRET}x` },
    { 'x-sallyport-secret': '' },
    { authorization: SECRET },
  ] as Record<string, string>[]) {
    expect((await push(app, correlation('e1', 1, 'Red'), headers)).statusCode).toBe(401);
  }
  expect(await t.hub.store.reports.count()).toBe(0);
});

test('a test of the link tells where to push to, what has come in and who was turned away, and never the secret', async () => {
  const log = { info: () => undefined, warn: () => undefined };
  const link = {
    connectorId: CONNECTOR,
    vendor: pradeo,
    enabled: true,
    settings: pradeo.settings.parse({ webhookSecret: SECRET }),
  };
  const unsaved = await testLink(link, { http: t.http, clock: t.hub.clock, log });
  expect(unsaved).toMatchObject({ ok: true, message: expect.stringContaining('not running') });
  const runner = await t.start();
  const app = await testRoutes(webhookRoutes({ runner }));
  apps.push(app);
  const said: string[] = [];
  for (const act of [
    async () => undefined,
    () => push(app, correlation('e1', 1, 'Red'), { 'x-sallyport-secret': 'wrong' }),
    () => push(app, correlation('e1', 1, 'Red')),
  ]) {
    await act();
    said.push((await testLink(link, { http: t.http, clock: t.hub.clock, log, runner })).message);
    t.hub.clock.advance(1000);
  }
  const where = `The settings are complete. There is nothing to ask: this link waits for Pradeo to push to /intake/${CONNECTOR} with the secret in the header x-sallyport-secret.`;
  expect(said[0]).toBe(`${where} Nothing has come since the hub started: send an event.`);
  expect(said[1]).toMatch(/send an event\. A call with a missing or wrong secret was turned away 20/);
  expect(said[2]).toMatch(/The last report about a device came 20\S+$/);
  expect(said.join(' ')).not.toContain(SECRET);
});
