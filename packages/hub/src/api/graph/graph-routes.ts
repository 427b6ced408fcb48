import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { effectHeaders } from '../../http/access-effect.ts';
import { accessPolicyRoutes } from './access-policies/access-policies.ts';
import { applicationRoutes } from './applications/applications.ts';
import { auditEventRoutes } from './audit-events.ts';
import { addBatchRoute } from './routes/batch-route.ts';
import { compliancePolicyRoutes } from './compliance/compliance-policies.ts';
import { connectorRoutes } from './connectors/connectors.ts';
import { detectedAppRoutes } from './devices/detected-apps.ts';
import { deviceManagementRoutes } from './devices/device-management.ts';
import { groupRoutes } from './people/groups.ts';
import { managedDeviceRoutes } from './devices/managed-devices.ts';
import { addMetadataRoute } from './routes/metadata-route.ts';
import { namedLocationRoutes } from './access-policies/named-locations.ts';
import { routeDocOf } from './routes/route-doc.ts';
import type { GraphDependencies, GraphRequest, GraphRoute } from './routes/route.ts';
import { userRoutes } from './people/users.ts';

const VERSIONS: readonly GraphVersion[] = ['v1.0', 'beta'];

/** The Graph-compatible API under `/v1.0` and `/beta`: the same resources, v1.0 with the members it knows. */
export function graphRoutes(deps: GraphDependencies): FastifyPluginAsync {
  return async (app) => {
    const routes = allGraphRoutes(deps);
    for (const version of VERSIONS) {
      addMetadataRoute(app, version);
      addBatchRoute(app, version);
      for (const { method, path, access, summary, description, only = version, doc, handle } of routes) {
        if (only !== version) continue;
        app.route({
          method,
          url: `/${version}${path}`,
          config: {
            access: { kind: 'permission', anyOf: access },
            doc: routeDocOf({ summary, description, doc }, version),
          },
          handler: async (request, reply) => {
            refusePrecondition(request);
            const asked = toGraphRequest(request, version, deps, (effect) => {
              reply.headers(effectHeaders(effect));
            });
            const answer = await handle(asked);
            reply.code(answer.status);
            if (answer.status === 201 && typeof answer.body?.id === 'string')
              reply.header('location', locationOf(asked, answer.body.id));
            if (answer.text !== undefined) return reply.type('text/plain').send(answer.text);
            if (answer.body === undefined) return reply.send();
            return reply
              .type('application/json; odata.metadata=minimal; charset=utf-8')
              .send(JSON.stringify(answer.body));
          },
        });
      }
    }
  };
}

export function allGraphRoutes(deps: GraphDependencies): readonly GraphRoute[] {
  return [
    ...connectorRoutes(deps),
    ...compliancePolicyRoutes(deps),
    ...managedDeviceRoutes(deps),
    ...userRoutes(deps),
    ...groupRoutes(deps),
    ...accessPolicyRoutes(deps),
    ...namedLocationRoutes(deps),
    ...deviceManagementRoutes(deps),
    ...auditEventRoutes(deps),
    ...applicationRoutes(deps),
    ...detectedAppRoutes(deps),
  ];
}

/**
 * There are no ETags here, so one that a client names can only be another server's or made up: a change on that condition
 * must not happen (RFC 9110 section 13.1.1). `*` asks for no more than that there is something.
 */
function refusePrecondition({ method, headers }: FastifyRequest): void {
  const condition = headers['if-match'];
  if (method === 'GET' || condition === undefined || condition.trim() === '*') return;
  throw new HubError(
    'precondition_failed',
    'Resources have no ETags here, so none matches; nothing was changed. Send the request without If-Match.',
    { field: 'If-Match' },
  );
}

/** Of what was made (RFC 9110 section 15.3.2). */
function locationOf({ origin, originalPath }: GraphRequest, id: string): string {
  return `${origin}${originalPath.replace(/\/$/, '')}/${id}`;
}

function toGraphRequest(
  request: FastifyRequest,
  version: GraphVersion,
  deps: GraphDependencies,
  evaluated: GraphRequest['evaluated'],
): GraphRequest {
  const { caller } = request;
  if (caller === undefined) throw new Error('A Graph route was reached without a caller.');
  // A client may write the whole address where others write the path (RFC 9112 section 3.2.2).
  const url = request.originalUrl.replace(/^https?:\/\/[^/?]*/i, '');
  const [originalPath = ''] = url.split('?', 1);
  const cut = url.indexOf('?');
  return {
    version,
    method: request.method,
    origin: deps.baseUrl ?? `https://${hostOf(request)}`,
    originalPath,
    queryString: cut === -1 ? '' : url.slice(cut + 1),
    params: request.params as Record<string, string>,
    body: request.body,
    caller,
    lateEnumMembers: /include-unknown-enum-members/i.test(String(request.headers.prefer ?? '')),
    evaluated,
  };
}

/** Clients follow links only to the host that they asked; a Host header that is none is not echoed. */
function hostOf(request: FastifyRequest): string {
  const host: string | undefined = request.host;
  return host !== undefined && /^[\w.-]{1,255}(?::\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i.test(host)
    ? host
    : 'localhost';
}
