import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, phone } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { DefenderServer } from '@sallyport/simulators/vendors/microsoft-defender';
import { microsoftDefender } from './index.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';

const CONNECTOR = 'fc780465-2017-40d4-a0c5-307022471b92';
const ENTRA = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
let server: DefenderServer;
let t: TestIntake;

beforeEach(async () => {
  server = new DefenderServer();
  await server.listen();
  t = await testIntake();
  await t.connector(CONNECTOR);
  await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), { azureADDeviceId: ENTRA }));
});

afterEach(async () => {
  await t.close();
  await server.close();
});

function settings(more: object = {}) {
  const { tenantId, clientId, clientSecret } = server;
  return { tenantId, clientId, clientSecret, baseUrl: server.url, authorityUrl: server.url, ...more };
}

function machine(id: string, riskScore: string, more: object = {}) {
  return {
    id,
    osPlatform: 'Android',
    healthStatus: 'Active',
    onboardingStatus: 'Onboarded',
    riskScore,
    lastSeen: '2026-03-02T08:00:00Z',
    aadDeviceId: id === 'phone' ? ENTRA.toUpperCase() : null,
    ...more,
  };
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('a link to Microsoft Defender', () => {
  test('closes a phone at risk and opens it again', async () => {
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    const seen: unknown[] = [];
    for (const [i, risk] of ['None', 'High', 'None'].entries()) {
      server.machines = [
        machine('phone', risk, { lastSeen: `2026-03-02T08:0${i}:00Z` }),
        machine('server', 'High', { osPlatform: 'WindowsServer2022' }),
      ];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured']);
    expect(await t.hub.store.reports.count()).toBe(3);
  });

  test('believes the list as it is now, also when a word comes back between two contacts, over restarts', async () => {
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    const seen: unknown[] = [];
    for (const risk of ['None', 'High', 'None', 'High', 'High']) {
      server.machines = [machine('phone', risk)];
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'highSeverity', 'highSeverity']);
    expect(await t.hub.store.reports.count()).toBe(4);
  });

  test('a change of what an inactive device counts as counts at once, there and back', async () => {
    server.machines = [machine('phone', 'None', { healthStatus: 'Inactive' })];
    const seen: unknown[] = [];
    for (const notActive of ['unavailable', 'ignore', 'unavailable', 'ignore']) {
      await t.link(CONNECTOR, 'microsoft-defender', settings({ notActive }));
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      seen.push(await state());
    }
    expect(seen).toEqual(['unresponsive', 'secured', 'unresponsive', 'secured']);
  });

  test('is not held back by the machine that the phone was before it was reset', async () => {
    server.machines = [
      machine('phone', 'None', { lastSeen: '2026-03-02T08:00:00Z' }),
      machine('old', 'High', { aadDeviceId: ENTRA, healthStatus: 'Inactive', lastSeen: '2026-01-02T08:00:00Z' }),
    ];
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    await t.round(CONNECTOR);
    expect(await state()).toBe('secured');
  });

  test('knows after a restart which machine speaks, also when the former one comes first in the list', async () => {
    server.pageSize = 1;
    const young = machine('phone', 'None', { lastSeen: '2026-03-02T08:00:00Z' });
    const old = machine('old', 'High', {
      aadDeviceId: ENTRA,
      healthStatus: 'Inactive',
      lastSeen: '2026-01-02T08:00:00Z',
    });
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    for (const machines of [
      [young, old],
      [{ ...old, lastSeen: '2026-01-02T09:00:00Z' }, young],
    ]) {
      server.machines = machines;
      t.hub.clock.advance(10_000);
      await t.round(CONNECTOR);
      expect(await state()).toBe('secured');
    }
  });

  test('shows computers too where that is wanted', async () => {
    server.machines = [machine('phone', 'None'), machine('pc', 'High', { osPlatform: 'Windows11' })];
    await t.link(CONNECTOR, 'microsoft-defender', settings({ platforms: 'all' }));
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(2);
  });

  test('survives tokens that ran out, limits, trouble, garbage and cut connections', async () => {
    server.machines = [machine('phone', 'High')];
    server.trouble(`/${server.tenantId}`, 500);
    server.trouble('/api', 401);
    server.trouble('/api', 0);
    server.trouble('/api', 200, { body: '<html>proxy</html>' });
    server.trouble('/api', 200, { body: '{"value":{}}' });
    server.trouble('/api', 429, { headers: { 'retry-after': '9' } });
    server.trouble('/api', 503);
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    await t.round(CONNECTOR);
    expect(await state()).toBe('highSeverity');
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
    expect(server.asked(`/${server.tenantId}`)).toHaveLength(3);
  });

  test('follows the links to all pages, each once, over a restart in the middle', async () => {
    server.pageSize = 50;
    server.machines = Array.from({ length: 180 }, (_, i) => machine(`m${i}`, 'None'));
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    const runner = await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        if ((await t.hub.store.reports.count()) >= 100) throw new StoreBusy('disk full', 300);
        return intake.take(id, reports);
      },
    }));
    await eventually(async () => {
      expect(runner.status(CONNECTOR)?.problem).not.toBeNull();
    });
    await runner.close();
    expect(await t.hub.store.reports.count()).toBe(100);
    await t.round(CONNECTOR);
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(180);
    expect(server.asked('/api').at(-1)?.query.get('$skip')).toBe('150');
  });

  test.each(['https://elsewhere.example/api/machines?$skip=1', 'not an address', 7])(
    'takes its token to no other address (%s)',
    async (link) => {
      server.trouble('/api', 200, {
        body: JSON.stringify({ value: [machine('phone', 'High')], '@odata.nextLink': link }),
      });
      await t.link(CONNECTOR, 'microsoft-defender', settings());
      const runner = await t.start((intake) => intake);
      await eventually(async () => {
        expect(t.waits.length).toBeGreaterThan(0);
      });
      expect(server.asked('/api').length).toBeGreaterThan(0);
      await runner.close();
      expect(await t.hub.store.reports.count()).toBe(0);
    },
  );

  test('finds nothing where there are no devices, and says so', async () => {
    await t.link(CONNECTOR, 'microsoft-defender', settings());
    await t.round(CONNECTOR);
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('says what is wrong, and never the secret', async () => {
    const link = (more: object) => ({
      connectorId: CONNECTOR,
      vendor: microsoftDefender,
      enabled: true,
      settings: { ...microsoftDefender.settings.parse(settings(more)) },
    });
    const tools = { http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } };
    expect(await testLink(link({}), tools)).toEqual({
      ok: true,
      message: 'Microsoft Defender answers; it has no Android or iOS devices yet.',
    });
    const refused = await testLink(link({ clientSecret: 'a-wrong-secret' }), tools);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('client id and secret') });
    expect(refused.message).not.toContain('a-wrong-secret');
    server.trouble('/api', 403);
    expect(await testLink(link({}), tools)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Machine.Read.All'),
    });
    expect(await testLink(link({ authorityUrl: 'http://169.254.169.254' }), tools)).toMatchObject({ ok: false });
    expect(microsoftDefender.settings.safeParse(settings({ tenantId: '../../../evil' })).success).toBe(false);
  });
});
