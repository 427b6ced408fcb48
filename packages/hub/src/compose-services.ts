import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { accessRoutes } from './api/access/routes.ts';
import { doorAdminRoutes } from './api/admin/doors.ts';
import { eventRoutes } from './api/admin/events.ts';
import { findingRoutes } from './api/admin/findings.ts';
import { mergeRuleRoutes } from './api/admin/merge-rules.ts';
import { reportRoutes } from './api/admin/reports.ts';
import { tryVendorRoutes } from './api/admin/try-vendor.ts';
import { vendorLinkRoutes } from './api/admin/vendor-links.ts';
import { DoorRegistry } from './api/doors/door-registry.ts';
import { doorRoutes } from './api/doors/routes.ts';
import { graphRoutes } from './api/graph/graph-routes.ts';
import { rewriteGraphUrl } from './api/graph/rewrite-url.ts';
import { createHttpServer, useCertificate } from './api/http-server.ts';
import { listenOn } from './api/listen.ts';
import { addOpenApiRoute } from './api/openapi.ts';
import { addOperationsRoutes, measureRequests } from './api/operations.ts';
import { partnerRoutes } from './api/partner/partner-routes.ts';
import { addHelpPage } from './api/portal/help-page.ts';
import { createReadiness, storeIsWritable } from './api/readiness.ts';
import { ensureAdministrator } from './api/token/administrator.ts';
import { createAuthenticator } from './api/token/authenticator.ts';
import { createClientDirectory } from './api/token/client-directory.ts';
import { addTokenRoutes } from './api/token/token-routes.ts';
import { openInventory } from './compose-inventory.ts';
import type { Hub } from './compose.ts';
import { startIntake } from './intake/intake-runner.ts';
import { logCollectorRoutes } from './intake/log-collector-routes.ts';
import { ssfPushRoutes } from './intake/ssf/push-routes.ts';
import { startSyslog, type SyslogListener, type SyslogOptions } from './intake/syslog/syslog-listener.ts';
import { webhookRoutes } from './intake/webhook-routes.ts';
import type { Opened } from './opened.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { Clock } from './platform/clock.ts';
import type { DataKey } from './platform/data-key.ts';
import { notesOnExposedFiles } from './platform/exposed-files.ts';
import { watchFileInPlace } from './platform/file-in-place.ts';
import { followServerTls } from './platform/follow-tls.ts';
import type { HeldPort } from './platform/free-port.ts';
import { addGauge, createMetrics } from './platform/metrics.ts';
import { createOutbound } from './platform/outbound.ts';
import type { ServeSettings } from './platform/settings.ts';
import type { SigningKeys } from './platform/signing-keys.ts';
import type { ServerTls } from './platform/tls.ts';
import { startForgetting } from './publish/forget-events.ts';
import { alertFrameOf } from './publish/frames.ts';
import { Publisher } from './publish/publisher.ts';
import type { DocumentRow, Store } from './store/store.ts';

const VERSION = '0.1.0';

/** What the services stand on. */
export interface Foundation {
  readonly settings: ServeSettings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly opened: Opened;
  readonly store: Store;
  readonly pipeline: Pipeline;
  /** Keeps `port` until it is listened on; `undefined` where the operator chose it. */
  readonly held: HeldPort | undefined;
  readonly port: number;
  readonly baseUrl: string;
  /** The names that the certificate is made for. */
  readonly hosts: readonly string[];
  /** `undefined`: nothing of this hub speaks TLS. */
  readonly serverTls: ServerTls | undefined;
  /** `undefined`: a proxy in front ends TLS. */
  readonly tls: ServerTls | undefined;
  readonly dataKey: DataKey;
  readonly signingKeys: SigningKeys;
}

