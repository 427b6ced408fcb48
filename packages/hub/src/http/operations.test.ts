import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PERMISSIONS } from '@sallyport/contracts';
import { addGauge, createMetrics } from '../platform/metrics.ts';
import { loadSigningKeys, type SigningKeys } from '../platform/signing-keys.ts';
import { StoreBusy } from '../store/store.ts';
import { createHttpServer } from './http-server.ts';
import { addOpenApiRoute } from './openapi.ts';
import { addOperationsRoutes, measureRequests } from './operations.ts';
import {
  clockIsSure,
  createReadiness,
  documentsAreReadable,
  storeIsWritable,
  type ReadinessCheck,
} from './readiness.ts';
import { waysInto } from './testing-access.ts';
import { issueAccessToken } from '../api/token/access-token.ts';
import { createAuthenticator } from '../api/token/authenticator.ts';
import { createClientDirectory } from '../api/token/client-directory.ts';
import { documentsOf, testApplication } from '../api/token/testing.ts';
import { addTokenRoutes } from '../api/token/token-routes.ts';

const log = pino({ level: 'silent' });
const site = { baseUrl: 'https://hub.example.com', tenantId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' };
let now = Date.UTC(2026, 0, 1);
const clock = { now: () => now };
let dir = '';
let keys: SigningKeys;
let app: FastifyInstance;
let storeProblem: Error | undefined;
let probes = 0;
let checks: ReadinessCheck[] = [];

const { body } = testApplication(now, { permissions: [...PERMISSIONS] });
const clients = createClientDirectory(documentsOf([body]), log);
const tokenWith = async (permissions: readonly string[]) =>
  issueAccessToken(keys, site, { ...(await clients.find(body.appId))!, roles: new Set(permissions) }, 'key-1', now);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-ops-'));
  keys = await loadSigningKeys(dir, clock);
  storeProblem = undefined;
  probes = 0;
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    clock,
    authenticator: createAuthenticator({ site, keys, clients, clock }),
  });
  const metrics = createMetrics();
  measureRequests(app, metrics);
  addGauge(metrics, 'sallyport_devices', 'Devices', 'state', async () => [['compliant', 7]]);
  const store = {
    transaction: async <T>(): Promise<T> => {
      probes += 1;
      if (storeProblem !== undefined) throw storeProblem;
      return undefined as T;
    },
  };
  checks = [storeIsWritable(store, clock)];
  addOperationsRoutes(app, { readiness: createReadiness(checks, clock, log), metrics });
  addOpenApiRoute(app, { site, version: '1.2.3' });
  await app.register(addTokenRoutes, { site, keys, clients, clock });
  app.post(
    '/partner/:name',
    {
      config: {
        access: { kind: 'partner' },
        doc: {
          summary: 'Report',
          params: z.object({ name: z.string().max(9) }),
          query: z.object({ dry: z.boolean().optional() }),
          headers: z.object({ 'Last-Event-ID': z.string() }),
          body: z.object({ reports: z.array(z.string()) }),
          responses: {
            200: {
              description: 'Taken',
              schema: z.object({ taken: z.number() }),
              headers: z.object({ 'X-Took': z.string() }),
            },
          },
        },
      },
    },
    () => ({ taken: 1 }),
  );
  app.post(
    '/partner/alive',
    {
      config: {
        access: { kind: 'partner' },
        doc: { summary: 'Alive', body: z.object({ error: z.string() }).optional() },
      },
    },
    () => ({}),
  );
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

