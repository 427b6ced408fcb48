import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PHONE } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { signingKey, TransmitterServer, type SigningKey } from '@sallyport/simulators/vendors/shared-signals';
import { sharedSignals } from '../../vendors/shared-signals/index.ts';
import { RISK_LEVEL_CHANGE } from '../../vendors/shared-signals/vocabulary.ts';
import { testLink } from '../links/test-link.ts';
import type { TestIntake } from '../testing.ts';
import { testIntake } from '../testing.ts';

const CONNECTOR = '00000000-0000-4000-8000-0000000055f0';
const AT = Date.parse('2026-03-02T08:00:00Z') / 1000;
let key: SigningKey;
let server: TransmitterServer;
let t: TestIntake;

beforeAll(async () => {
  key = await signingKey('k1');
});

beforeEach(async () => {
  server = new TransmitterServer();
  server.keys = [key];
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
    issuer: server.issuer,
    audience: server.audience,
    pollUrl: `${server.url}/poll`,
    pollAuthorization: server.authorization,
    pollSeconds: 300,
    ...more,
  };
}

/** Tokens by jti, about our phone unless told otherwise. */
async function sets(levels: Readonly<Record<string, string>>, id = PHONE): Promise<Record<string, string>> {
  const tokens = Object.entries(levels).map(
    async ([jti, current_level], i) =>
      [
        jti,
        await server.sign({
          jti,
          sub_id: { format: 'opaque', id },
          events: { [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level, event_timestamp: AT + i } },
        }),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(tokens));
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('a transmitter that is polled', () => {
  test('tells at once what it held back for, and gets each token acknowledged', async () => {
    await t.link(CONNECTOR, 'shared-signals', settings());
    const runner = await t.start();
    await eventually(() => {
      expect(server.asked('/poll')).toHaveLength(1);
    });
    server.emit(await sets({ a: 'HIGH' }));
    await eventually(async () => {
      expect(await state()).toBe('highSeverity');
    });
    await eventually(() => {
      expect(server.acknowledged).toEqual(['a']);
    });
    server.emit(await sets({ b: 'HIGH', c: 'LOW' }));
    await eventually(async () => {
      expect(await state()).toBe('lowSeverity');
    });
    await eventually(() => {
      expect([server.acknowledged, server.unacknowledged]).toEqual([['a', 'b', 'c'], []]);
    });
    expect(runner.status(CONNECTOR)).toMatchObject({ running: true, problem: null });
  });

  test('keeps what is not durable yet, and sends it again', async () => {
    let failures = 3;
    await t.link(CONNECTOR, 'shared-signals', settings());
    server.emit(await sets({ a: 'HIGH' }));
    await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        failures -= 1;
        if (failures >= 0) {
          expect(server.acknowledged).toEqual([]);
          throw new StoreBusy('disk full', 1);
        }
        return intake.take(id, reports);
      },
    }));
    await eventually(() => {
      expect(server.acknowledged).toEqual(['a']);
    });
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 1]);
  });

  test('loses and doubles nothing over a restart between keeping and acknowledging', async () => {
    await t.link(CONNECTOR, 'shared-signals', settings());
    server.emit(await sets(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`s${i}`, 'HIGH'])), 'stranger'));
    let taken = 0;
    const first = await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        const outcomes = await intake.take(id, reports);
        taken += 1;
        // Durable, and the transmitter does not hear of it any more.
        if (taken === 2) server.trouble('/poll', 429, { headers: { 'retry-after': '3000' } });
        return outcomes;
      },
    }));
    await eventually(() => {
      expect(first.status(CONNECTOR)?.problem).not.toBeNull();
    });
    await first.close();
    expect([await t.hub.store.reports.count(), server.acknowledged.length]).toEqual([200, 100]);
    await t.start();
    await eventually(() => {
      expect(server.unacknowledged).toEqual([]);
    });
    expect(await t.hub.store.reports.count()).toBe(250);
  });

  test('hears of tokens that are not taken, and the others are taken', async () => {
    await t.link(CONNECTOR, 'shared-signals', settings());
    const good = await sets({ good: 'HIGH' });
    const foreign = await server.sign({
      jti: 'foreign',
      aud: 'https://elsewhere.example',
      sub_id: { format: 'opaque', id: PHONE },
      events: { [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: 'LOW' } },
    });
    server.emit({ broken: 'not a token', foreign, ...good });
    await t.start();
    await eventually(() => {
      expect(server.unacknowledged).toEqual([]);
    });
    expect([server.acknowledged, Object.entries(server.errors).map(([jti, { err }]) => `${jti} ${err}`)]).toEqual([
      ['good'],
      ['broken invalid_request', 'foreign invalid_audience'],
    ]);
    const languages = server
      .asked('/poll')
      .map(({ headers, body }) => [body.includes('setErrs'), headers['content-language']]);
    expect(languages.filter(([refuses, language]) => refuses === (language === undefined))).toEqual([]);
    expect(await state()).toBe('highSeverity');
  });

  test('whose new key cannot be had yet keeps that token, and the others do not wait for it', async () => {
    await t.link(CONNECTOR, 'shared-signals', settings());
    await t.start();
    server.emit(await sets({ first: 'HIGH' }));
    await eventually(() => {
      expect(server.acknowledged).toContain('first');
    });
    const newer = await signingKey('k2');
    const late = await server.sign(
      {
        jti: 'late',
        iat: Math.floor(t.hub.clock.now() / 1000),
        sub_id: { format: 'opaque', id: PHONE },
        events: { [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: 'LOW' } },
      },
      { key: newer },
    );
    server.emit({ late, ...(await sets({ second: 'MEDIUM' })) });
    await eventually(() => {
      expect(server.acknowledged).toContain('second');
    });
    expect([server.unacknowledged, server.errors]).toEqual([['late'], {}]);
    server.keys = [...server.keys, newer];
    t.hub.clock.advance(31_000);
    await eventually(() => {
      expect(server.acknowledged).toContain('late');
    });
  });

  test('that does not mind what is acknowledged is not asked without end', async () => {
    server.forgetful = true;
    await t.link(CONNECTOR, 'shared-signals', settings());
    server.emit(await sets({ a: 'HIGH' }));
    await t.start();
    await eventually(() => {
      expect(t.waits.some((ms) => ms > 250_000)).toBe(true);
    });
    expect(server.asked('/poll')).toHaveLength(2);
    expect(await t.hub.store.reports.count()).toBe(1);
  });

  test('that answers at once is asked again after the time of the settings', async () => {
    server.impatient = true;
    await t.link(CONNECTOR, 'shared-signals', settings());
    await t.start();
    await eventually(() => {
      expect(t.waits).toEqual([300_000]);
    });
    expect(server.asked('/poll')).toHaveLength(1);
  });

  test('survives limits, trouble, garbage and cut connections', async () => {
    server.trouble('/poll', 500);
    server.trouble('/poll', 0);
    server.trouble('/poll', 200, { body: '<html>' });
    server.trouble('/poll', 200, { body: '{"sets":["a"]}' });
    server.trouble('/poll', 429, { headers: { 'retry-after': '9' } });
    server.trouble('/keys', 200, { body: '[]' });
    server.emit(await sets({ a: 'HIGH' }));
    await t.link(CONNECTOR, 'shared-signals', settings());
    const runner = await t.start();
    await eventually(() => {
      expect(runner.status(CONNECTOR)?.problem?.message).toContain('keys');
    });
    await eventually(async () => {
      t.hub.clock.advance(31_000);
      expect(await state()).toBe('highSeverity');
    });
    expect(t.waits.some((ms) => ms >= 9000 && ms <= 10_000)).toBe(true);
  });

  test('is let go when the hub stops in the middle of waiting', async () => {
    await t.link(CONNECTOR, 'shared-signals', settings());
    const runner = await t.start();
    await eventually(() => {
      expect(server.asked('/poll')).toHaveLength(1);
    });
    await runner.close();
  });

  test('is asked with a token where that is wanted', async () => {
    server.trouble('/token', 200, {
      body: JSON.stringify({ access_token: server.authorization.replace('Bearer ', ''), expires_in: 60 }),
    });
    await t.link(
      CONNECTOR,
      'shared-signals',
      settings({
        pollAuthorization: undefined,
        tokenUrl: `${server.url}/token`,
        clientId: 'us',
        clientSecret: 'our-secret',
        scope: 'ssf.read',
      }),
    );
    server.emit(await sets({ a: 'MEDIUM' }));
    await t.start();
    await eventually(async () => {
      expect(await state()).toBe('mediumSeverity');
    });
    expect(Object.fromEntries(new URLSearchParams(server.asked('/token')[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'us',
      client_secret: 'our-secret',
      scope: 'ssf.read',
    });
  });
});

