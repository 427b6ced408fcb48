import { adoptTrustSets } from '../evidence/adopt-trust-sets.ts';
import { TrustSets } from '../evidence/trust-sets.ts';
import { listenOn } from '../http/listen.ts';
import { ensureAdministrator } from '../api/token/administrator.ts';
import { createClientDirectory } from '../api/token/client-directory.ts';
import { openServer } from './server.ts';
import type { Foundation, Hub, Services } from './parts.ts';
import { openIntake } from '../intake/open.ts';
import { notesOnExposedFiles } from '../platform/exposed-files.ts';
import { createOutbound } from '../platform/outbound.ts';
import { startForgetting } from '../publish/forget-events.ts';
import { alertFrameOf } from '../publish/frames.ts';
import { Publisher } from '../publish/publisher.ts';

/** Everything that speaks with the outside, started on a pipeline that is ready to decide. */
export async function openServices(foundation: Foundation): Promise<Hub> {
  const { settings, opened, held, port, baseUrl, serverTls, tls } = foundation;
  const services = await startServices(foundation);
  const app = await openServer(foundation, services);
  await held?.release();
  await listenOn(app, { host: settings.listen.host, port });
  // Last opened, first closed: no new work comes in while the parts below finish theirs.
  opened.add(() => app.close());
  const { administrator, links } = services;
  return {
    baseUrl,
    app,
    caFile: tls?.caFile,
    adminFile: administrator.file,
    syslog: links.syslog,
    notes: [...(serverTls?.warnings ?? []), ...administrator.notes, ...(await notesOnExposedFiles(settings.dataDir))],
    close: () => opened.closeAll(),
  };
}

async function startServices({
  settings,
  log,
  clock,
  opened,
  store,
  pipeline,
  baseUrl,
  serverTls,
  tls,
  dataKey,
}: Foundation): Promise<Services> {
  const administrator = await ensureAdministrator({
    dataDir: settings.dataDir,
    documents: store.documents,
    configuration: pipeline.configuration,
    baseUrl,
    caFile: tls?.caFile,
    clock,
    reset: settings.resetAdministrator,
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
  const forgetting = startForgetting(store, clock, log);
  opened.add(() => forgetting.stop());
  const http = createOutbound({ allow: settings.outboundAllow, onDate: (host, at) => clock.heard(host, at) });
  opened.add(() => http.close());
  const { syslogListen } = settings;
  const links = await openIntake({
    store,
    intake: pipeline.intake,
    dataKey,
    http,
    clock,
    log,
    syslogListen,
    serverTls,
  });
  opened.add(() => links.close());
  return { administrator, clients, publisher, alerts, trustSets, http, links };
}
