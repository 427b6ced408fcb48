import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Caller, RouteAccess } from './route-access.ts';

/** Says who a bearer token speaks for. Throws HubError `unauthenticated`, saying why. */
export interface Authenticator {
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** The same for a token that was good a moment ago, without waiting. `undefined`: ask `authenticate`. */
  peek?(authorization: string): Caller | undefined;
}

/**
 * Lets a request reach its route only as the route's `config.access` says, before any of its body is read.
 * `door` and `webhook` routes check their own credentials; that they do was asserted when they were added.
 */
export function guardAccess(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const access = request.routeOptions.config.access;
    if (access?.kind !== 'permission' && access?.kind !== 'partner') return done();
    admit(authenticator, request, access).then(() => done(), done);
  });
}

async function admit(authenticator: Authenticator, request: FastifyRequest, access: RouteAccess): Promise<void> {
  const caller = await authenticator.authenticate(onlyAuthorization(request));
  requireAccess(caller, access);
  request.caller = caller;
}

/** Node keeps the first of several Authorization headers; a proxy in front may have judged by the last. */
function onlyAuthorization({ raw: { rawHeaders, headers } }: FastifyRequest): string | undefined {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  if (count > 1)
    throw new HubError('invalid_request', 'There is more than one Authorization header.', { field: 'Authorization' });
  return headers.authorization;
}

function requireAccess(caller: Caller, access: RouteAccess): void {
  const wanted = access.kind === 'permission' ? access.anyOf : ['update_device_health'];
  if (!wanted.some((permission) => caller.roles.has(permission))) {
    throw new HubError(
      'permission_missing',
      wanted.length === 1
        ? `This needs the permission ${wanted[0]}, which the token does not carry.`
        : `This needs one of the permissions ${wanted.join(', ')}; the token carries none of them.`,
    );
  }
  if (access.kind === 'partner' && caller.connectorId === undefined) {
    throw new HubError(
      'not_bound_to_connector',
      `The client "${caller.displayName}" is not bound to a connector. Set mobileThreatDefenseConnectorId on its application.`,
    );
  }
}
