import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../http/http-server.ts';
import { LOOKOUT, PHONE, ZIMPERIUM } from '../../pipeline/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { vendorById } from '../registry.ts';
import type { IntakeRunner } from '../../intake/links/intake-runner.ts';
import { testLink } from '../../intake/links/test-link.ts';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';
import { webhookRoutes } from '../../intake/webhooks/webhook-routes.ts';

let t: TestIntake;
let runner: IntakeRunner;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  t = await testIntake();
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await t.close();
});

const SECRET = 'a-long-and-random-webhook-secret';
const SETTINGS = {
  webhookSecret: SECRET,
  timestampHeader: 'x-time',
  records: '$.events[*]',
  map: {
    reportId: '$.id',
    deviceKeys: { mdmDeviceId: '$.phone', vendorDeviceId: '$.agent' },
    observedAt: { path: '$.at' },
    state: { path: '$.risk', words: { fine: 'secured', bad: 'high' } },
    findings: { path: '$.threats', id: '$.id', severity: { path: '$.severity' }, state: { path: '$.state' } },
  },
};

async function start(settings: object = {}, ...args: Parameters<TestIntake['start']>): Promise<FastifyInstance> {
  await t.link(LOOKOUT, 'webhook', { ...SETTINGS, ...settings });
  runner = await t.start(...args);
  const log = pino({ level: 'silent' });
  const app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    clock: t.hub.clock,
    authenticator: { authenticate: () => Promise.reject(new Error('not asked')) },
  });
  apps.push(app);
  await app.register(webhookRoutes({ runner }));
  return app;
}

function signed(payload: string, at = t.hub.clock.now()): Record<string, string> {
  const time = String(at / 1000);
  return {
    'x-time': time,
    'x-sallyport-signature': createHmac('sha256', SECRET).update(`${time}.${payload}`).digest('hex'),
  };
}

function event(id: string, minute: number, risk: string, more: object = {}) {
  return {
    id,
    at: new Date(Date.parse('2026-03-02T08:00:00Z') + minute * 60_000).toISOString(),
    phone: PHONE,
    agent: 'a-1',
    risk,
    ...more,
  };
}

async function push(app: FastifyInstance, body: unknown, headers?: Record<string, string>) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return app.inject({
    method: 'POST',
    url: `/intake/${LOOKOUT}`,
    payload,
    headers: { 'content-type': 'application/json', ...(headers ?? signed(payload)) },
  });
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

