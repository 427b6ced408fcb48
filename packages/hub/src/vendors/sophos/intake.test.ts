import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { SophosServer } from '@sallyport/simulators/vendors/sophos';
import { sophos } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';

const CONNECTOR = '870b252b-0ef0-4707-8847-50fc571472b3';
const AT = Date.parse('2026-03-02T08:00:00Z');
let server: SophosServer;
let t: TestIntake;

beforeEach(async () => {
  server = new SophosServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
});

afterEach(async () => {
  await t.close();
  await server.close();
});

function settings(more: object = {}) {
  return {
    clientId: server.clientId,
    clientSecret: server.clientSecret,
    identityUrl: server.url,
    globalUrl: server.url,
    ...more,
  };
}

function time(minute: number): string {
  return new Date(AT + minute * 60_000).toISOString();
}

function device(id: string, state: string, more: object = {}) {
  return {
    id,
    compliance: { compliant: true },
    healthState: { mode: 'automatic', state },
    managedState: 'managed',
    email: 'alice@example.com',
    lastSeenAt: time(0),
    ...more,
  };
}

function event(id: string, type: string, minute: number, more: object = {}) {
  return {
    id,
    type: `Event::Endpoint::${type}`,
    endpoint_type: 'mobile',
    group: 'MOBILES',
    endpoint_id: 'phone',
    severity: 'high',
    name: 'Malware: Andr/Example-A',
    when: time(minute),
    ...more,
  };
}