describe('probes', () => {
  test('healthz says that the process answers', async () => {
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'alive' });
  });

  test('readyz is 503 while the database takes no writes, recovers, and tells no details', async () => {
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', checks: { store: 'ok' } });
    storeProblem = new StoreBusy('disk full at /secret');
    now += 2_000;
    const down = await app.inject('/readyz');
    expect(down.statusCode).toBe(503);
    expect(down.json()).toEqual({ status: 'not ready', checks: { store: 'failed' } });
    storeProblem = undefined;
    now += 2_000;
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  test('readyz is 200 and says so where a stored document cannot be read; the log names it once', async () => {
    const logged: unknown[] = [];
    const unreadable: { kind: string; id: string }[] = [];
    checks.push(
      documentsAreReadable(() => unreadable, {
        error: (...line: unknown[]) => {
          logged.push(line);
        },
      } as never),
    );
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', checks: { store: 'ok', documents: 'ok' } });
    unreadable.push({ kind: 'application', id: 'a-1' });
    for (let i = 0; i < 3; i += 1) {
      now += 2_000;
      const answer = await app.inject('/readyz');
      expect([answer.statusCode, answer.json()]).toEqual([
        200,
        { status: 'ready', checks: { store: 'ok', documents: 'degraded' } },
      ]);
    }
    expect(logged).toEqual([[{ kind: 'application', id: 'a-1' }, expect.stringContaining('application a-1')]]);
  });

  test('readyz logs a doubt about the clock once until it is over, and without a stack', async () => {
    const logged: unknown[] = [];
    let doubt: 'jump' | null = 'jump';
    const state = () => ({ now, doubt, deletionHeld: true, pulledBack: 0 });
    const readiness = createReadiness([clockIsSure({ state, confirm: async () => state() })], clock, {
      warn: (...line: unknown[]) => {
        logged.push(line);
      },
    } as never);
    const look = async () => {
      now += 2_000;
      return (await readiness()).checks.clock;
    };
    expect([await look(), await look(), await look()]).toEqual(['failed', 'failed', 'failed']);
    expect(logged).toEqual([
      [{ check: 'clock', problem: expect.stringContaining('The clock is in doubt (jump)') }, 'not ready'],
    ]);
    doubt = null;
    expect(await look()).toBe('ok');
    doubt = 'jump';
    await look();
    expect(logged).toHaveLength(2);
  });

  test('readyz looks anew after the clock was set back', async () => {
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    storeProblem = new StoreBusy('locked');
    now -= 86_400_000;
    expect((await app.inject('/readyz')).statusCode).toBe(503);
  });

  test('readyz does not let callers make the database work', async () => {
    await Promise.all(Array.from({ length: 50 }, () => app.inject('/readyz')));
    expect(probes).toBe(1);
  });
});

test('metrics count requests by route, never by path, for who may read them', async () => {
  await app.inject('/invented-path-1');
  await app.inject('/healthz');
  expect((await app.inject('/metrics')).statusCode).toBe(401);
  const answer = await app.inject({
    url: '/metrics',
    headers: { authorization: `Bearer ${await tokenWith(['Sallyport.Settings.Read.All'])}` },
  });
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.body).toContain(
    'sallyport_http_request_duration_seconds_count{method="GET",route="/healthz",status="200"} 1',
  );
  expect(answer.body).toContain('sallyport_devices{state="compliant"} 7');
  expect(answer.body).not.toContain('invented');
});

test('the API describes itself with parameters, bodies, answers and the permissions that open each route', async () => {
  const document = (await app.inject('/openapi.json')).json();
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' }, servers: [{ url: site.baseUrl }] });
  expect(Object.keys(document.paths)).toContain('/{tenant}/oauth2/v2.0/token');
  expect(document.paths['/metrics'].get.security).toEqual([
    { oauth2: ['Sallyport.Settings.Read.All'] },
    { oauth2: ['Sallyport.Settings.ReadWrite.All'] },
  ]);
  expect(document.paths['/healthz'].get.security).toEqual([]);
  expect(document.paths['/partner/{name}'].post).toMatchObject({
    operationId: 'postPartnerName',
    parameters: [
      { name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 9 } },
      { name: 'dry', in: 'query', required: false },
      { name: 'Last-Event-ID', in: 'header', required: true },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { type: 'object', required: ['reports'] } } },
    },
    responses: {
      200: {
        description: 'Taken',
        headers: { 'X-Took': { required: true, schema: { type: 'string' } } },
        content: { 'application/json': { schema: { properties: { taken: { type: 'number' } } } } },
      },
      default: {},
    },
    security: [{ oauth2: ['update_device_health'] }],
  });
});

test('a body that may be left out is not required', async () => {
  const document = (await app.inject('/openapi.json')).json();
  expect(document.paths['/partner/alive'].post.requestBody).toMatchObject({
    required: false,
    content: { 'application/json': { schema: { type: 'object' } } },
  });
  expect(document.paths['/{tenant}/oauth2/v2.0/token'].post.requestBody).toMatchObject({
    required: true,
    content: { 'application/x-www-form-urlencoded': { schema: { required: ['grant_type'] } } },
  });
});

describe('the permission tests made from the route table', () => {
  const wrongKeys = async () => {
    const issued = await tokenWith(PERMISSIONS);
    const stranger = await generateKeyPair('ES256');
    const forged = await new SignJWT(decodeJwt(issued))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keys.current.kid })
      .sign(stranger.privateKey);
    now += 3_600_000;
    return { expired: issued, forged, tokenWith };
  };

  test('find no way in', async () => {
    expect(await waysInto(app, await wrongKeys())).toEqual([]);
  });

  test('find a door whose own check lets everybody in', async () => {
    app.get('/doors/:id', { config: { access: { kind: 'door' } }, preHandler: async () => {} }, () => 'open');
    const found = await waysInto(app, await wrongKeys());
    expect(found[0]).toEqual({ route: 'GET /doors/:id', attempt: 'without a token', status: 200 });
  });
});
