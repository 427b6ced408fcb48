import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { CheckPointServer } from '@sallyport/simulators/vendors/check-point';
import { checkPoint } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';

const CONNECTOR = 'd3ddeae8-441f-4681-b80f-aef644f7195a';
const AT = Date.parse('2026-03-02T08:00:00Z');
let server: CheckPointServer;
let t: TestIntake;

beforeEach(async () => {
  server = new CheckPointServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
});

afterEach(async () => {
  await t.close();
  await server.close();
});

const settings = () => ({ gatewayUrl: server.url, clientId: server.clientId, accessKey: server.accessKey });

function device(id: string, risk: string, more: object = {}) {
  return {
    internal_id: id,
    risk,
    status: '1',
    mdm: id === '1' ? PHONE.toUpperCase() : null,
    email: `${id}@example.net`,
    last_connection: 'Mon, 02 Mar 2026 07:55:00 +0000',
    ...more,
  };
}

function alert(id: number, minute: number, more: object = {}) {
  return {
    id,
    attack_vector: 'Device',
    backend_last_updated: new Date(AT + minute * 60_000).toISOString(),
    event: 'Detected',
    severity: 'HIGH',
    threat_factors: 'Rooted device',
    device_id: '1',
    mdm_uuid: PHONE,
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

const ALERTS = '/app/SBM/external_api/v3/alert/';
const DEVICES = '/app/SBM/external_api/v1/device_status/';

describe('a link to Check Point', () => {
  test('closes a phone at risk and opens it again, also when the same words come back within a minute', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    const seen: unknown[] = [];
    for (const risk of ['0', '3', '0', '3', '0']) {
      server.devices = [device('1', risk)];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'highSeverity', 'secured']);
    expect(await t.hub.store.reports.count()).toBe(5);
  });

  test('believes the list over an alert about the app, also where the list says the same as before', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    server.devices = [device('1', '0')];
    await t.round(CONNECTOR);
    t.hub.clock.advance(70 * 60_000);
    server.alerts = [alert(1, 65, { event: 'Inactive', severity: 'Information' })];
    await t.round(CONNECTOR);
    expect(await state()).toBe('secured');
  });

  test('takes an alert that the app is not heard of for that, where the list does not say it, until it is back', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    const seen: unknown[] = [];
    server.devices = [device('1', '', { risk: null })];
    for (const [minute, event] of [
      [1, 'Disconnected'],
      [130, 'Active'],
    ] as const) {
      t.hub.clock.advance(69 * 60_000);
      server.alerts = [...server.alerts, alert(minute, minute, { event, severity: 'Information' })];
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['unresponsive', 'activated']);
  });

  test('an alert that the app is back is no word about a device whose app was never lost', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    server.devices = [device('1', '3')];
    await t.round(CONNECTOR);
    server.devices = [device('1', '', { risk: null })];
    server.alerts = [alert(1, 61, { event: 'Active', severity: 'Information' })];
    t.hub.clock.advance(70 * 60_000);
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
  });

  test('ends what was found by the word that there is no risk', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    const findings = async () => (await t.hub.store.findings.ofDevices([PHONE])).map((finding) => finding.state);
    server.devices = [device('1', '3')];
    server.alerts = [alert(1, 0)];
    await t.round(CONNECTOR);
    expect(await findings()).toEqual(['open']);
    server.devices = [device('1', '0')];
    t.hub.clock.advance(3_600_000);
    await t.round(CONNECTOR);
    expect([await findings(), await state()]).toEqual([['resolved'], 'secured']);
  });

  test('takes a device that is gone from the list for one without protection, and believes the list when it is back', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    const seen: unknown[] = [];
    for (const there of [true, false, false, false, true]) {
      server.devices = [...(there ? [device('1', '0')] : []), device('2', '0')];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'secured', 'deactivated', 'deactivated', 'secured']);
  });

  test('does not take the end of a former entry for the end of a phone that was enrolled anew', async () => {
    await t.link(CONNECTOR, 'check-point', settings());
    const former = device('1', '0');
    const next = device('9', '0', { mdm: PHONE });
    for (const devices of [[former], [next], [next], [next]]) {
      server.devices = devices;
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
    }
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 3]);
  });

  test.each([
    [PHONE, 'highSeverity'],
    [null, 'secured'],
  ])('a former entry that reported last ends with its removal, with the phone named as %s', async (mdm, meanwhile) => {
    await t.link(CONNECTOR, 'check-point', settings());
    const entry = (id: string, risk: string) => device(id, risk, { mdm });
    // Where the list names no phone, alerts have told the hub whose entries these are.
    server.alerts = ['5', '6'].map((id) => alert(Number(id), 60, { device_id: id, event: 'Resolved' }));
    const seen: unknown[] = [];
    for (const former of [[], [entry('5', '3')], [], [], []]) {
      server.devices = [entry('6', '0'), ...former];
      t.hub.clock.advance(60_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'highSeverity', meanwhile, 'secured']);
  });

  test('survives tokens that ran out, limits, trouble, garbage and cut connections', async () => {
    server.devices = [device('1', '3')];
    server.alerts = [alert(101, 0)];
    server.trouble('/auth/external', 500);
    server.trouble(ALERTS, 200, { body: '{"success":false,"message":"Authentication required","forceLogout":true}' });
    server.trouble(ALERTS, 200, { body: '<html>proxy</html>' });
    server.trouble(ALERTS, 0);
    server.trouble(DEVICES, 429, { headers: { 'retry-after': '9' } });
    server.trouble(DEVICES, 200, { body: '{"objects":null}' });
    server.trouble(DEVICES, 200, {
      body: '{"meta":{"next":"/external_api/v1/device_status/../../../steal?x=1"},"objects":[{}]}',
    });
    server.trouble(DEVICES, 200, { body: '{"meta":{"next":"//elsewhere.example/?offset=9"},"objects":[{}]}' });
    await t.link(CONNECTOR, 'check-point', settings());
    const runner = await t.start();
    await eventually(async () => {
      expect(t.rounds()).toBe(1);
    });
    expect(runner.status(CONNECTOR)).toMatchObject({ problem: null });
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 2]);
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([
      { id: '101', state: 'open', severity: 'high' },
    ]);
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
    expect(
      server.requests.every(
        (request) => request.path.startsWith('/app/SBM/external_api/v') || request.path === '/auth/external',
      ),
    ).toBe(true);
  });

  test('reads all pages, each once, though each costs a new token, and goes on at the one that failed', async () => {
    server.pageSize = 40;
    server.devices = Array.from({ length: 150 }, (_, i) => device(String(i + 10), '0'));
    let failed = false;
    await t.link(CONNECTOR, 'check-point', settings());
    await t.start((intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        server.expireTokens();
        if (!failed && reports.some(({ signal }) => signal.keys.some((key) => key.value === '95'))) {
          failed = true;
          throw new StoreBusy('disk full', 1);
        }
        return intake.take(id, reports);
      },
    }));
    await eventually(async () => {
      expect(t.rounds()).toBe(1);
    });
    expect(await t.hub.store.reports.count()).toBe(150);
    expect(server.asked(DEVICES).map((request) => request.query.get('offset'))).toEqual([
      '0',
      '40',
      '40',
      '80',
      '80',
      '80',
      '120',
      '120',
    ]);
  });

  test.each(['path', 'address'])('finds the next page also where it is named by its %s in full', async (how) => {
    server.pageSize = 1;
    server.nextBefore = `${how === 'path' ? '' : server.url}/app/SBM`;
    server.devices = [device('1', '0'), device('2', '0')];
    await t.link(CONNECTOR, 'check-point', settings());
    const runner = await t.start();
    await eventually(async () => {
      expect(t.rounds()).toBe(1);
    });
    expect([runner.status(CONNECTOR)?.problem, await t.hub.store.reports.count()]).toEqual([null, 2]);
  });

  test('does not go round in circles when a page names itself as the next', async () => {
    const path = '/external_api/v1/device_status/?limit=100&offset=0';
    for (let i = 0; i < 3; i += 1)
      server.trouble(DEVICES, 200, { body: JSON.stringify({ meta: { next: path }, objects: [device('1', '2')] }) });
    await t.link(CONNECTOR, 'check-point', settings());
    const runner = await t.start();
    await eventually(async () => {
      expect(t.rounds()).toBe(1);
    });
    expect([await state(), runner.status(CONNECTOR)?.problem]).toEqual(['mediumSeverity', null]);
    expect(server.asked(DEVICES)).toHaveLength(1);
  });

  test('loses and doubles nothing over a restart in the middle of the list', async () => {
    server.pageSize = 50;
    server.devices = Array.from({ length: 200 }, (_, i) => device(String(i), '0'));
    await t.link(CONNECTOR, 'check-point', settings());
    const first = await t.start((intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        const outcomes = await intake.take(id, reports);
        if ((await t.hub.store.reports.count()) >= 100)
          server.trouble(DEVICES, 429, { headers: { 'retry-after': '3000' } });
        return outcomes;
      },
    }));
    await eventually(async () => {
      expect(first.status(CONNECTOR)?.problem).not.toBeNull();
    });
    await first.close();
    expect(await t.hub.store.reports.count()).toBe(100);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(200);
    server.devices = server.devices.map((one, i) => (i === 150 ? device('150', '3') : one));
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(201);
  });

  test('asks for alerts from the last time on, with an overlap for late ones, and takes none twice', async () => {
    server.alerts = [alert(1, 0)];
    await t.link(CONNECTOR, 'check-point', settings());
    await t.round(CONNECTOR);
    server.alerts = [alert(1, 0), alert(2, 50, { event: 'Resolved' })];
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(2);
    const findings = (await t.hub.store.findings.ofDevices([PHONE])).map(({ id, state }) => `${id} ${state}`);
    expect(findings.sort()).toEqual(['1 open', '2 resolved']);
    expect(server.asked(ALERTS).map((request) => request.query.get('backend_last_updated__gte'))).toEqual([
      '2026-02-23T09:00:00.000000Z',
      '2026-03-02T08:45:00.000000Z',
    ]);
  });

  test('finds by an alert the device whose list entry names no id of the device management', async () => {
    server.devices = [device('7', '3')];
    server.alerts = [alert(5, 0, { device_id: 7 })];
    await t.link(CONNECTOR, 'check-point', settings());
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
  });

  test('keeps what it says of a stranger until the phone is enrolled', async () => {
    const later = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a99';
    server.devices = [device('9', '2', { mdm: later })];
    await t.link(CONNECTOR, 'check-point', settings());
    await t.round(CONNECTOR);
    await t.hub.devices.put('test', phone(later, t.hub.clock.now()));
    expect((await t.hub.store.postures.get([later]))[0]?.mergedState).toBe('mediumSeverity');
  });

  test('says what is wrong, and never the key', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: checkPoint,
      enabled: true,
      settings: { ...checkPoint.settings.parse({ ...settings(), ...more }) },
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toEqual({
      ok: true,
      message: 'Check Point answers; it has no devices yet.',
    });
    const refused = await testLink(link({ accessKey: 'a-wrong-key-altogether' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('API key') });
    expect(refused.message).not.toContain('a-wrong-key');
    server.trouble('/auth/external', 200, { body: '[1]' });
    expect(await testLink(link({}), tools)).toMatchObject({ ok: false });
    expect(await testLink(link({ gatewayUrl: 'http://169.254.169.254' }), tools)).toMatchObject({ ok: false });
  });
});
