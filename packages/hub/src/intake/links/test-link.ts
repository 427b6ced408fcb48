import { setTimeout as sleep } from 'node:timers/promises';
import { isoTime, type Clock } from '../../platform/clock.ts';
import { OutboundError, type Outbound } from '../../platform/outbound.ts';
import { syslogCef } from '../../vendors/syslog-cef/index.ts';
import { ANY_CONNECTOR, type VendorLog } from '../../vendors/vendor.ts';
import { VendorError } from '../../vendors/kit/vendor-error.ts';
import type { IntakeRunner } from './intake-runner.ts';
import { connectionOf } from './link-runtime.ts';
import type { OpenLink } from './vendor-link.ts';

/** An administrator waits for the answer. */
const PATIENCE_MS = 20_000;

export interface TestLinkTools {
  readonly http: Outbound;
  readonly clock: Clock;
  readonly log: VendorLog;
  /** Knows what has come in by the link as it is saved. */
  readonly runner?: Pick<IntakeRunner, 'status'> | undefined;
  /** Where senders of syslog connect to, `HOST:PORT`; `undefined`: the hub does not listen for them. */
  readonly syslogAddress?: string | undefined;
}

/** Whether a link would work; never throws for what the vendor does. */
export async function testLink(
  link: OpenLink,
  { http, clock, log, runner, syslogAddress }: TestLinkTools,
): Promise<{ ok: boolean; message: string }> {
  if (link.vendor.id === syslogCef.id && syslogAddress === undefined) {
    return {
      ok: false,
      message:
        'The settings are complete, but this hub does not listen for syslog. Start it with --syslog-listen or SALLYPORT_SYSLOG_LISTEN.',
    };
  }
  const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  const connection = connectionOf(link, { http, clock, log, wait });
  if (connection === undefined)
    return { ok: true, message: `${whatIsAwaited(link, syslogAddress)} ${whatCame(runner?.status(link.connectorId))}` };
  try {
    const answered = await connection.test(AbortSignal.timeout(PATIENCE_MS));
    const status = runner?.status(link.connectorId);
    const isAsked = connection.poll !== undefined || connection.stream !== undefined;
    return { ok: true, message: `${answered}${isAsked ? turnedAway(status) : ` ${whatCame(status)}`}` };
  } catch (error) {
    if (error instanceof VendorError) return { ok: false, message: error.message };
    if (error instanceof OutboundError && error.code === 'aborted')
      return { ok: false, message: `${link.vendor.displayName} did not answer within ${PATIENCE_MS / 1000} seconds.` };
    throw error;
  }
}

/** What the call of the vendor is to show, where that is known: the secret itself, or what is signed with it. */
function proof({ webhookHeader, authentication }: OpenLink['settings']): string {
  if (typeof webhookHeader !== 'string') return '';
  return authentication === 'hmac-sha256'
    ? `, signed with the secret in the header ${webhookHeader}`
    : ` with the secret in the header ${webhookHeader}`;
}

function whatIsAwaited({ connectorId, vendor, settings }: OpenLink, syslogAddress: string | undefined): string {
  if (vendor.id === syslogCef.id)
    return `The settings are complete. There is nothing to ask: this link waits for its senders, by TLS at ${syslogAddress ?? ''}.`;
  const beginning = `The settings are complete. There is nothing to ask: this link waits for ${vendor.connectorId === ANY_CONNECTOR ? 'its sender' : vendor.displayName} to push`;
  if (vendor.receive === undefined && vendor.pushPath === undefined) return `${beginning}.`;
  return `${beginning} to /intake/${connectorId}${vendor.pushPath ?? ''}${proof(settings)}.`;
}

/** Since the start of the hub. */
function whatCame(status: ReturnType<IntakeRunner['status']>): string {
  if (status?.running !== true) return 'The link is not running: save it, switched on, and send an event.';
  const { lastReportAt, lastSuccessAt } = status;
  const came =
    lastReportAt !== null
      ? `The last report about a device came ${isoTime(lastReportAt)}.`
      : lastSuccessAt !== null
        ? 'What has come since the hub started said nothing about a device.'
        : 'Nothing has come since the hub started: send an event.';
  return `${came}${turnedAway(status)}`;
}

/** The last call that did not show the secret, unless one has that came later. */
function turnedAway(status: ReturnType<IntakeRunner['status']>): string {
  const { refusedAt = null, lastSuccessAt = null } = status ?? {};
  return refusedAt === null || refusedAt < (lastSuccessAt ?? 0)
    ? ''
    : ` A call with a missing or wrong secret was turned away ${isoTime(refusedAt)}.`;
}
