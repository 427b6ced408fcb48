import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { PERMISSIONS } from '@sallyport/contracts';
import { startPipeline } from '../../pipeline/pipeline.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { systemClock } from '../../platform/clock.ts';
import { alertFrameOf } from '../../publish/frames.ts';
import { Publisher } from '../../publish/publisher.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { TrustSets } from '../../evidence/trust-sets.ts';
import { DoorRegistry } from '../../doors/door-registry.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { permissionsAsToken } from '../../http/testing-authenticator.ts';
import { connectorPreviewRoutes } from './partners/connector-preview.ts';
import { deviceIdentityRoutes } from './devices/device-identities.ts';
import { doorAdminRoutes } from '../../doors/admin-routes.ts';
import { eventRoutes, type EventRoutesOptions } from './organization/events.ts';
import { trustSetAdminRoutes } from './organization/trust-sets.ts';
import { mergeRuleRoutes } from './partners/merge-rules.ts';
import { organizationRoutes } from './organization/organization.ts';
import { platformNameRoutes } from './devices/platform-names.ts';
import { policyPreviewRoutes } from './policies/policy-preview.ts';
import { signalLimitRoutes } from './partners/signal-limits.ts';
import { unknownTermRoutes } from './partners/unknown-terms.ts';
import { reclassifyInventory } from '../../inventory/keep-inventory.ts';

/** For tests only: the administrator's routes on a real store and pipeline. */
export interface AdminHub {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly registry: DoorRegistry;
  // `any`, because tests look into answers freely; what is not there fails the test.
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    roles?: readonly string[],
  ): Promise<{ status: number; body: any; text: string; headers: Readonly<Record<string, unknown>> }>;
  close(): Promise<void>;
}

export const ADMIN_BASE = 'https://hub.example.test';

export async function openAdminHub(
  options: { readonly events?: Omit<EventRoutesOptions, 'alerts'> } = {},
): Promise<AdminHub> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-admin-'));
  const log = pino({ level: 'silent' });
  const store = await openSqliteStore({ file: join(folder, 'hub.db') });
  const pipeline = await startPipeline({
    store,
    clock: systemClock,
    deviceHooks: [reclassifyInventory],
    onError: () => undefined,
  });
  const trustSets = await TrustSets.load(store, log);
  const registry = await DoorRegistry.load({ store, log, trustSets });
  const alerts = await Publisher.start({ store, log, frameOf: alertFrameOf });
  const app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    authenticator: permissionsAsToken,
    clock: systemClock,
  });
  const deps = { store, configuration: pipeline.configuration, clock: systemClock };
  app.register(doorAdminRoutes({ ...deps, view: pipeline.decider.view, registry, baseUrl: ADMIN_BASE }));
  app.register(trustSetAdminRoutes({ ...deps, trustSets }));
  app.register(mergeRuleRoutes({ ...deps, questions: pipeline.questions, view: pipeline.decider.view }));
  app.register(organizationRoutes(deps));
  app.register(signalLimitRoutes({ ...deps, questions: pipeline.questions }));
  app.register(platformNameRoutes({ ...deps, questions: pipeline.questions }));
  app.register(deviceIdentityRoutes({ store }));
  app.register(connectorPreviewRoutes({ store, questions: pipeline.questions }));
  app.register(policyPreviewRoutes({ store, questions: pipeline.questions }));
  app.register(unknownTermRoutes({ vocabulary: pipeline.vocabulary, view: pipeline.decider.view }));
  app.register(eventRoutes({ alerts, ...options.events }));
  return {
    app,
    store,
    pipeline,
    registry,
    async call(method, url, body, roles = PERMISSIONS) {
      const response = await app.inject({
        method,
        url,
        headers: { authorization: roles.join(',') },
        ...(body === undefined ? {} : { payload: body }),
      });
      return {
        status: response.statusCode,
        text: response.body,
        headers: response.headers,
        body: String(response.headers['content-type']).includes('json') ? response.json() : undefined,
      };
    },
    async close() {
      alerts.close();
      await app.close();
      await pipeline.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
