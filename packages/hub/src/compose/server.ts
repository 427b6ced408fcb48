import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import program from '../../package.json' with { type: 'json' };
import { rewriteGraphUrl } from '../api/graph/routes/rewrite-url.ts';
import { apiRoutes } from '../api/routes.ts';
import { addHelpPage } from '../api/portal/help-page.ts';
import { createAuthenticator } from '../api/token/authenticator.ts';
import { addTokenRoutes } from '../api/token/token-routes.ts';
import { openDoors } from '../doors/open.ts';
import { createHttpServer, useCertificate } from '../http/http-server.ts';
import { addOpenApiRoute } from '../http/openapi.ts';
import { addOperationsRoutes, measureRequests } from '../http/operations.ts';
import {
  clockIsSure,
  createReadiness,
  databaseFileIsInPlace,
  documentsAreReadable,
  storeIsWritable,
} from '../http/readiness.ts';
import { openInventory } from '../inventory/open.ts';
import { followServerTls } from '../platform/follow-tls.ts';
import { createMetrics } from '../platform/metrics.ts';
import { addFigures } from './figures.ts';
import type { Site } from '../platform/site.ts';
import type { Foundation, Services } from './parts.ts';

/** The server with everything that it answers. It does not listen yet. */
export async function openServer(foundation: Foundation, services: Services): Promise<FastifyInstance> {
  const { settings, pipeline, log, clock, baseUrl, tls, signingKeys: keys } = foundation;
  const { administrator, clients, links } = services;
  const site = { baseUrl, tenantId: administrator.tenantId };
  const authenticator = createAuthenticator({ site, keys, clients, clock });
  const app = createHttpServer({
    tls,
    log,
    clock,
    behindProxy: settings.tls === 'proxy',
    hsts: settings.publicUrl !== undefined && !isLocal(baseUrl),
    authenticator,
    rewriteUrl: (url) => rewriteGraphUrl(url, site.tenantId),
  });
  const metrics = createMetrics();
  const timerOf = measureRequests(app, metrics);
  addFigures(metrics, foundation, services);
  links.addFigures(metrics);
  await addTokenRoutes(app, { site, keys, clients, clock });
  await app.register(
    apiRoutes({
      ...foundation,
      ...services,
      runner: links.runner,
      authenticator,
      publicUrl: settings.publicUrl,
      syslogAddress: links.syslog?.address,
      timerOf,
    }),
  );
  await app.register(links.routes);
  await addWings(app, foundation, services, site);
  addOperationsRoutes(app, { metrics, readiness: await openReadiness(foundation) });
  addHelpPage(app, pipeline.decider.view);
  addOpenApiRoute(app, { site, version: program.version });
  followCertificate(foundation, app, services);
  return app;
}

async function addWings(app: FastifyInstance, foundation: Foundation, services: Services, site: Site): Promise<void> {
  const { settings, opened, store, pipeline, log, clock, baseUrl, dataKey } = foundation;
  const { configuration, decider } = pipeline;
  const { publisher, trustSets, http } = services;
  const doors = await openDoors({ store, configuration, decider, publisher, trustSets, clock, log, baseUrl });
  await app.register(doors.routes);
  const inventory = await openInventory({
    store,
    view: decider.view,
    configuration,
    clock,
    site,
    dataKey,
    http,
    log,
    keepDisclosuresDays: settings.keepDisclosuresDays,
    sharesDatabase: settings.databaseUrl !== undefined,
  });
  opened.add(() => inventory.close());
  await app.register(inventory.routes);
}

async function openReadiness({
  settings,
  store,
  pipeline,
  clock,
  log,
}: Foundation): Promise<ReturnType<typeof createReadiness>> {
  const inPlace = settings.databaseUrl === undefined ? [databaseFileIsInPlace(store, clock)] : [];
  const readable = documentsAreReadable(() => pipeline.unreadable(), log);
  await readable.check();
  return createReadiness(
    [storeIsWritable(store, clock), clockIsSure(pipeline.clockControl), readable, ...inPlace],
    clock,
    log,
  );
}

/** A renewed pair of files is served without a restart. */
function followCertificate(
  { settings: { dataDir }, serverTls, tls, hosts, clock, log, opened }: Foundation,
  app: FastifyInstance,
  { links: { syslog } }: Services,
): void {
  if (serverTls === undefined) return;
  const following = followServerTls({
    dir: join(dataDir, 'tls'),
    hosts,
    current: serverTls,
    clock,
    log,
    use: (pair) => {
      if (tls !== undefined) useCertificate(app, pair);
      syslog?.useCertificate(pair);
    },
  });
  opened.add(() => following.stop());
}

/** A browser that was told to insist on TLS for localhost would hold every other port of it to that, too. */
function isLocal(baseUrl: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
}
