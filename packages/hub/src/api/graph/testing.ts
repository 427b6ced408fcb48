import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import pino from 'pino';
import { PERMISSIONS, type Permission } from '@sallyport/contracts';
import { Configure } from '../../pipeline/configure.ts';
import { CommonKeys } from '../../pipeline/common-keys.ts';
import { ReadModel } from '../../view/read-model.ts';
import { RegisterDevice } from '../../pipeline/register-device.ts';
import { Serial } from '../../view/serial.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { guardAccess } from '../../http/access-guard.ts';
import { createErrorHandler } from '../../http/errors.ts';
import { useJsonBodies } from '../../http/json-body.ts';
import type { Caller } from '../../http/route-access.ts';
import { graphRoutes } from './graph-routes.ts';
import { rewriteGraphUrl } from './routes/rewrite-url.ts';
import { reclassifyInventory } from '../../inventory/keep-inventory.ts';

export const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
export const TENANT = '11111111-2222-4333-8444-555555555555';
const DAY_MS = 86_400_000;

/** The Graph API on a real store and pipeline, for tests: requests in, documents and answers out. */
export interface TestHub {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly memory: ReadModel;
  /** Of a caller who may do everything. */
  readonly token: string;
  /** Moves the clock. */
  advanceDays(days: number): void;
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer>;
  get(url: string, options?: CallOptions): Promise<Answer>;
  post(url: string, body: unknown, options?: CallOptions): Promise<Answer>;
  patch(url: string, body: unknown, options?: CallOptions): Promise<Answer>;
  delete(url: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly roles?: readonly Permission[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly connectorId?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // `any`, because tests look into answers freely; what is not there fails the test.
  readonly body: any;
}

/** Tokens of the tests say in plain JSON who calls. */
function callerOf(authorization: string | undefined): Caller {
  const { roles, connectorId } = JSON.parse(
    Buffer.from((authorization ?? '').replace(/^Bearer /, ''), 'base64url').toString('utf8'),
  ) as { roles: string[]; connectorId?: string };
  return { appId: 'aaaaaaaa-0000-4000-8000-000000000001', displayName: 'Tests', roles: new Set(roles), connectorId };
}

function tokenOf({ roles = PERMISSIONS, connectorId }: CallOptions): string {
  return `Bearer ${Buffer.from(JSON.stringify({ roles, connectorId }), 'utf8').toString('base64url')}`;
}

export async function openTestHub(baseUrl?: string): Promise<TestHub> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-graph-'));
  const log = pino({ level: 'silent' });
  const store = await openSqliteStore({ file: join(folder, 'hub.db'), log });
  let now = NOW;
  const clock = { now: () => now };
  const memory = new ReadModel(() => now);
  await memory.load(store);
  const unfinished = (error: unknown) => {
    throw error;
  };
  const pipeline = {
    store,
    memory,
    serial: new Serial(),
    commonKeys: new CommonKeys(),
    clock,
    origin: 'test',
    unfinished,
    following: { documents: () => undefined },
  };
  const app = fastify({
    rewriteUrl: (request) => rewriteGraphUrl(request.url ?? '/', TENANT),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  });
  useJsonBodies(app);
  guardAccess(app, { authenticate: async (authorization) => callerOf(authorization) });
  app.setErrorHandler(createErrorHandler(clock));
  await app.register(
    graphRoutes({
      store,
      configuration: new Configure(pipeline),
      devices: new RegisterDevice(pipeline, [reclassifyInventory]),
      view: memory,
      clock,
      baseUrl,
    }),
  );

  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Answer> {
    const response = await app.inject({
      method,
      url,
      headers: { host: 'hub.example:8443', authorization: tokenOf(options), ...options.headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const json = /json/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: json ? JSON.parse(response.body) : undefined,
    };
  }

  return {
    app,
    store,
    memory,
    call,
    token: tokenOf({}),
    advanceDays: (days) => {
      now += days * DAY_MS;
    },
    get: (url, options) => call('GET', url, undefined, options),
    post: (url, body, options) => call('POST', url, body, options),
    patch: (url, body, options) => call('PATCH', url, body, options),
    delete: (url, options) => call('DELETE', url, undefined, options),
    close: async () => {
      await app.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
