import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Publisher } from '../publish/publisher.ts';
import { ALICE, fakeDecider, OWNERLESS, PHONE, PHONE_EAS } from '../api/access/testing.ts';
import type { FakeDecider } from '../api/access/testing.ts';
import { createHttpServer } from '../http/http-server.ts';
import { DoorRegistry } from './door-registry.ts';
import { doorRoutes } from './routes.ts';
import { CAPTURED, doorBody, DoorStore, DURING, KEY, NO_TRUST_SETS } from './testing.ts';
import { newSecret } from '../platform/secrets.ts';

const lines: string[] = [];
const log = pino(
  { level: 'warn' },
  {
    write: (line) => {
      lines.push(line);
    },
  },
);
const BASE = 'https://hub.example.test';
const PEM = encodeURIComponent(CAPTURED.devices[0]?.pem ?? '');

let store: DoorStore;
let decider: FakeDecider;
let registry: DoorRegistry;
let publisher: Publisher;
let app: FastifyInstance;
let now: number;

beforeEach(async () => {
  now = DURING;
  store = new DoorStore();
  store.put('mail', doorBody());
  store.put('sso', doorBody({ userFrom: 'X-Remote-User', language: 'nl' }));
  decider = fakeDecider();
  registry = await DoorRegistry.load({ store, log, trustSets: NO_TRUST_SETS });
  publisher = await Publisher.start({ store, log });
  const clock = { now: () => now };
  const authenticator = { authenticate: () => Promise.reject(new Error('no route here needs a token')) };
  app = createHttpServer({ behindProxy: false, hsts: false, log, authenticator, clock });
  app.register(doorRoutes({ registry, decider, publisher, clock, baseUrl: BASE, mostSubscribers: 3 }));
});

afterEach(async () => {
  publisher.close();
  await app.close();
});

