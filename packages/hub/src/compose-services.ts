import type { Logger } from 'pino';
import { adoptTrustSets } from './api/access/adopt-trust-sets.ts';
import { TrustSets } from './api/access/trust-sets.ts';
import { DoorRegistry } from './api/doors/door-registry.ts';
import { listenOn } from './api/listen.ts';
import { ensureAdministrator, type Administrator } from './api/token/administrator.ts';
import { createClientDirectory, type ClientDirectory } from './api/token/client-directory.ts';
import { openServer } from './compose-server.ts';
import type { Hub } from './compose.ts';
import { startIntake, type IntakeRunner } from './intake/intake-runner.ts';
import type { Opened } from './opened.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { DataKey } from './platform/data-key.ts';
import { notesOnExposedFiles } from './platform/exposed-files.ts';
import type { HeldPort } from './platform/free-port.ts';
import { createOutbound, type Outbound } from './platform/outbound.ts';
import type { ServeSettings } from './platform/settings.ts';
import type { SigningKeys } from './platform/signing-keys.ts';
import type { ServerTls } from './platform/tls.ts';
import type { TrustedClock } from './platform/trusted-clock.ts';
import { startForgetting } from './publish/forget-events.ts';
import { alertFrameOf } from './publish/frames.ts';
import { Publisher } from './publish/publisher.ts';
import type { Store } from './store/store.ts';

/** What the services stand on. */
export interface Foundation {
  readonly settings: ServeSettings;
  readonly log: Logger;
  readonly clock: TrustedClock;
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

/** What goes on without anybody asking over HTTP. */
export interface Services {
  readonly administrator: Administrator;
  readonly clients: ClientDirectory;
  /** Of changes of access, to doors. */
  readonly publisher: Publisher;
  /** Of what administrators watch. */
  readonly alerts: Publisher;
  readonly doors: DoorRegistry;
  readonly trustSets: TrustSets;
  readonly http: Outbound;
  readonly runner: IntakeRunner;
}

/** Everything that speaks with the outside, started on a pipeline that is ready to decide. */
export async function openServices(foundation: Foundation): Promise<Hub> {
  const { settings, opened, held, port, baseUrl, serverTls, tls } = foundation;
  const services = await startServices(foundation);
  const { app, syslog } = await openServer(foundation, services);
  await held?.release();
  await listenOn(app, { host: settings.listen.host, port });
  // Last opened, first closed: no new work comes in while the parts below finish theirs.
  opened.add(() => app.close());
  const { administrator } = services;
  return {
    baseUrl, app, caFile: tls?.caFile, adminFile: administrator.file,
    syslog,
    notes: [...(serverTls?.warnings ?? []), ...administrator.notes, ...await notesOnExposedFiles(settings.dataDir)],
    close: () => opened.closeAll(),
  };
}

async function startServices({ settings, log, clock, opened, store, pipeline, baseUrl, tls, dataKey }: Foundation): Promise<Services> {
  const administrator = await ensureAdministrator({
    dataDir: settings.dataDir, documents: store.documents, configuration: pipeline.configuration, baseUrl, caFile: tls?.caFile, clock, reset: settings.resetAdministrator,
  });
  const clients = createClientDirectory(store, log);
  store.onCommitted((rows) => {
    if (rows.some((row) => row.kind === 'configuration-changed' && row.subject === 'application')) clients.invalidate();
  });

  const stallMs = settings.eventStallSeconds * 1_000;
  const publisher = await Publisher.start({ store, log, settled: pipeline.settled, stallMs });
  opened.add(() => publisher.close());
  const alerts = await Publisher.start({ store, log, frameOf: alertFrameOf, recent: 256, stallMs });
  opened.add(() => alerts.close());
  await adoptTrustSets({ documents: store.documents, configuration: pipeline.configuration, clock });
  const trustSets = await TrustSets.load(store, log);
  const doors = await DoorRegistry.load({ store, log, trustSets });
  const forgetting = startForgetting(store, clock, log);
  opened.add(() => forgetting.stop());
  const http = createOutbound({ allow: settings.outboundAllow, onDate: (host, at) => clock.heard(host, at) });
  opened.add(() => http.close());
  const runner = await startIntake({ store, intake: pipeline.intake, dataKey, http, clock, log });
  opened.add(() => runner.close());
  return { administrator, clients, publisher, alerts, doors, trustSets, http, runner };
}
