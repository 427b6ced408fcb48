import { isIP } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import program from '../../package.json' with { type: 'json' };
import type { Authenticator } from '../http/access-guard.ts';
import { accessRoutes } from '../api/access/routes.ts';
import { clockRoutes } from '../api/admin/organization/clock.ts';
import { connectorPreviewRoutes } from '../api/admin/partners/connector-preview.ts';
import { deviceIdentityRoutes } from '../api/admin/devices/device-identities.ts';
import { doorAdminRoutes } from '../doors/admin-routes.ts';
import { eventRoutes } from '../api/admin/organization/events.ts';
import { findingRoutes } from '../api/admin/findings/findings.ts';
import { mergeRuleRoutes } from '../api/admin/partners/merge-rules.ts';
import { organizationRoutes } from '../api/admin/organization/organization.ts';
import { platformNameRoutes } from '../api/admin/devices/platform-names.ts';
import { policyPreviewRoutes } from '../api/admin/policies/policy-preview.ts';
import { reinstateRoutes } from '../api/admin/devices/reinstate.ts';
import { reportRoutes } from '../api/admin/reports/reports.ts';
import { signalLimitRoutes } from '../api/admin/partners/signal-limits.ts';
import { trustSetAdminRoutes } from '../api/admin/organization/trust-sets.ts';
import { tryVendorRoutes } from '../api/admin/partners/try-vendor.ts';
import { unknownTermRoutes } from '../api/admin/partners/unknown-terms.ts';
import { vendorLinkRoutes } from '../api/admin/partners/vendor-links.ts';
import { doorRoutes } from '../doors/routes.ts';
import { graphRoutes } from '../api/graph/graph-routes.ts';
import { rewriteGraphUrl } from '../api/graph/routes/rewrite-url.ts';
import { createHttpServer, useCertificate } from '../http/http-server.ts';
import { addOpenApiRoute } from '../http/openapi.ts';
import { addOperationsRoutes, measureRequests } from '../http/operations.ts';
import { partnerRoutes } from '../api/partner/partner-routes.ts';
import { addHelpPage } from '../api/portal/help-page.ts';
import {
  clockIsSure,
  createReadiness,
  databaseFileIsInPlace,
  documentsAreReadable,
  storeIsWritable,
} from '../http/readiness.ts';
import { createAuthenticator } from '../api/token/authenticator.ts';
import { addTokenRoutes } from '../api/token/token-routes.ts';
import { openInventory } from '../inventory/open.ts';
import type { Foundation, Services } from './parts.ts';
import { logCollectorRoutes } from '../intake/webhooks/log-collector-routes.ts';
import { ssfPushRoutes } from '../intake/ssf/push-routes.ts';
import { startSyslog, type SyslogListener, type SyslogOptions } from '../intake/syslog/syslog-listener.ts';
import { webhookRoutes } from '../intake/webhooks/webhook-routes.ts';
import type { Opened } from './opened.ts';
import type { ListedTerm } from '../pipeline/ports.ts';
import { followServerTls } from '../platform/follow-tls.ts';
import { addCounter, addGauge, createMetrics } from '../platform/metrics.ts';
import type { ServeSettings } from '../platform/settings.ts';
import type { ServerTls } from '../platform/tls.ts';
import type { DoubtReason } from '../platform/trusted-clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { DocumentRow } from '../store/store.ts';

export interface SyslogPart {
  /** Where senders connect to, `HOST:PORT`. */
  readonly address: string;
  /** What they have to trust, unless the operator brought a certificate. */
  readonly caFile: string | undefined;
  readonly useCertificate: SyslogListener['useCertificate'];
}

export interface Server {
  readonly app: FastifyInstance;
  readonly syslog: SyslogPart | undefined;
}