describe('a signed webhook', () => {
  test('closes the phone and opens it again', async () => {
    const app = await start();
    const threat = { id: 't1', severity: 'high', state: 'open' };
    expect(
      (await push(app, { events: [event('e1', 1, 'bad', { threats: [threat] }), { audit: true }] })).json(),
    ).toEqual({ taken: 1, ignored: 1 });
    expect(await state()).toBe('highSeverity');
    expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([
      { id: 't1', state: 'open', severity: 'high' },
    ]);
    expect(
      (await push(app, { events: [event('e2', 2, 'fine', { threats: [{ ...threat, state: 'resolved' }] })] }))
        .statusCode,
    ).toBe(200);
    expect(await state()).toBe('secured');
  });

  test('that holds a name twice closes the phone, whichever comes last, and is flagged', async () => {
    const app = await start();
    const twice = (id: string, minute: number, risks: string): string =>
      `{"events":[${JSON.stringify(event(id, minute, 'x')).replace('"risk":"x"', risks)}]}`;
    expect((await push(app, twice('e1', 1, '"risk":"bad","risk":"fine"'))).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
    expect((await t.hub.store.reports.replay(0, 1))[0]?.flag).toBe('repeated member risk');
    await push(app, { events: [event('e2', 2, 'fine')] });
    expect(await state()).toBe('secured');
    await push(app, `{"events":[${JSON.stringify(event('e3', 3, 'bad'))}],"events":[]}`);
    expect(await state()).toBe('highSeverity');
  });

  test('whose ids are numbers beyond 2^53 keeps two that differ in the last digit apart', async () => {
    const app = await start();
    const threats =
      '[{"id":9007199254740993,"severity":"high","state":"open"},{"id":9007199254740992,"severity":"low","state":"open"}]';
    await push(app, `{"events":[${JSON.stringify(event('e1', 1, 'bad')).slice(0, -1)},"threats":${threats}}]}`);
    expect((await t.hub.store.findings.ofDevices([PHONE])).map(({ id }) => id).sort()).toEqual([
      '9007199254740992',
      '9007199254740993',
    ]);
  });

  test('that is signed with another secret is turned away, and the test of the link tells of it', async () => {
    const app = await start();
    const forged = { ...signed('{}'), 'x-sallyport-signature': '0'.repeat(64) };
    expect((await push(app, { events: [] }, forged)).statusCode).toBe(401);
    expect(runner.status(LOOKOUT)?.refusedAt).toBe(t.hub.clock.now());
    const vendor = vendorById('webhook');
    if (vendor === undefined) throw new Error('no such vendor');
    const link = { connectorId: LOOKOUT, vendor, enabled: true, settings: vendor.settings.parse(SETTINGS) };
    expect(
      await testLink(link, { http: t.http, clock: t.hub.clock, log: pino({ level: 'silent' }), runner }),
    ).toMatchObject({
      ok: true,
      message: expect.stringMatching(
        /waits for its sender to push to \S+, signed with the secret in the header x-sallyport-signature\. .*turned away/,
      ),
    });
  });

  test('that does not say what its body is is read as JSON', async () => {
    const app = await start();
    for (const [i, type] of ['', 'application/octet-stream'].entries()) {
      const payload = JSON.stringify({ events: [event(`e${i}`, i, 'bad')] });
      expect((await push(app, payload, { ...signed(payload), 'content-type': type })).json()).toEqual({
        taken: 1,
        ignored: 0,
      });
    }
  });

  test.each([
    ['a byte order mark in front', (lines: readonly string[]) => `\ufeff${lines.join('\n')}\n`],
    [
      'a byte order mark in front of each and CRLF',
      (lines: readonly string[]) => lines.map((line) => `\ufeff${line}\r\n`).join(''),
    ],
    ['line ends of three kinds', (lines: readonly string[]) => `${lines[0]}\r${lines[1]}\r\n${lines[2]}\n`],
    ['a list in one of them', (lines: readonly string[]) => `${lines[0]}\n[${lines[1]},${lines[2]}]`],
  ])('in lines of JSON is taken whole: %s', async (_, bodyOf) => {
    const app = await start({ records: '$' });
    const payload = bodyOf([1, 2, 3].map((minute) => JSON.stringify(event(`e${minute}`, minute, 'bad'))));
    expect((await push(app, payload)).json()).toEqual({ taken: 3, ignored: 0 });
  });

  test('in lines of which one is no JSON is refused after the others are stored', async () => {
    const app = await start({ records: '$' });
    const line = (id: string) => JSON.stringify(event(id, 1, 'bad'));
    const broken = await push(app, `${line('e1')}\n${line('e2').slice(0, 40)}\n${line('e3')}\n`);
    expect([broken.statusCode, broken.json().error.message]).toEqual([400, expect.stringContaining('line 2')]);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 2]);
    const message = expect.stringMatching(/^A call was refused\. Not JSON: line 2\./);
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: { count: 1, message }, problem: { message } });
    await push(app, line('e4'));
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: { count: 1 }, problem: { message } });
  });

  test('of which a record or a whole body cannot be read is told of in the status of its link for a day, and counted on', async () => {
    const app = await start();
    expect(await push(app, { events: [event('e1', 1, 'bad'), { audit: true }] })).toMatchObject({ statusCode: 200 });
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: null, problem: null });
    expect((await push(app, { events: [event('e2', 2, 'bad'), null, 7] })).json()).toEqual({ taken: 1, ignored: 2 });
    expect(runner.status(LOOKOUT)?.unread).toMatchObject({
      count: 2,
      message: 'A record could not be read: it is no JSON object (record 3 of 3 that arrived together).',
    });
    expect((await push(app, '{"events":[')).statusCode).toBe(400);
    expect((await push(app, '"hello"')).statusCode).toBe(400);
    expect(runner.status(LOOKOUT)).toMatchObject({
      unread: { count: 4 },
      problem: { message: expect.stringMatching(/^A call was refused\. /) },
    });
    expect((await push(app, '<hello/>', { ...signed('<hello/>'), 'content-type': 'application/xml' })).statusCode).toBe(
      415,
    );
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: { count: 5 } });
    t.hub.clock.advance(24 * 60 * 60_000);
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: { count: 5 }, problem: null });
  });

  test('from somebody who is not known to be the vendor says nothing in the status, however it is refused', async () => {
    const app = await start();
    const forged = { ...signed('{'), 'x-sallyport-signature': '0'.repeat(64) };
    expect((await push(app, '{', forged)).statusCode).toBe(401);
    expect((await push(app, ' '.repeat(2 * 1024 * 1024 + 1), forged)).statusCode).toBe(413);
    expect(runner.status(LOOKOUT)).toMatchObject({ unread: null, problem: null });
  });

  test('sent again has no second effect', async () => {
    const app = await start();
    const first = { events: [event('e1', 1, 'bad')] };
    await push(app, first);
    await push(app, { events: [event('e2', 2, 'fine')] });
    expect((await push(app, first)).statusCode).toBe(200);
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['secured', 2]);
  });

  test('is understood even under the id of an alert that was sent before, because it changed', async () => {
    const app = await start();
    for (const [minute, risk] of [
      [1, 'bad'],
      [2, 'fine'],
      [3, 'bad'],
    ] as const)
      await push(app, { events: [event('alert-7', minute, risk)] });
    expect([await state(), await t.hub.store.reports.count()]).toEqual(['highSeverity', 3]);
  });

  test('with a word that nobody explained leaves the phone as it was, and is flagged', async () => {
    const app = await start();
    await push(app, { events: [event('e1', 1, 'bad')] });
    expect((await push(app, { events: [event('e2', 2, 'splendid')] })).json()).toEqual({ taken: 1, ignored: 0 });
    expect(await state()).toBe('highSeverity');
  });

  test('may be one record, or a list of them, where the settings say that the body is', async () => {
    const app = await start({ records: '$' });
    expect((await push(app, event('e1', 1, 'bad'))).json()).toEqual({ taken: 1, ignored: 0 });
    expect((await push(app, [event('e2', 2, 'fine'), event('e3', 3, 'fine')])).json()).toEqual({
      taken: 2,
      ignored: 0,
    });
  });

  test('has its signature checked over the bytes as they came, before anybody reads them', async () => {
    const app = await start();
    const spaced = `{"events" : [ ${JSON.stringify(event('e1', 1, 'bad'))} ] }`;
    expect((await push(app, spaced)).statusCode).toBe(200);
    expect((await push(app, spaced, signed(JSON.stringify(JSON.parse(spaced))))).statusCode).toBe(401);
    expect((await push(app, '{not json', signed('{not js'))).statusCode).toBe(401);
    expect((await push(app, '{not json')).statusCode).toBe(400);
  });

  test('from anybody else is refused in the words that an unknown address gets', async () => {
    const app = await start();
    const body = JSON.stringify({ events: [event('e1', 1, 'fine')] });
    const good = signed(body);
    const answers = [
      await push(app, body, {}),
      await push(app, body, { ...good, 'x-sallyport-signature': 'f'.repeat(64) }),
      await push(app, body.replace('fine', 'bad!'), good),
      await push(app, body, signed(body, t.hub.clock.now() - 301_000)),
      await push(app, body, { ...good, 'x-time': String(t.hub.clock.now() / 1000 + 1) }),
      await push(app, '', good),
      await app.inject({
        method: 'POST',
        url: `/intake/${ZIMPERIUM}`,
        payload: body,
        headers: { 'content-type': 'application/json', ...good },
      }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map((answer) => answer.json().error.message)).size).toBe(1);
    expect(await t.hub.store.reports.count()).toBe(0);
  });

  test('cannot be replayed once its time is over', async () => {
    const app = await start();
    const body = JSON.stringify({ events: [event('e1', 1, 'fine')] });
    const recorded = signed(body);
    expect((await push(app, body, recorded)).statusCode).toBe(200);
    t.hub.clock.advance(301_000);
    expect((await push(app, body, recorded)).statusCode).toBe(401);
  });

  test('larger than is taken is refused', async () => {
    const app = await start();
    const body = JSON.stringify({ events: [event('e1', 1, 'fine', { padding: 'x'.repeat(2 * 1024 * 1024) })] });
    expect((await push(app, body)).statusCode).toBe(413);
  });

  test.each(['{}', '{"events": "none"}', '{"events": []}', '7', 'null', '[]'])(
    'with the body %s is refused',
    async (body) => {
      expect((await push(await start(), body)).statusCode).toBe(400);
    },
  );

  test('is not acknowledged while the store is busy', async () => {
    const app = await start({}, (intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        throw new StoreBusy('disk full');
      },
    }));
    expect((await push(app, { events: [event('e1', 1, 'bad')] })).statusCode).toBe(503);
  });
});