type Headers = Readonly<Record<string, string>>;
const WITH_CERTIFICATE: Headers = { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': PEM };

async function ask(headers: Headers = WITH_CERTIFICATE, door = 'mail', target = '/mail/x') {
  return app.inject({
    method: 'GET',
    url: `/doors/${door}`,
    headers: {
      'x-sallyport-door-key': KEY.secret,
      'x-original-uri': target,
      'x-original-method': 'GET',
      'x-original-host': 'mail.example.test',
      'x-real-ip': '192.0.2.7',
      'x-ssl-client-verify': 'NONE',
      ...headers,
    },
  });
}

describe('the door of nginx', () => {
  test('lets a compliant device with its certificate in, and says who it is', async () => {
    const response = await ask();
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'x-sallyport-decision': 'grant',
      'x-sallyport-reason': 'policy_satisfied',
      'x-sallyport-message': '',
      'x-sallyport-user': 'alice@example.com',
      'x-sallyport-device': PHONE,
      'x-sallyport-remediation': `${BASE}/me/devices/${PHONE}`,
      'cache-control': 'no-store',
    });
    expect(decider.asked).toEqual([
      {
        user: ALICE.id,
        application: 'Exchange',
        ip: '192.0.2.7',
        clientAppType: undefined,
        device: { grade: 'certificate', value: PHONE },
      },
    ]);
  });

  test('refuses a blocked device with the words for its user', async () => {
    decider.blocked.add(PHONE);
    const response = await ask({ ...WITH_CERTIFICATE, 'accept-language': 'sv' });
    expect(response.statusCode).toBe(403);
    expect(response.headers).toMatchObject({
      'x-sallyport-decision': 'deny',
      'x-sallyport-reason': 'device_noncompliant',
      'x-sallyport-language': 'sv',
    });
    expect(response.headers['x-sallyport-title']).toBe('Din enhet har ett s&#228;kerhetsproblem');
    expect(response.headers['x-sallyport-message']).toContain(
      'Lookout for Work har hittat ett s&#228;kerhetsproblem p&#229; enheten',
    );
    expect(response.body).toBe('');
  });

  test('speaks its own language where the browser names none', async () => {
    const response = await ask({ 'x-remote-user': 'alice@example.com' }, 'sso');
    expect(response.headers).toMatchObject({
      'x-sallyport-language': 'nl',
      'x-sallyport-reason': 'device_not_identified',
    });
  });

  test('takes the application of the most specific rule', async () => {
    await ask(WITH_CERTIFICATE, 'mail', '/x/../App/orders?id=7');
    expect(decider.asked[0]).toMatchObject({ application: 'Orders', clientAppType: 'browser' });
    await ask(WITH_CERTIFICATE, 'mail', '/Microsoft-Server-ActiveSync?Cmd=Sync');
    expect(decider.asked[1]).toMatchObject({ application: 'Exchange', clientAppType: 'exchangeActiveSync' });
  });

  test.each(['/%zz', '/a%00'])('refuses a path that cannot be judged: %s', async (target) => {
    expect((await ask(WITH_CERTIFICATE, 'mail', target)).headers).toMatchObject({
      'x-sallyport-decision': 'deny',
      'x-sallyport-reason': 'application_unknown',
    });
  });

  test('refuses what no rule is for', async () => {
    store.put('strict', doorBody({ defaultApplication: null }));
    await registry.reload('strict');
    expect((await ask(WITH_CERTIFICATE, 'strict')).headers['x-sallyport-reason']).toBe('application_unknown');
  });

  test('refuses where a second factor would be needed, for it cannot ask', async () => {
    decider.mfaRequired = true;
    const response = await ask();
    expect(response.statusCode).toBe(403);
    expect(response.headers['x-sallyport-reason']).toBe('mfa_required');
  });

  test('refuses a device without a primary user', async () => {
    const { issueCertificate, newAuthority } = await import('@sallyport/simulators/certificates');
    const ca = await newAuthority();
    now = Date.now();
    store.put('own-ca', doorBody({ deviceCa: ca.cert }));
    await registry.reload('own-ca');
    const { cert: pem } = await issueCertificate(ca, { subject: `CN=${OWNERLESS}` });
    const response = await ask(
      { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': encodeURIComponent(pem) },
      'own-ca',
    );
    expect(response.headers).toMatchObject({
      'x-sallyport-decision': 'deny',
      'x-sallyport-reason': 'device_user_missing',
      'x-sallyport-device': OWNERLESS,
    });
  });
});

test.each([
  ['in part', { ...doorBody(), failMode: 'ajar' }],
  ['of a gateway that there is no adapter for', { ...doorBody(), kind: 'other' }],
  ['without its applications', { ...doorBody(), applications: undefined }],
])('a door that cannot be read, %s, answers as one that there is not, and the others go on', async (_, body) => {
  store.put('bad', body as never);
  await registry.reload('bad');
  const [bad, unknown] = [await ask(WITH_CERTIFICATE, 'bad'), await ask(WITH_CERTIFICATE, 'nosuch')];
  const shown = ({ statusCode, headers: { date: _date, ...headers }, body: text }: typeof bad) =>
    JSON.stringify({ statusCode, headers, text }).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
  expect(shown(bad)).toBe(shown(unknown));
  expect((await ask()).statusCode).toBe(204);
});

test('a certificate that also names a device nobody knows lets its phone in, with a warning in the log', async () => {
  const { issueCertificate, newAuthority } = await import('@sallyport/simulators/certificates');
  const ca = await newAuthority();
  now = Date.now();
  store.put('own-ca', doorBody({ deviceCa: ca.cert }));
  await registry.reload('own-ca');
  const stranger = '3d57f7fc-7098-44ee-b736-fc74aed48db3';
  const { cert: pem } = await issueCertificate(ca, { subject: `CN=${stranger}`, uris: [`IntuneDeviceId://${PHONE}`] });
  const response = await ask(
    { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': encodeURIComponent(pem) },
    'own-ca',
  );
  expect([response.statusCode, response.headers['x-sallyport-device']]).toEqual([204, PHONE]);
  expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ door: 'own-ca', deviceId: PHONE, unknownIds: [stranger] });
});

