import { afterEach, beforeEach, expect, test } from 'vitest';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { PradeoServer } from '@sallyport/simulators/vendors/pradeo';
import { pradeo } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';

const CONNECTOR = '8d0ed095-8191-4bd3-8a41-953b22d51ff7';
let server: PradeoServer;
let t: TestIntake;

beforeEach(async () => {
  server = new PradeoServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
  await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), { serialNumber: 'SER1' }));
});

afterEach(async () => {
  await t.close();
  await server.close();
});

function settings(more: object = {}) {
  return { apiUrl: server.url, accessKey: server.accessKey, secretKey: server.secretKey, ...more };
}

function device(id: string, riskLevel: string | null, more: object = {}) {
  return {
    id,
    serialNumber: id === 'phone' ? 'SER1' : `SERIAL-${id}`,
    imei: null,
    agentStatus: 'online',
    riskLevel,
    securityStatus: riskLevel === null ? 'secured' : 'at risk',
    lockPassword: 'hunter2',
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

async function round(): Promise<string | undefined> {
  t.hub.clock.advance(300_000);
  await t.round(CONNECTOR);
  return state();
}

test('closes a phone by its risk and opens it again, also over restarts and words that come back', async () => {
  await t.link(CONNECTOR, 'pradeo', settings());
  const seen: unknown[] = [];
  for (const risk of [null, 'high', null, 'medium', 'medium', null]) {
    server.devices = [device('phone', risk)];
    seen.push(await round());
  }
  expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'mediumSeverity', 'mediumSeverity', 'secured']);
  expect(JSON.stringify(await t.hub.store.reports.replay(0, 20))).not.toContain('hunter2');
});

test('a device that two whole lists no longer hold is deactivated', async () => {
  server.devices = [device('phone', null), device('other', null)];
  await t.link(CONNECTOR, 'pradeo', settings());
  const seen = [await round()];
  server.devices = [device('other', null)];
  seen.push(await round(), await round());
  expect(seen).toEqual(['secured', 'secured', 'deactivated']);
});

test.each([
  [true, 500, 3],
  [true, 100, 12],
  [false, 500, 4],
])('reads every page once (total told: %s, at most %i at once)', async (tellsTotal, mostAtOnce, requests) => {
  Object.assign(server, { tellsTotal, mostAtOnce });
  server.devices = [...Array.from({ length: 1150 }, (_, i) => device(`d${i}`, null)), device('phone', 'high')];
  await t.link(CONNECTOR, 'pradeo', settings());
  expect(await round()).toBe('highSeverity');
  expect(await t.hub.store.reports.count()).toBe(1151);
  expect(server.asked('/v2/devices').map(({ query }) => query.get('skip'))).toHaveLength(requests);
  expect(server.asked('/v2/devices')[0]?.query.get('take')).toBe('500');
});

test('survives limits, trouble, garbage and cut connections, and waits as long as it is told to', async () => {
  server.devices = [device('phone', 'high')];
  server.trouble('/v2', 429, { headers: { 'retry-after': '17' } });
  server.trouble('/v2', 500);
  server.trouble('/v2', 200, { body: '<html>proxy</html>' });
  server.trouble('/v2', 200, { body: '{"items":"none"}' });
  server.trouble('/v2', 0);
  await t.link(CONNECTOR, 'pradeo', settings());
  const runner = await t.start();
  await eventually(async () => {
    expect(t.rounds()).toBe(1);
  });
  expect(runner.status(CONNECTOR)).toMatchObject({ problem: null });
  expect(t.waits.some((ms) => ms >= 17_000 && ms <= 18_000)).toBe(true);
  expect(await state()).toBe('highSeverity');
});

test('a secret key that was replaced is told, and nothing is taken for gone', async () => {
  server.devices = [device('phone', 'high')];
  await t.link(CONNECTOR, 'pradeo', settings());
  expect(await round()).toBe('highSeverity');
  server.secretKey = 'another';
  const runner = await t.start();
  await eventually(async () => {
    expect(runner.status(CONNECTOR)?.problem?.message).toContain('does not accept the access key and the secret key');
  });
  expect(await state()).toBe('highSeverity');
  expect(runner.status(CONNECTOR)?.problem?.message).not.toContain(server.accessKey);
});

test('a test of the link says whether address and keys are right, and calls no address that is not allowed', async () => {
  const log = { info: () => undefined, warn: () => undefined };
  const tried = async (more: object, http = t.http) =>
    testLink(
      { connectorId: CONNECTOR, vendor: pradeo, enabled: true, settings: pradeo.settings.parse(settings(more)) },
      { http, clock: t.hub.clock, log },
    );
  expect(await tried({})).toEqual({ ok: true, message: 'Pradeo answers; it has no devices yet.' });
  server.devices = [device('phone', null)];
  expect(await tried({})).toEqual({ ok: true, message: 'Pradeo answers and shows its devices.' });
  expect(await tried({ secretKey: 'not-the-key' })).toMatchObject({
    ok: false,
    message: expect.stringContaining('does not accept'),
  });
  expect(await tried({}, createOutbound({ allow: [] }))).toMatchObject({ ok: false });
  expect(server.asked('/v2/devices').every(({ query }) => query.get('take') === '1')).toBe(true);
});