/** Everything that speaks with the outside, started on a pipeline that is ready to decide. */
export async function openServices(
  { settings, log, clock, opened, store, pipeline, held, port, baseUrl, hosts, serverTls, tls, dataKey, signingKeys }: Foundation,
): Promise<Hub> {
  const { dataDir, syslogListen } = settings;
  const administrator = await ensureAdministrator({
    dataDir, documents: store.documents, configuration: pipeline.configuration, baseUrl, caFile: tls?.caFile, clock, reset: settings.resetAdministrator,
  });
  const site = { baseUrl, tenantId: administrator.tenantId };
  const clients = createClientDirectory(store, log);
  store.onCommitted((rows) => {
    if (rows.some((row) => row.kind === 'configuration-changed' && row.subject === 'application')) clients.invalidate();
  });

  const publisher = await Publisher.start({ store, log, settled: pipeline.settled });
  opened.add(() => publisher.close());
  const alerts = await Publisher.start({ store, log, frameOf: alertFrameOf, recent: 256 });
  opened.add(() => alerts.close());
  const doors = await DoorRegistry.load({ store, log });
  const forgetting = startForgetting(store, clock, log);
  opened.add(() => forgetting.stop());
  const http = createOutbound({ allow: settings.outboundAllow });
  opened.add(() => http.close());
  const runner = await startIntake({ store, intake: pipeline.intake, dataKey, http, clock, log });
  opened.add(() => runner.close());

  const syslog = syslogListen && serverTls && await openSyslog(syslogListen, serverTls, { runner, clock, log }, opened);

  const authenticator = createAuthenticator({ site, keys: signingKeys, clients, clock });
  const app = createHttpServer({
    tls, log, clock, behindProxy: settings.tls === 'proxy', hsts: settings.publicUrl !== undefined && !isLocal(baseUrl),
    authenticator,
    rewriteUrl: (url) => rewriteGraphUrl(url, site.tenantId),
  });
  const metrics = createMetrics();
  const timerOf = measureRequests(app, metrics);
  addGauge(metrics, 'sallyport_devices', 'Devices by compliance state', 'state', () => store.postures.countByState());
  addGauge(metrics, 'sallyport_connectors', 'Connectors to partners by state', 'state', async () => countStates(await store.documents.list('connectorStatus')));
  addGauge(metrics, 'sallyport_partner_disagreements', 'Devices of which partners say different levels', 'kind', async () => new Map([['any', (await pipeline.questions.disagreements(0)).count]]));

  const { configuration, decider, devices, intake, provisioning, questions } = pipeline;
  const { view } = decider;
  await addTokenRoutes(app, { site, keys: signingKeys, clients, clock });
  await app.register(graphRoutes({ store, configuration, devices, view, clock, baseUrl: settings.publicUrl }));
  await app.register(partnerRoutes({ intake, provisioning, clock }));
  await app.register(webhookRoutes({ runner }));
  await app.register(logCollectorRoutes({ runner, clock }));
  await app.register(ssfPushRoutes({ runner, http, clock }));
  await app.register(accessRoutes({
    decider, clock, baseUrl, authenticator, certificates: () => doors.certificates, onAnswered: timerOf('POST', '/access/v1/evaluation', 200),
  }));
  await app.register(doorRoutes({ registry: doors, decider, publisher, clock, baseUrl }));
  await app.register(doorAdminRoutes({ store, configuration, clock, registry: doors, view, baseUrl }));
  await app.register(mergeRuleRoutes({ store, configuration, clock, questions }));
  await app.register(eventRoutes({ alerts }));
  await app.register(tryVendorRoutes({ clock }));
  await app.register(vendorLinkRoutes({ store, configuration, devices, clock, runner, dataKey, http, log, syslogAddress: syslog?.address }));
  await app.register(reportRoutes({ store, devices }));
  await app.register(findingRoutes({ store }));
  const inventory = await openInventory({ store, view, configuration, clock, site, dataKey, http, log, keepDisclosuresDays: settings.keepDisclosuresDays, sharesDatabase: settings.databaseUrl !== undefined });
  opened.add(() => inventory.close());
  await app.register(inventory.routes);
  const inPlace = settings.databaseUrl === undefined ? [{ name: 'databaseFile', check: await watchFileInPlace(join(dataDir, 'hub.db')) }] : [];
  const readiness = createReadiness([storeIsWritable(store, clock), ...inPlace], clock, log);
  addOperationsRoutes(app, { metrics, readiness });
  addHelpPage(app);
  addOpenApiRoute(app, { site, version: VERSION });
  const following = serverTls && followServerTls({
    dir: join(dataDir, 'tls'), hosts, current: serverTls, clock, log,
    use: (pair) => {
      if (tls !== undefined) useCertificate(app, pair);
      syslog?.useCertificate(pair);
    },
  });
  opened.add(() => following?.stop());
  await held?.release();
  await listenOn(app, { host: settings.listen.host, port });
  // Last opened, first closed: no new work comes in while the parts below finish theirs.
  opened.add(() => app.close());

  return {
    baseUrl, app, caFile: tls?.caFile, adminFile: administrator.file,
    syslog,
    notes: [...(serverTls?.warnings ?? []), ...administrator.notes, ...await notesOnExposedFiles(dataDir)],
    close: () => opened.closeAll(),
  };
}

/** The states that were last noted; a connector that is newer than a second or so has none yet. */
function countStates(statuses: readonly DocumentRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { body: { state } } of statuses) if (typeof state === 'string') counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

async function openSyslog(listen: ServeSettings['listen'], tls: ServerTls, parts: Pick<SyslogOptions, 'runner' | 'clock' | 'log'>, opened: Opened): Promise<NonNullable<Hub['syslog']> & Pick<SyslogListener, 'useCertificate'>> {
  const listener = await startSyslog({ listen, tls, ...parts });
  opened.add(() => listener.close());
  return { useCertificate: (pair) => listener.useCertificate(pair), address: `${isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host}:${listener.port}`, caFile: tls.caFile };
}

/** A browser that was told to insist on TLS for localhost would hold every other port of it to that, too. */
function isLocal(baseUrl: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
}
