import { isIP } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import { addCounter } from '../platform/metrics.ts';
import type { ServerTls } from '../platform/tls.ts';
import type { IntakeOptions, IntakeRunner } from './links/intake-runner.ts';
import { startIntake } from './links/intake-runner.ts';
import { ssfPushRoutes } from './ssf/push-routes.ts';
import { startSyslog, type SyslogListener, type SyslogOptions } from './syslog/syslog-listener.ts';
import { logCollectorRoutes } from './webhooks/log-collector-routes.ts';
import { webhookRoutes } from './webhooks/webhook-routes.ts';

export interface SyslogPart {
  /** Where senders connect to, `HOST:PORT`. */
  readonly address: string;
  /** What they have to trust, unless the operator brought a certificate. */
  readonly caFile: string | undefined;
  readonly useCertificate: SyslogListener['useCertificate'];
}

export interface PartnerLinks {
  readonly runner: IntakeRunner;
  readonly routes: FastifyPluginAsync;
  readonly syslog: SyslogPart | undefined;
  addFigures(metrics: Registry): void;
  /** Stops asking and listening; what was received is taken to its end first. */
  close(): Promise<void>;
}

export interface IntakeDependencies extends IntakeOptions {
  /** Where to listen for syslog over TLS; `undefined`: nowhere. */
  readonly syslogListen: SyslogOptions['listen'] | undefined;
  readonly serverTls: ServerTls | undefined;
}

/** The wing of the partners: the links that ask vendors, the routes that vendors call, and the listener for syslog. */
export async function openIntake({ syslogListen, serverTls, ...options }: IntakeDependencies): Promise<PartnerLinks> {
  const { clock, http, log } = options;
  const runner = await startIntake(options);
  const listener =
    syslogListen && serverTls && (await startSyslog({ listen: syslogListen, tls: serverTls, runner, clock, log }));
  return {
    runner,
    syslog: listener && {
      useCertificate: (pair) => listener.useCertificate(pair),
      address: addressOf(syslogListen as SyslogOptions['listen'], listener),
      caFile: serverTls?.caFile,
    },
    addFigures: (metrics) => addUnreadRecords(metrics, runner),
    routes: async (app) => {
      await app.register(webhookRoutes({ runner }));
      await app.register(logCollectorRoutes({ runner, clock }));
      await app.register(ssfPushRoutes({ runner, http, clock }));
    },
    close: async () => {
      await listener?.close();
      await runner.close();
    },
  };
}

function addressOf({ host }: SyslogOptions['listen'], { port }: SyslogListener): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function addUnreadRecords(metrics: Registry, runner: IntakeRunner): void {
  addCounter(
    metrics,
    'sallyport_unread_records_total',
    'Records and calls from partners that could not be read, since the link was started or changed',
    ['connector'],
    () =>
      runner.links().map(({ link, status }) => [{ connector: link.connectorId }, status.unread?.count ?? 0] as const),
  );
}
