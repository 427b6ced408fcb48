import type { FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PHONE, phone, ZIMPERIUM } from '../../pipeline/testing.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { signingKey, TransmitterServer, type SigningKey } from '@sallyport/simulators/vendors/shared-signals';
import { sample } from '@sallyport/simulators/samples';
import {
  DEVICE_COMPLIANCE_CHANGE,
  OKTA_DEVICE_RISK_CHANGE,
  RISK_LEVEL_CHANGE,
  SESSION_REVOKED,
  STREAM_UPDATED,
  VERIFICATION,
} from '../../vendors/shared-signals/vocabulary.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { TestIntake } from '../testing.ts';
import { testIntake } from '../testing.ts';
import { testRoutes } from '../webhooks/testing-webhook.ts';
import { ssfPushRoutes } from './push-routes.ts';

/** The administrator's own connector: no partner has a well-known one for this. */
const CONNECTOR = '00000000-0000-4000-8000-0000000055f0';
const AUTHORIZATION = 'Bearer push-secret-of-some-length';
const AT = Date.parse('2026-03-02T08:00:00Z') / 1000;
let key: SigningKey;
let server: TransmitterServer;
let t: TestIntake;
const apps: FastifyInstance[] = [];

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
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
  await server.close();
});

async function started(more: object = {}, wrap?: Parameters<TestIntake['start']>[0]): Promise<IntakeRunner> {
  await t.link(CONNECTOR, 'shared-signals', {
    issuer: server.issuer,
    audience: server.audience,
    pushAuthorization: AUTHORIZATION,
    ...more,
  });
  return t.start(wrap);
}

async function start(more: object = {}, wrap?: Parameters<TestIntake['start']>[0]): Promise<FastifyInstance> {
  const app = await testRoutes(ssfPushRoutes({ runner: await started(more, wrap), http: t.http, clock: t.hub.clock }));
  apps.push(app);
  return app;
}

async function push(
  app: FastifyInstance,
  token: string,
  { type = 'application/secevent+jwt', authorization = AUTHORIZATION as string | null, connector = CONNECTOR } = {},
) {
  const answer = await app.inject({
    method: 'POST',
    url: `/intake/${connector}/ssf`,
    payload: token,
    headers: { 'content-type': type, ...(authorization !== null && { authorization }) },
  });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json(), headers: answer.headers };
}

const DEVICE = {
  format: 'complex',
  device: { format: 'opaque', id: PHONE.toUpperCase() },
  user: { format: 'email', email: 'alice@example.com' },
};

async function about(minute: number, type: string, event: object, more: object = {}): Promise<string> {
  return server.sign({ sub_id: DEVICE, events: { [type]: { event_timestamp: AT + minute * 60, ...event } }, ...more });
}

const risk = (minute: number, current_level: string, more: object = {}) =>
  about(minute, RISK_LEVEL_CHANGE, { principal: 'DEVICE', current_level }, more);