function alert(id: string, minute: number, more: object = {}) {
  return {
    id,
    product: 'mobile',
    category: 'mobiles',
    type: 'Event::Endpoint::Threat::PuaDetected',
    severity: 'medium',
    description: 'PUA detected: Andr/Ads',
    raisedAt: time(minute),
    managedAgent: { id: 'phone' },
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

/** An administrator says once which phone Sophos means: its records name no id of the device management. */
async function introduce(): Promise<void> {
  await t.round(CONNECTOR);
  const [waiting] = await t.hub.store.reports.waiting(10);
  expect(waiting?.status).toBe('unmatched');
  await t.hub.devices.assignReports('admin', PHONE, [{ connectorId: CONNECTOR, reportId: waiting?.reportId ?? '' }]);
}

describe('a link to Sophos Central', () => {
  test('closes a phone with a threat, says why, and opens it again', async () => {
    server.devices = [device('phone', 'green')];
    await t.link(CONNECTOR, 'sophos', settings());
    await introduce();
    expect(await state()).toBe('secured');
    t.hub.clock.advance(600_000);
    server.devices = [device('phone', 'red', { compliance: { compliant: false }, lastSeenAt: time(61) })];
    server.events = [
      event('e1', 'Threat::Detected', 61),
      event('e2', 'Mobile::NowNonCompliant::UNKNOWN', 61),
      event('e3', 'Threat::Detected', 61, { endpoint_type: 'computer', group: 'MALWARE' }),
    ];
    server.alerts = [alert('a1', 61)];
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
    const findings = await t.hub.store.findings.ofDevices([PHONE]);
    expect(findings.map((f) => `${f.id} ${f.state} ${f.category ?? ''}`).sort()).toEqual([
      'MALWARE:Andr/Example-A open app.malware',
      'NON_COMPLIANT open phys.insecure_setting',
      'PUA:Andr/Ads open app.riskware',
    ]);
    t.hub.clock.advance(600_000);
    server.devices = [device('phone', 'green', { lastSeenAt: time(70) })];
    server.events.push(
      event('e4', 'Threat::CleanedUp', 70),
      event('e5', 'Mobile::NowCompliant', 70),
      event('e6', 'Threat::PuaCleanedUp', 70, { name: 'Cleaned up: Andr/Ads' }),
    );
    await t.round(CONNECTOR);
    expect(await state()).toBe('secured');
    expect((await t.hub.store.findings.ofDevices([PHONE])).map((f) => f.state)).toEqual([
      'resolved',
      'resolved',
      'resolved',
    ]);
  });

  test('believes the list as it is now, also when a word comes back between two contacts, over restarts', async () => {
    server.devices = [device('phone', 'green')];
    await t.link(CONNECTOR, 'sophos', settings());
    await introduce();
    const seen: unknown[] = [];
    for (const health of ['red', 'green', 'red', 'red', 'green']) {
      server.devices = [device('phone', health)];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['highSeverity', 'secured', 'highSeverity', 'highSeverity', 'secured']);
    expect(await t.hub.store.reports.count()).toBe(5);
  });

  test('a phone that an event says has left, and the list still holds unchanged, is what the list says', async () => {
    server.devices = [device('phone', 'green')];
    await t.link(CONNECTOR, 'sophos', settings());
    await introduce();
    t.hub.clock.advance(600_000);
    server.events = [event('e1', 'Mobile::UnenrolledByUser', 61)];
    await t.round(CONNECTOR);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 3]);
    t.hub.clock.advance(600_000);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(3);
  });

  test('a change of what a breach of a policy counts as counts for all devices at once, there and back', async () => {
    server.devices = [device('phone', 'green', { compliance: { compliant: false } })];
    await t.link(CONNECTOR, 'sophos', settings({ nonCompliantLevel: 'medium' }));
    await introduce();
    const seen: unknown[] = [await state()];
    for (const nonCompliantLevel of ['none', 'medium', 'none', 'none', 'high']) {
      await t.link(CONNECTOR, 'sophos', settings({ nonCompliantLevel }));
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['mediumSeverity', 'secured', 'mediumSeverity', 'secured', 'secured', 'highSeverity']);
  });

  test('survives tokens that ran out, limits, trouble, garbage and cut connections', async () => {
    server.devices = [device('phone', 'red')];
    server.events = [event('e1', 'Threat::Detected', 0)];
    server.alerts = [alert('a1', 0)];
    server.trouble('/api/v2/oauth2/token', 503);
    server.trouble('/whoami', 200, { body: '{"id":7}' });
    server.trouble('/siem', 401);
    server.trouble('/siem', 0);
    server.trouble('/common', 200, { body: '<html>proxy</html>' });
    server.trouble('/common', 429, { headers: { 'retry-after': '9' } });
    server.trouble('/mobile', 200, { body: '{"items":"none"}' });
    server.trouble('/mobile', 500);
    await t.link(CONNECTOR, 'sophos', settings());
    const runner = await t.start();
    await eventually(async () => {
      expect(t.rounds()).toBe(1);
    });
    expect(runner.status(CONNECTOR)).toMatchObject({ problem: null });
    expect(await t.hub.store.reports.count()).toBe(3);
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
    expect(server.asked('/api/v2')).toHaveLength(3);
    expect(server.asked('/whoami')).toHaveLength(2);
  });

  test.each([true, false])(
    'reads all pages, by key (%s) or by number, each once, and goes on at the one that failed',
    async (byKey) => {
      server.devicesByKey = byKey;
      server.devices = Array.from({ length: 130 }, (_, i) => device(`d${i}`, 'green'));
      let failed = false;
      await t.link(CONNECTOR, 'sophos', settings());
      await t.start((intake) => ({
        heartbeat: (id) => intake.heartbeat(id),
        take: async (id, reports) => {
          if (!failed && reports.some(({ signal }) => signal.keys.some((key) => key.value === 'd60'))) {
            failed = true;
            throw new StoreBusy('disk full', 1);
          }
          return intake.take(id, reports);
        },
      }));
      await eventually(async () => {
        expect(t.rounds()).toBe(1);
      });
      expect(await t.hub.store.reports.count()).toBe(130);
      expect(server.requests.filter(({ path }) => path === '/mobile/v1/devices')).toHaveLength(4);
    },
  );

  test('reads alerts by key and events by cursor to their ends', async () => {
    server.eventPage = 200;
    server.events = Array.from({ length: 450 }, (_, i) =>
      event(`e${i}`, 'Threat::Detected', 0, { endpoint_id: `d${i}` }),
    );
    server.alerts = Array.from({ length: 230 }, (_, i) => alert(`a${i}`, 0, { managedAgent: { id: `d${i}` } }));
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(680);
    expect([server.asked('/siem').length, server.asked('/common').length]).toEqual([3, 3]);
  });

  test('loses and doubles nothing over a restart in the middle of the events and of the list', async () => {
    server.eventPage = 200;
    server.events = Array.from({ length: 500 }, (_, i) =>
      event(`e${i}`, 'Threat::Detected', 0, { endpoint_id: `d${i}` }),
    );
    server.devices = Array.from({ length: 150 }, (_, i) => device(`d${i}`, 'green'));
    await t.link(CONNECTOR, 'sophos', settings());
    for (const stopAt of [200, 550]) {
      const runner = await t.start((intake) => ({
        heartbeat: (id) => intake.heartbeat(id),
        take: async (id, reports) => {
          if ((await t.hub.store.reports.count()) >= stopAt) throw new StoreBusy('disk full', 300);
          return intake.take(id, reports);
        },
      }));
      await eventually(async () => {
        expect(runner.status(CONNECTOR)?.problem).not.toBeNull();
      });
      await runner.close();
      expect(await t.hub.store.reports.count()).toBe(stopAt);
    }
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(650);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(650);
  });

  test('goes on after the last event, and begins a day back when Sophos has forgotten it', async () => {
    server.events = [event('e1', 'Threat::Detected', 0)];
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    server.events.push(event('e2', 'Threat::CleanedUp', 1));
    await t.round(CONNECTOR);
    server.forgetEvents();
    server.events.push(event('e3', 'Threat::Detected', 2));
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(3);
    const asked = server.asked('/siem').map(({ query }) => query.get('cursor') ?? `since ${query.get('from_date')}`);
    const dayBack = `since ${(AT + 3_600_000) / 1000 - 86_100}`;
    expect(asked).toEqual([dayBack, '2', '3', dayBack]);
  });

  test('asks for alerts from the last time on, with a day of overlap, and takes none twice', async () => {
    server.alerts = [alert('a1', 0)];
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    t.hub.clock.advance(3_600_000);
    server.alerts.push(alert('a2', 70));
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(2);
    expect(server.asked('/common').map(({ query }) => query.get('from'))).toEqual([
      '2026-02-23T09:00:00.000Z',
      '2026-03-01T09:00:00.000Z',
    ]);
  });

  test('finds a phone by its serial number, which it looks up once, over restarts too', async () => {
    await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), { serialNumber: 'SER1' }));
    server.devices = [device('phone', 'red'), device('tablet', 'green')];
    server.serialNumbers.set('phone', 'SER1');
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
    server.devices = [device('phone', 'green', { lastSeenAt: time(5) }), device('tablet', 'green')];
    t.hub.clock.advance(600_000);
    await t.round(CONNECTOR);
    expect(await state()).toBe('secured');
    expect(
      server.asked('/mobile/v1/devices/').map(({ path, query }) => `${path} ${query.get('devicePropertyKey')}`),
    ).toEqual(['phone', 'tablet'].map((id) => `/mobile/v1/devices/${id}/properties device.serial-number`));
    // Sophos had none for the tablet; a day later it may.
    server.serialNumbers.set('tablet', 'SER2');
    t.hub.clock.advance(25 * 3_600_000);
    await t.round(CONNECTOR);
    expect(server.asked('/mobile/v1/devices/')).toHaveLength(3);
  });

  test('does not wait with a level for serial numbers: those of a large fleet are looked up over several rounds, and not at all where that fails', async () => {
    server.devices = [...Array.from({ length: 90 }, (_, i) => device(`d${i}`, 'green')), device('phone', 'red')];
    for (const { id } of server.devices) server.serialNumbers.set(String(id), `SER-${String(id)}`);
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    expect([await t.hub.store.reports.count(), server.asked('/mobile/v1/devices/').length]).toEqual([91, 60]);
    server.trouble('/mobile/v1/devices/', 429);
    t.hub.clock.advance(600_000);
    await t.round(CONNECTOR);
    expect([await t.hub.store.reports.count(), server.asked('/mobile/v1/devices/').length]).toEqual([91, 61]);
    t.hub.clock.advance(600_000);
    await t.round(CONNECTOR);
    expect([await t.hub.store.reports.count(), server.asked('/mobile/v1/devices/').length]).toEqual([122, 92]);
  });

  test('matches by the mail address only where the administrator allows it, and holds bad news against both phones of a user', async () => {
    const mail = { emailAddress: 'alice@example.com' };
    await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), mail));
    server.devices = [device('phone', 'red')];
    await t.link(CONNECTOR, 'sophos', settings());
    await t.round(CONNECTOR);
    expect(await state()).not.toBe('highSeverity');
    await t.hub.configuration.write('test', async (tx, changed) => {
      const body = { androidEnabled: true, partnerUnresponsivenessThresholdInDays: 7, matchDevicesByEmail: true };
      await tx.documents.put('mobileThreatDefenseConnector', CONNECTOR, body, t.hub.clock.now());
      changed({ kind: 'mobileThreatDefenseConnector', id: CONNECTOR, after: body });
    });
    server.devices = [device('phone', 'red', { lastSeenAt: time(1) })];
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
    await t.hub.devices.put('test', phone('00000000-0000-4000-8000-0000000000aa', t.hub.clock.now(), mail));
    server.devices = [device('phone', 'green', { lastSeenAt: time(2) }), device('tablet', 'red')];
    t.hub.clock.advance(60_000);
    await t.round(CONNECTOR);
    // The first was learnt. The second could be either, so it is held against both until one of them is known to be the tablet.
    expect(await state()).toBe('highSeverity');
    expect((await t.hub.store.reports.waiting(10)).map((report) => report.status)).toContain('ambiguous');
  });

  test('says what is wrong, and never the secret', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: sophos,
      enabled: true,
      settings: { ...sophos.settings.parse(settings(more)) },
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toEqual({
      ok: true,
      message: 'Sophos Central answers (127.0.0.1); it has no mobile devices yet.',
    });
    const refused = await testLink(link({ clientSecret: 'a-wrong-secret' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('client id and secret') });
    expect(refused.message).not.toContain('a-wrong-secret');
    server.trouble('/mobile', 404);
    expect(await testLink(link({}), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Mobile API'),
    });
    server.idType = 'partner';
    expect(await testLink(link({}), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('belongs to a partner'),
    });
    expect(
      await testLink(link({ dataRegionUrl: 'http://169.254.169.254', identityUrl: 'http://169.254.169.254' }), tools),
    ).toMatchObject({ ok: false });
  });
});
