import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Publisher } from '../../../publish/publisher.ts';
import { positionOf, startEventStream } from '../../../http/event-stream.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';

export interface EventRoutesOptions {
  /** Tells alerts, and not what doors hear. */
  readonly alerts: Publisher;
  readonly mostSubscribers?: number | undefined;
  /** After how long a stream ends and has to be asked for again, with a token that is still good. */
  readonly endAfterMs?: number | undefined;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const MOST_SUBSCRIBERS = 100;
const END_AFTER_MS = 600_000;

/** Alerts about partners, as they happen. */
export function eventRoutes({
  alerts,
  mostSubscribers = MOST_SUBSCRIBERS,
  endAfterMs = END_AFTER_MS,
}: EventRoutesOptions): FastifyPluginCallback {
  const subscribe = (request: FastifyRequest, reply: FastifyReply): void => {
    if (alerts.subscribers >= mostSubscribers) {
      throw new HubError(
        'too_many_requests',
        `${mostSubscribers} subscribers are listening already; more are not taken.`,
        { retryAfterSeconds: 30 },
      );
    }
    const raw = startEventStream(reply);
    if (raw.destroyed) return;
    const end = setTimeout(() => raw.end(), endAfterMs).unref();
    raw.once('close', () => clearTimeout(end));
    void alerts.subscribe(raw, positionOf(request.headers['last-event-id']));
  };
  return (app, _, done) => {
    app.get(
      '/admin/v1/events',
      { config: { access: READ, doc: EVENTS, stream: true }, exposeHeadRoute: false },
      subscribe,
    );
    done();
  };
}

const EVENTS: RouteDoc = {
  summary: 'Alerts about partners, as server-sent events',
  tags: ['admin: events'],
  description:
    'Events `connector-state-changed` (`connectorId`, `displayName`, `from`, `to`, `at`), `disagreement-started` and `disagreement-ended` ' +
    '(`deviceId`, `mergedState`, `views`, `at`), `identity-conflict-started` and `identity-conflict-ended` (`deviceId`, `connectorIds`, `at`: two records of one phone, ' +
    'or two phones that claim to be one), `vendor-vocabulary-changed` (`connectorId`, `displayName`, `severity`, `term`, `from`, `handling`, `devices`, `devicesOfPartner`, ' +
    '`by`, `at`; `severity` is `critical` where the hub disregards an unknown value because much of the fleet holds it), `device-superseded` and `device-reinstated` (`deviceId`, `otherDeviceId`, `at`), `device-key-shared` (`deviceId`, `keyType`, `otherDeviceIds`, `devices`, `at`), ' +
    '`device-hold-started` and `device-hold-ended` (`deviceId`, `mergedState`, `reports`, `at`), `key-too-common` (`connectorId`, `reportId`, `keyType`, `key`, `devices`, `at`), and `reset` (events were missed: read the lists again). Send `Last-Event-ID` to resume; each event ' +
    'then comes once, in order. Events are kept for a week. The stream ends after ten minutes, so that whoever may not listen any more does not.',
  responses: { 200: { description: 'A stream.' }, 429: { description: 'Too many subscribers.' } },
};