describe('the test of a link', () => {
  const link = (more: object) => ({
    connectorId: CONNECTOR,
    vendor: sharedSignals,
    enabled: true,
    settings: { ...sharedSignals.settings.parse({ ...settings(), ...more }) },
  });
  const tools = () => ({ http: t.http, clock: t.hub.clock, log: { info: () => undefined, warn: () => undefined } });

  test('looks for the keys and, where it polls, tries to', async () => {
    expect(await testLink(link({}), tools())).toEqual({
      ok: true,
      message: 'The transmitter publishes 1 key and lets us poll.',
    });
    expect(JSON.parse(server.asked('/poll')[0]?.body ?? '')).toEqual({ maxEvents: 0, returnImmediately: true });
    expect(
      await testLink(
        link({ pollUrl: undefined, pollAuthorization: undefined, pushAuthorization: 'Bearer a-long-random-text' }),
        tools(),
      ),
    ).toMatchObject({ ok: true, message: expect.stringContaining('waits for it to push') });
  });

  test('says what is wrong, and never the secret', async () => {
    const refused = await testLink(link({ pollAuthorization: 'Bearer a-wrong-secret' }), tools());
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('authorization') });
    expect(refused.message).not.toContain('wrong-secret');
    expect(await testLink(link({ issuer: `${server.url}/t/nobody` }), tools())).toMatchObject({
      ok: false,
      message: expect.stringContaining('404'),
    });
    expect(await testLink(link({ pollUrl: 'http://169.254.169.254/poll' }), tools())).toMatchObject({ ok: false });
  });

  test.each([
    [{ pollUrl: undefined, pollAuthorization: undefined }, 'pushAuthorization'],
    [{ pollAuthorization: undefined }, 'pollAuthorization'],
    [{ tokenUrl: 'https://x.example/token' }, 'clientId'],
    [{ issuer: 'ftp://x.example' }, 'issuer'],
    [{ issuer: 'https://x.example?a=b' }, 'issuer'],
    [{ pollUrl: 'https://user:word@x.example' }, 'pollUrl'],
    [{ pushAuthorization: 'short' }, 'pushAuthorization'],
  ])('settings with %j are refused at %s', (more, field) => {
    const parsed = sharedSignals.settings.safeParse({ ...settings(), ...more });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(field);
  });
});