/** The server with everything that it answers. It does not listen yet; only syslog does. */
export async function openServer(foundation: Foundation, services: Services): Promise<Server> {
  const {
    settings,
    opened,
    store,
    pipeline,
    log,
    clock,
    baseUrl,
    serverTls,
    tls,
    dataKey,
    signingKeys: keys,
  } = foundation;
  const { administrator, clients, http, runner } = services;
  const syslog =
    settings.syslogListen &&
    serverTls &&
    (await openSyslog(settings.syslogListen, serverTls, { runner, clock, log }, opened));
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
  addGauges(metrics, foundation);
  addStreamFigures(metrics, services);
  addUnreadRecords(metrics, services);
  await addTokenRoutes(app, { site, keys, clients, clock });
  await addRoutes(app, foundation, services, { authenticator, timerOf, syslogAddress: syslog?.address });
  const inventory = await openInventory({
    store,
    view: pipeline.decider.view,
    configuration: pipeline.configuration,
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
  const inPlace = settings.databaseUrl === undefined ? [databaseFileIsInPlace(store, clock)] : [];
  const readable = documentsAreReadable(() => pipeline.unreadable(), log);
  await readable.check();
  addOperationsRoutes(app, {
    metrics,
    readiness: createReadiness(
      [storeIsWritable(store, clock), clockIsSure(pipeline.clockControl), readable, ...inPlace],
      clock,
      log,
    ),
  });
  addHelpPage(app, pipeline.decider.view);
  addOpenApiRoute(app, { site, version: program.version });
  followCertificate(foundation, { app, syslog });
  return { app, syslog };
}

interface RouteParts {
  readonly authenticator: Authenticator;
  readonly timerOf: ReturnType<typeof measureRequests>;
  readonly syslogAddress: string | undefined;
}

async function addRoutes(
  app: FastifyInstance,
  { settings, store, pipeline, log, clock, baseUrl, dataKey }: Foundation,
  { publisher, alerts, doors, trustSets, http, runner }: Services,
  { authenticator, timerOf, syslogAddress }: RouteParts,
): Promise<void> {
  const { configuration, decider, devices, intake, provisioning, questions, vocabulary } = pipeline;
  const { view } = decider;
  await app.register(graphRoutes({ store, configuration, devices, view, clock, baseUrl: settings.publicUrl }));
  await app.register(
    partnerRoutes({
      intake,
      provisioning,
      clock,
      authenticator,
      onTaken: timerOf('POST', '/partner/v1/device-health', 200),
    }),
  );
  await app.register(webhookRoutes({ runner }));
  await app.register(logCollectorRoutes({ runner, clock }));
  await app.register(ssfPushRoutes({ runner, http, clock }));
  await app.register(
    accessRoutes({
      decider,
      clock,
      baseUrl,
      authenticator,
      trustSets,
      onAnswered: timerOf('POST', '/access/v1/evaluation', 200),
    }),
  );
  await app.register(doorRoutes({ registry: doors, decider, publisher, clock, baseUrl }));
  await app.register(doorAdminRoutes({ store, configuration, clock, registry: doors, view, baseUrl }));
  await app.register(trustSetAdminRoutes({ store, configuration, clock, trustSets }));
  await app.register(mergeRuleRoutes({ store, configuration, clock, questions, view }));
  await app.register(organizationRoutes({ store, configuration, clock }));
  await app.register(signalLimitRoutes({ store, configuration, clock, questions }));
  await app.register(platformNameRoutes({ store, configuration, clock, questions }));
  await app.register(clockRoutes({ control: pipeline.clockControl }));
  await app.register(eventRoutes({ alerts }));
  await app.register(tryVendorRoutes({ clock }));
  await app.register(
    vendorLinkRoutes({ store, configuration, devices, vocabulary, clock, runner, dataKey, http, log, syslogAddress }),
  );
  await app.register(deviceIdentityRoutes({ store }));
  await app.register(connectorPreviewRoutes({ store, questions }));
  await app.register(policyPreviewRoutes({ store, questions }));
  await app.register(unknownTermRoutes({ vocabulary, view }));
  await app.register(reportRoutes({ store, devices, clock, view: decider.view }));
  await app.register(reinstateRoutes({ devices }));
  await app.register(findingRoutes({ store }));
}

function addGauges(metrics: Registry, { store, pipeline }: Foundation): void {
  addGauge(metrics, 'sallyport_devices', 'Devices by compliance state', 'state', () => store.postures.countByState());
  addGauge(metrics, 'sallyport_connectors', 'Connectors to partners by state', 'state', async () =>
    countStates(await store.documents.list('connectorStatus')),
  );
  addGauge(
    metrics,
    'sallyport_devices_of_unknown_system',
    'Devices whose operating system has a name that is in no table and has no platform',
    'state',
    async () => unknownSystems(pipeline, store),
  );
  addGauge(
    metrics,
    'sallyport_unknown_terms',
    "Values in vendors' reports that no table holds, by what is done with them",
    'handling',
    async () => countTerms(await pipeline.vocabulary.unknownTerms()),
  );
  addGauge(metrics, 'sallyport_clock_in_doubt', 'Whether the clock is in doubt (1), by reason', 'reason', async () =>
    clockDoubts(pipeline.clockControl?.state().doubt ?? null),
  );
  addCounter(
    metrics,
    'sallyport_times_pulled_back',
    'Stored times that lay ahead of the clock and were pulled back',
    [],
    () => [[{}, pipeline.clockControl?.state().pulledBack ?? 0]],
  );
  addGauge(
    metrics,
    'sallyport_devices_not_unique',
    'Devices with bad news held against them that may be about another one, and records that a newer enrolment superseded',
    'kind',
    async () => Object.entries(pipeline.questions.recordCounts()),
  );
  addCounter(
    metrics,
    'sallyport_reports_of_common_keys_total',
    'Reports whose key more devices carry than maxCandidates of /admin/v1/signal-limits, so that it identifies none',
    [],
    () => [[{}, pipeline.commonKeyReports()]],
  );
  addGauge(
    metrics,
    'sallyport_reports_waiting',
    'Reports whose device is not known (unmatched) or not certain (ambiguous)',
    'status',
    async () => store.reports.countWaiting(),
  );
  addGauge(
    metrics,
    'sallyport_identity_conflicts',
    'Devices of which an older record of a partner reports worse than the newest',
    'kind',
    async () => new Map([['any', (await store.documents.list('identityConflict')).length]]),
  );
  addGauge(
    metrics,
    'sallyport_partner_disagreements',
    'Devices of which partners say different levels',
    'kind',
    async () => new Map([['any', (await pipeline.questions.disagreements(0)).count]]),
  );
}

function addStreamFigures(metrics: Registry, { publisher, alerts }: Services): void {
  const cutsOf = (stream: string, { cuts }: Publisher) =>
    cuts.all().map(({ door, reason, count }) => [{ stream, door, reason }, count] as const);
  addCounter(
    metrics,
    'sallyport_event_stream_cuts_total',
    'Streams of events that the hub cut, by kind of stream, door and reason',
    ['stream', 'door', 'reason'],
    () => [...cutsOf('doors', publisher), ...cutsOf('alerts', alerts)],
  );
  addGauge(
    metrics,
    'sallyport_door_events_behind',
    'Events that a listening door has yet to be given',
    'door',
    async () => publisher.behind(),
  );
}

function addUnreadRecords(metrics: Registry, { runner }: Services): void {
  addCounter(
    metrics,
    'sallyport_unread_records_total',
    'Records and calls from partners that could not be read, since the link was started or changed',
    ['connector'],
    () =>
      runner.links().map(({ link, status }) => [{ connector: link.connectorId }, status.unread?.count ?? 0] as const),
  );
}

/** Names come from outside, so they are no label: there may be any number of them. */
async function unknownSystems(
  { questions }: Pick<Foundation['pipeline'], 'questions'>,
  { documents }: Pick<Foundation['store'], 'documents'>,
): Promise<Iterable<readonly [string, number]>> {
  const named = new Set((await documents.list('platformName')).map(({ id }) => id));
  const unnamed = (await questions.ownSystemNames()).filter(({ name }) => !named.has(name));
  const count = (of: (one: (typeof unnamed)[number]) => number): number =>
    unnamed.reduce((sum, one) => sum + of(one), 0);
  return [
    ['closed', count(({ closed }) => closed)],
    ['open', count(({ devices, closed }) => devices - closed)],
  ];
}

function countTerms(terms: readonly ListedTerm[]): Iterable<readonly [string, number]> {
  return (['automatic', 'disregarded', 'enforced'] as const).map((handling) => [
    handling,
    terms.filter(({ handled }) => (handled?.handling ?? 'automatic') === handling).length,
  ]);
}

function clockDoubts(doubt: DoubtReason | null): [DoubtReason, number][] {
  return (['jump', 'behindMark', 'database'] as const).map((reason) => [reason, doubt === reason ? 1 : 0]);
}

/** The states that were last noted; a connector that is newer than a second or so has none yet. */
function countStates(statuses: readonly DocumentRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const {
    body: { state },
  } of statuses)
    if (typeof state === 'string') counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

async function openSyslog(
  listen: ServeSettings['listen'],
  tls: ServerTls,
  parts: Pick<SyslogOptions, 'runner' | 'clock' | 'log'>,
  opened: Opened,
): Promise<SyslogPart> {
  const listener = await startSyslog({ listen, tls, ...parts });
  opened.add(() => listener.close());
  return {
    useCertificate: (pair) => listener.useCertificate(pair),
    address: `${isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host}:${listener.port}`,
    caFile: tls.caFile,
  };
}

/** A renewed pair of files is served without a restart. */
function followCertificate(
  { settings: { dataDir }, serverTls, tls, hosts, clock, log, opened }: Foundation,
  { app, syslog }: Server,
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
