import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AccessDecider } from '../view/ports.ts';
import type { Clock } from '../platform/clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import { devicePageBase } from '../evidence/device-page.ts';
import type { RouteAccess, RouteDoc } from '../http/route-access.ts';
import { authenticateDoor } from './authenticate-door.ts';
import { decideAtDoor } from './decide-at-door.ts';
import type { Door } from './door.ts';
import type { DoorRegistry } from './door-registry.ts';
import { DoorEvents } from './events.ts';
import { GATEWAYS } from './gateways/index.ts';

export interface DoorRoutesOptions {
  readonly registry: DoorRegistry;
  readonly decider: AccessDecider;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Public address of the hub, without a path. */
  readonly baseUrl: string;
  /** Subscribers of all doors together. */
  readonly mostSubscribers?: number | undefined;
}

const DOOR: RouteAccess = { kind: 'door' };
const MOST_SUBSCRIBERS = 2_000;

/** What gateways ask: may this request pass, and whose access changed. */
export function doorRoutes(options: DoorRoutesOptions): FastifyPluginCallback {
  const { registry, decider, publisher, clock } = options;
  const devicePage = devicePageBase(options.baseUrl);
  const authenticate = authenticateDoor(registry, clock);
  const events = new DoorEvents({ publisher, registry, clock, most: options.mostSubscribers ?? MOST_SUBSCRIBERS });
  return (app, _, done) => {
    app.decorateRequest('door', undefined);
    app.decorateRequest('doorSecretHash', undefined);
    app.get(
      '/doors/:doorId',
      { config: { access: DOOR, doc: ASK, quiet: true }, onRequest: authenticate, exposeHeadRoute: false },
      (request, reply) => {
        const door = doorOf(request);
        const gateway = GATEWAYS[door.kind];
        const answer = decideAtDoor(door, gateway.read(request.raw.rawHeaders, door), {
          decider,
          devicePage,
          now: clock.now(),
          onInvalidCertificate: (problem) =>
            request.log.info({ door: door.id, problem }, 'a device certificate was not believed'),
          onUnknownIds: (unknownIds, deviceId) =>
            request.log.warn(
              { door: door.id, deviceId, unknownIds },
              'a device certificate names a device id that no device here has, beside one that is known',
            ),
        });
        const { status, headers } = gateway.answer(answer);
        reply.code(status).headers(headers).send();
      },
    );
    app.get(
      '/doors/:doorId/events',
      { config: { access: DOOR, doc: EVENTS, stream: true }, onRequest: authenticate, exposeHeadRoute: false },
      (request, reply) => {
        events.subscribe(doorOf(request), request, reply);
      },
    );
    done();
  };
}

function doorOf(request: FastifyRequest): Door {
  if (request.door === undefined) throw new Error('A door route ran without its authentication.');
  return request.door;
}

const params = z.object({ doorId: z.string().describe('Id of the door.') });

const asked = z.object({
  'X-Original-URI': z.string().describe('`$request_uri`'),
  'X-Original-Method': z.string().describe('`$request_method`'),
  'X-Original-Host': z.string().describe('`$host`'),
  'X-Real-IP': z.string().describe('`$remote_addr`'),
  'X-SSL-Client-Verify': z.string().optional().describe('`$ssl_client_verify`'),
  'X-SSL-Client-Cert': z.string().optional().describe('`$ssl_client_escaped_cert`'),
  'Accept-Language': z.string().optional().describe('As the client sent it: the language of the message.'),
});

const answered = z.object({
  'X-Sallyport-Decision': z.enum(['grant', 'deny']),
  'X-Sallyport-Reason': z.string().describe('Code of the first reason.'),
  'X-Sallyport-Title': z.string().describe('What the person reads first, safe to stand in HTML; empty when granted.'),
  'X-Sallyport-Message': z
    .string()
    .describe('What the person reads below it, in lines (`&#10;`), safe to stand in HTML; empty when granted.'),
  'X-Sallyport-Language': z.string().describe('Of the message, as a BCP 47 tag.'),
  'X-Sallyport-Remediation': z
    .string()
    .describe(
      'Where the person reads how to fix the device; empty when it is not known, and where only the help desk can help.',
    ),
  'X-Sallyport-User': z.string().describe('Percent-encoded; empty when not known.'),
  'X-Sallyport-Device': z.string().describe('Percent-encoded; empty when not known.'),
});

const ASK: RouteDoc = {
  summary: 'May this request pass the door?',
  tags: ['doors'],
  params,
  headers: asked,
  description:
    'For nginx `auth_request`. The door shows its key in `X-Sallyport-Door-Key`, and which header names the user as it is configured. ' +
    'Every header of the answer is always there, empty where there is nothing to say.',
  responses: {
    204: { description: 'Granted.', headers: answered },
    403: { description: 'Denied; the headers say why.', headers: answered },
    401: { description: 'The door itself did not show its key.' },
  },
};

const EVENTS: RouteDoc = {
  summary: 'Whose access changed, as server-sent events',
  tags: ['doors'],
  params,
  headers: z.object({
    'Last-Event-ID': z.string().optional().describe('The last event that was seen; the stream goes on after it.'),
  }),
  description:
    'Events `access-changed`, `configuration-changed` (drop what you remember) and `reset` (drop everything, events were missed). ' +
    'Send `Last-Event-ID` to resume; each event then comes once, in order.',
  responses: { 200: { description: 'A stream that stays open.' }, 429: { description: 'Too many subscribers.' } },
};