const compliance = (minute: number, previous_status: string, current_status: string) =>
  about(minute, DEVICE_COMPLIANCE_CHANGE, { previous_status, current_status });

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('a transmitter that pushes', () => {
  test('closes a phone that is not compliant, and opens it when it is again', async () => {
    const app = await start();
    expect(await push(app, await compliance(1, 'compliant', 'not-compliant'))).toMatchObject({
      status: 202,
      body: undefined,
    });
    expect(await state()).toBe('highSeverity');
    expect((await push(app, await compliance(2, 'not-compliant', 'compliant'))).status).toBe(202);
    expect(await state()).toBe('secured');
  });

  test('compliance alone never says that a phone is secured, unless the administrator says so', async () => {
    const app = await start();
    await push(app, await compliance(1, 'not-compliant', 'compliant'));
    expect(await state()).toBe('activated');
    await t.link(CONNECTOR, 'shared-signals', {
      issuer: server.issuer,
      audience: server.audience,
      pushAuthorization: AUTHORIZATION,
      compliantIsSecured: true,
    });
    await eventually(async () => {
      await push(app, await compliance(2, 'not-compliant', 'compliant'));
      expect(await state()).toBe('secured');
    });
  });

  test('the end of one thing does not end the other', async () => {
    const app = await start();
    await push(app, await risk(1, 'HIGH'));
    await push(app, await compliance(2, 'compliant', 'not-compliant'));
    await push(app, await compliance(3, 'not-compliant', 'compliant'));
    expect(await state()).toBe('highSeverity');
    await push(app, await risk(4, 'LOW'));
    expect(await state()).toBe('lowSeverity');
    await push(app, await about(5, OKTA_DEVICE_RISK_CHANGE, { current_level: 'secure' }));
    expect(await state()).toBe('secured');
  });

  test("in Okta's form, as Jamf sends it", async () => {
    const app = await start();
    const event = (minute: number, current_level: string) =>
      server.sign({
        events: {
          [OKTA_DEVICE_RISK_CHANGE]: {
            current_level,
            event_timestamp: AT + minute * 60,
            subject: { device: { format: 'opaque', sub: PHONE } },
          },
        },
      });
    await push(app, await event(1, 'high'));
    expect(await state()).toBe('highSeverity');
    await push(app, await event(2, 'secure'));
    expect(await state()).toBe('secured');
  });

  test('a late event does not undo a newer one, and a token that comes again has no second effect', async () => {
    const app = await start();
    const high = await risk(1, 'HIGH', { jti: 'j1' });
    await push(app, high);
    await push(app, await about(3, OKTA_DEVICE_RISK_CHANGE, { current_level: 'secure' }));
    expect((await push(app, high)).status).toBe(202);
    await push(app, await risk(2, 'MEDIUM'));
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 3]);
  });

  test('a revoked session is shown and closes nothing', async () => {
    const app = await start();
    await push(app, await about(1, OKTA_DEVICE_RISK_CHANGE, { current_level: 'secure' }));
    await push(app, await about(2, SESSION_REVOKED, {}));
    expect(await state()).toBe('secured');
    expect((await t.hub.store.findings.ofDevices([PHONE])).map((f) => `${f.type} ${f.state}`)).toContain(
      'SESSION_REVOKED resolved',
    );
  });

  test('an event about a device that nobody knows waits, and counts once an administrator says which it is', async () => {
    const app = await start();
    const stranger = { sub_id: { format: 'opaque', id: 'dev-0001' } };
    await push(app, await risk(1, 'HIGH', { jti: 'j1', ...stranger }));
    expect(await state()).not.toBe('highSeverity');
    await t.hub.devices.assignReports('admin', PHONE, [{ connectorId: CONNECTOR, reportId: 'set:j1' }]);
    expect(await state()).toBe('highSeverity');
    await push(app, await about(2, OKTA_DEVICE_RISK_CHANGE, { current_level: 'secure' }, stranger));
    expect(await state()).toBe('secured');
  });

  test('an event about all devices of a user is kept and never guessed', async () => {
    const app = await start();
    const mail = { emailAddress: 'alice@example.com' };
    await t.hub.devices.put('test', phone(PHONE, t.hub.clock.now(), mail));
    await push(
      app,
      await risk(1, 'HIGH', { sub_id: { format: 'complex', user: { format: 'email', email: 'alice@example.com' } } }),
    );
    expect(await state()).not.toBe('highSeverity');
    expect((await t.hub.store.reports.waiting(10)).map(({ status }) => status)).toEqual(['unmatched']);
  });

  test('verifications, announcements and events of other kinds are taken without effect, as signs of life', async () => {
    const app = await start();
    for (const token of [
      await server.sign({ sub_id: { format: 'opaque', id: 's' }, events: { [VERIFICATION]: {} } }),
      await server.sign({ sub_id: { format: 'opaque', id: 's' }, events: { [STREAM_UPDATED]: { status: 'paused' } } }),
      await about(1, 'https://schemas.openid.net/secevent/caep/event-type/credential-change', { anything: 1 }),
      await about(1, RISK_LEVEL_CHANGE, { principal: 'USER', current_level: 'HIGH' }),
    ])
      expect((await push(app, token)).status).toBe(202);
    expect(await t.hub.store.reports.count()).toBe(0);
    expect([...(await t.hub.store.heartbeats.all()).keys()]).toContain(CONNECTOR);
  });
});