describe('who tries to get in without the right certificate', () => {
  test('has no certificate at all', async () => {
    const response = await ask({});
    expect(response.statusCode).toBe(403);
    expect(response.headers['x-sallyport-reason']).toBe('device_not_identified');
  });

  test('has one that has expired since', async () => {
    expect((await ask()).statusCode).toBe(204);
    now = Date.parse('2027-01-01T00:00:00Z');
    const response = await ask();
    expect(response.statusCode).toBe(403);
    expect(response.headers['x-sallyport-reason']).toBe('device_certificate_invalid');
  });

  test.each([
    ['one that nginx did not verify', { 'x-ssl-client-verify': 'NONE', 'x-ssl-client-cert': PEM }],
    ['one that nginx found bad', { 'x-ssl-client-verify': 'FAILED:unable to verify', 'x-ssl-client-cert': PEM }],
    ['garbage', { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': 'AAAA' }],
    [
      'the CA in place of a device',
      { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': encodeURIComponent(CAPTURED.ca_pem) },
    ],
  ])('has %s', async (_, headers) => {
    const response = await ask(headers);
    expect(response.statusCode).toBe(403);
    expect(response.headers['x-sallyport-reason']).toBe('device_certificate_invalid');
    expect(decider.asked).toEqual([]);
  });

  test('has one of another CA, though nginx let it through', async () => {
    const { newAuthority } = await import('@sallyport/simulators/certificates');
    store.put('other', doorBody({ deviceCa: (await newAuthority()).cert }));
    await registry.reload('other');
    expect((await ask(WITH_CERTIFICATE, 'other')).headers['x-sallyport-reason']).toBe('device_certificate_invalid');
  });

  test('forges the headers of other gateways and of our answers', async () => {
    const response = await ask({
      'x-forwarded-client-cert': `Cert="${PEM}"`,
      'x-client-cert': PEM,
      'ssl-client-verify': 'SUCCESS',
      'ssl-client-cert': PEM,
      'x-forwarded-user': 'alice@example.com',
      'x-sallyport-device': PHONE,
      'x-sallyport-user': 'alice@example.com',
      'x-remote-user': 'alice@example.com',
      'x-forwarded-uri': '/public',
    });
    expect(response.statusCode).toBe(403);
    expect(response.headers['x-sallyport-device']).toBe('');
  });

  test('sends a placeholder of a template', async () => {
    const response = await ask({ 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': '$ssl_client_escaped_cert' });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { target: 'x-ssl-client-cert' } });
  });
});

describe('the id that an ActiveSync client gives itself', () => {
  const target = `/Microsoft-Server-ActiveSync?Cmd=Sync&User=alice%40example.com&DeviceId=${PHONE_EAS}&DeviceType=iPhone`;
  const signedIn = { 'x-remote-user': 'alice@example.com' };

  test('refuses when it comes twice, whatever else is known', async () => {
    for (const [headers, door] of [
      [WITH_CERTIFICATE, 'mail'],
      [{ ...WITH_CERTIFICATE, ...signedIn }, 'sso'],
    ] as const) {
      const response = await ask(headers, door, `${target}&deviceid=innocent`);
      expect(response.statusCode).toBe(403);
      expect(response.headers['x-sallyport-reason']).toBe('device_not_identified');
    }
    expect(decider.asked).toEqual([]);
  });

  test('never grants', async () => {
    expect((await ask({}, 'mail', target)).headers['x-sallyport-reason']).toBe('device_not_identified');
    expect((await ask(signedIn, 'sso', target)).headers['x-sallyport-reason']).toBe('device_not_identified');
    expect(decider.asked.filter(({ device }) => device?.grade === 'certificate')).toEqual([]);
  });

  test('denies the device of a signed-in user, also where no policy asks for a device', async () => {
    decider.deviceRequired = false;
    expect((await ask(signedIn, 'sso', target)).statusCode).toBe(204);
    decider.blocked.add(PHONE);
    const response = await ask(signedIn, 'sso', target);
    expect(response.statusCode).toBe(403);
    expect(response.headers).toMatchObject({
      'x-sallyport-reason': 'device_noncompliant',
      'x-sallyport-device': PHONE,
    });
  });

  test('tells a stranger nothing about the device', async () => {
    decider.blocked.add(PHONE);
    for (const headers of [{}, { 'x-remote-user': 'mallory@example.com' }]) {
      const response = await ask(headers, Object.keys(headers).length === 0 ? 'mail' : 'sso', target);
      expect(response.statusCode).toBe(403);
      expect(response.headers['x-sallyport-device']).toBe('');
      expect(response.headers['x-sallyport-message']).not.toContain('Lookout');
    }
  });
});

describe('the credentials of a door', () => {
  test.each([
    ['a wrong key', { 'x-sallyport-door-key': 'wrong' }, 'mail'],
    ['no key', { 'x-sallyport-door-key': '' }, 'mail'],
    ['another door', {}, 'nowhere'],
    ['the name of a prototype', {}, '__proto__'],
    ['the hash in place of the key', { 'x-sallyport-door-key': KEY.hash }, 'mail'],
  ])('%s is 401', async (_, headers, door) => {
    for (const path of [`/doors/${door}`, `/doors/${door}/events`]) {
      const response = await app.inject({
        method: 'GET',
        url: path,
        headers: { 'x-sallyport-door-key': KEY.secret, ...WITH_CERTIFICATE, ...headers },
      });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Sallyport-Door');
      expect(response.body).not.toContain(KEY.secret);
    }
    expect(decider.asked).toEqual([]);
  });

  test('are not the Authorization header, which belongs to the client', async () => {
    const response = await app.inject({
      method: 'GET',
      url: '/doors/mail',
      headers: { authorization: `Bearer ${KEY.secret}` },
    });
    expect(response.statusCode).toBe(401);
  });

  test('end with the door: disabled, rotated, deleted', async () => {
    for (const change of [doorBody({ enabled: false }), doorBody({ secretHash: newSecret().hash }), undefined]) {
      store.put('mail', doorBody());
      await registry.reload('mail');
      expect((await ask()).statusCode).toBe(204);
      store.put('mail', change);
      await registry.reload('mail');
      expect((await ask()).statusCode).toBe(401);
    }
  });

  test('of a door whose secret was replaced are accepted until the former one ends', async () => {
    const replaced = (formerSecretUntil: number) =>
      doorBody({ secretHash: newSecret().hash, formerSecretHash: KEY.hash, formerSecretUntil });
    for (const [until, status] of [
      [Number.MAX_SAFE_INTEGER, 204],
      [0, 401],
    ] as const) {
      store.put('mail', replaced(until));
      await registry.reload('mail');
      expect((await ask()).statusCode).toBe(status);
    }
  });

  test('a door that cannot be read stays closed', async () => {
    store.put('mail', doorBody({ deviceCa: 'nothing' }));
    await registry.reload('mail');
    expect((await ask()).statusCode).toBe(401);
  });
});

describe('a door whose hub has an old view', () => {
  const old = () =>
    Object.assign(decider, {
      decide: () => ({ decision: false, reasons: [{ code: 'view_too_old' }], obligations: [], reportOnly: [] }),
    });

  test('is closed', async () => {
    old();
    expect((await ask()).headers).toMatchObject({
      'x-sallyport-decision': 'deny',
      'x-sallyport-reason': 'view_too_old',
    });
  });

  test('is open only where somebody decided so', async () => {
    old();
    store.put('kiosk', doorBody({ failMode: 'open', failOpenReason: 'the canteen menu' }));
    await registry.reload('kiosk');
    expect((await ask(WITH_CERTIFICATE, 'kiosk')).headers).toMatchObject({
      'x-sallyport-decision': 'grant',
      'x-sallyport-reason': 'view_too_old',
    });
    expect((await ask({}, 'kiosk')).statusCode).toBe(403);
  });
});

test('the captured subrequests of a real nginx are answered', async () => {
  for (const [name, status] of [
    ['app-nocert', 403],
    ['eas-plain', 204],
    ['webdav-propfind', 204],
  ] as const) {
    const { request } = JSON.parse(readFileSync(new URL(`fixtures/nginx.${name}.json`, import.meta.url), 'utf8')) as {
      request: { headers: string[] };
    };
    const headers = Object.fromEntries(
      request.headers.flatMap((header, i, all) => (i % 2 === 0 ? [[header.toLowerCase(), all[i + 1] as string]] : [])),
    );
    expect((await ask(headers)).statusCode).toBe(status);
  }
});

describe('the events of a door', () => {
  const listen = async (headers: Headers = {}, door = 'mail') => {
    if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/doors/${door}/events`, {
      headers: { 'x-sallyport-door-key': KEY.secret, ...headers },
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return {
      response,
      /** Reads until the text is there. */
      until: async (wanted: string) => {
        while (!text.includes(wanted)) {
          const { value, done } = await reader!.read();
          if (done) throw new Error(`the stream ended after: ${text}`);
          text += value;
        }
        return text;
      },
      /** Resolves when the stream ends. */
      ended: async () => {
        while (!(await reader!.read()).done);
      },
      close: () => reader!.cancel(),
    };
  };

  test('tell whose access changed, and resume', async () => {
    const first = await listen();
    expect(first.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(first.response.headers.get('cache-control')).toBe('no-store');
    store.commit({ kind: 'device-posture-changed', subject: 'd1', payload: { compliant: false } });
    expect(await first.until('"deviceId":"d1"')).toContain('event: access-changed');
    await first.close();
    store.commit({ kind: 'device-posture-changed', subject: 'd2' });
    const second = await listen({ 'last-event-id': String(store.outboxRows.length - 1) });
    const text = await second.until('"deviceId":"d2"');
    expect(text).not.toContain('"d1"');
    await second.close();
  });

  test.each(['999', 'abc', '-1', '1e3'])('with the position %s begin with a reset', async (position) => {
    const stream = await listen({ 'last-event-id': position });
    await stream.until('event: reset');
    await stream.close();
  });

  test.each([
    ['disabled', () => doorBody({ enabled: false })],
    ['rotated', () => doorBody({ secretHash: newSecret().hash })],
    ['deleted', () => undefined],
  ])('end when the door is %s', async (_, change) => {
    const stream = await listen();
    const other = await listen({}, 'sso');
    store.put('mail', change());
    await stream.ended();
    expect((await listen()).response.status).toBe(401);
    await other.close();
  });

  test('go on with the former secret while it is accepted, and end with it', async () => {
    const stream = await listen();
    const replaced = {
      secretHash: newSecret().hash,
      formerSecretHash: KEY.hash,
      formerSecretUntil: Number.MAX_SAFE_INTEGER,
    };
    store.put('mail', doorBody(replaced));
    await registry.reload('mail');
    store.commit({ kind: 'device-posture-changed', subject: 'd9' });
    await stream.until('"d9"');
    store.put('mail', doorBody({ ...replaced, formerSecretHash: null, formerSecretUntil: null }));
    await stream.ended();
  });

  test('go on when the door is only renamed', async () => {
    const stream = await listen();
    store.put('mail', doorBody({ displayName: 'Other' }));
    await registry.reload('mail');
    store.commit({ kind: 'device-posture-changed', subject: 'd9' });
    await stream.until('"d9"');
    await stream.close();
  });

  test('are for a limited number of subscribers', async () => {
    const streams = [await listen(), await listen(), await listen()];
    const refused = await listen();
    expect(refused.response.status).toBe(429);
    expect(refused.response.headers.get('retry-after')).toBe('30');
    await Promise.all(streams.map((stream) => stream.close()));
  });
});

test('a changed door is read again until the database answers', async () => {
  store.busyFor = 1;
  const changed = new Promise<void>((resolve) => {
    registry.onChange('mail', resolve);
  });
  store.put('mail', doorBody({ enabled: false }));
  await changed;
  expect(store.busyFor).toBe(0);
  expect(registry.get('mail')?.enabled).toBe(false);
});