describe('what is refused', () => {
  test('is told with a code of RFC 8935, and stores nothing', async () => {
    const app = await start();
    expect(await push(app, await risk(1, 'HIGH', { aud: 'https://elsewhere.example' }))).toMatchObject({
      status: 400,
      body: { err: 'invalid_audience', description: expect.any(String) },
    });
    expect(await push(app, 'nonsense')).toMatchObject({ status: 400, body: { err: 'invalid_request' } });
    expect(await push(app, '')).toMatchObject({ status: 400, body: { err: 'invalid_request' } });
    expect(await push(app, await risk(1, 'HIGH'), { type: 'application/json' })).toMatchObject({
      status: 400,
      body: { err: 'invalid_request' },
    });
    expect(await push(app, 'x'.repeat(300_000))).toMatchObject({ status: 413, body: { err: 'invalid_request' } });
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('says in which language it is told (RFC 8935, section 2.3), and by which scheme one comes in (RFC 9110, section 15.5.2)', async () => {
    const app = await start();
    expect((await push(app, 'nonsense')).headers).toMatchObject({ 'content-language': 'en' });
    expect((await push(app, 'nonsense', { authorization: 'x' })).headers).toMatchObject({
      'content-language': 'en',
      'www-authenticate': 'Bearer',
    });
  });

  test('shows in the status of the link, until a token is taken again', async () => {
    const runner = await started();
    const app = await testRoutes(ssfPushRoutes({ runner, http: t.http, clock: t.hub.clock }));
    apps.push(app);
    await push(app, await risk(1, 'HIGH', { aud: 'https://elsewhere.example' }));
    expect(runner.status(CONNECTOR)?.problem?.message).toBe(
      'A pushed token was not taken. aud does not name this receiver.',
    );
    await push(app, await risk(1, 'HIGH'));
    expect(runner.status(CONNECTOR)?.problem).toBeNull();
    await push(app, 'x', { authorization: 'wrong' });
    expect(runner.status(CONNECTOR)?.refusedAt).toBe(t.hub.clock.now());
  });

  test('the vector with the wrong content type is refused too', async () => {
    const { vectors } = JSON.parse(sample('shared-signals/set.vectors.json')) as {
      vectors: { set: string; content_type?: string; err: string[] }[];
    };
    const [vector] = vectors.filter(({ content_type }) => content_type !== undefined);
    const answer = await push(await start(), vector?.set ?? '', { type: vector?.content_type ?? '' });
    expect([400, 415]).toContain(answer.status);
    expect(vector?.err).toContain(answer.body.err);
  });

  test('everybody else, before the body is read and in one and the same way', async () => {
    await t.link(ZIMPERIUM, 'zimperium', { webhookSecret: AUTHORIZATION.replaceAll(' ', '-') });
    const app = await start();
    const token = await risk(1, 'HIGH');
    const answers = await Promise.all([
      push(app, token, { authorization: null }),
      push(app, token, { authorization: '' }),
      push(app, token, { authorization: `${AUTHORIZATION}x` }),
      push(app, token, { authorization: AUTHORIZATION.slice(0, -1) }),
      push(app, token, { connector: ZIMPERIUM }),
      push(app, token, { connector: '__proto__' }),
      push(app, token, { connector: '00000000-0000-4000-8000-00000000dead' }),
      push(app, 'x'.repeat(300_000), { authorization: 'x' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('all pushes, where the link is off or only polls', async () => {
    const app = await start();
    await t.link(
      CONNECTOR,
      'shared-signals',
      { issuer: server.issuer, audience: server.audience, pushAuthorization: AUTHORIZATION },
      false,
    );
    await eventually(async () => {
      expect((await push(app, 'x')).status).toBe(401);
    });
    await t.link(CONNECTOR, 'shared-signals', {
      issuer: server.issuer,
      audience: server.audience,
      pollUrl: `${server.url}/poll`,
      pollAuthorization: server.authorization,
    });
    for (const authorization of ['', 'undefined', AUTHORIZATION])
      expect((await push(app, 'x', { authorization })).status).toBe(401);
  });
});

describe('what passes', () => {
  test('a busy store acknowledges nothing', async () => {
    const app = await start({}, (intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        throw new StoreBusy('disk full', 7);
      },
    }));
    const answer = await push(app, await risk(1, 'HIGH'));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '7']);
  });

  test('keys that cannot be had are no reason to refuse a token for good', async () => {
    const app = await start();
    server.trouble('/keys', 500);
    const token = await risk(1, 'HIGH');
    expect((await push(app, token)).status).toBe(503);
    t.hub.clock.advance(31_000);
    expect((await push(app, token)).status).toBe(202);
    expect(await state()).toBe('highSeverity');
  });
});
