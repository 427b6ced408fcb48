import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../access-guard.ts';
import { PlainAnswers } from './plain-answer.ts';
import { PlainConnection, type FastRoute, type PlainServer } from './plain-connection.ts';

/** The connections that Node's own HTTP does not know of yet. */
const held = new WeakMap<Socket, PlainConnection>();

/** Whether a connection waits for a next request here; of those that wait in `node:http`, that knows itself. */
export function isHeldIdle(socket: Socket): boolean {
  return held.get(socket)?.isIdle ?? false;
}

/** What is answered so on each server. */
const routesOf = new WeakMap<FastifyInstance['server'], FastRoute[]>();

/**
 * Answers the plain requests of a route from the socket, before `node:http` and the router. Measured, these
 * two cost as much again as all that a decision needs besides; see docs/decisions/0011.
 */
export function installFastPath(app: FastifyInstance, route: FastRoute, authenticator: Required<Authenticator>): void {
  const routes = routesOf.get(app.server);
  if (routes !== undefined) return void routes.push(route);
  const first = [route];
  routesOf.set(app.server, first);
  app.addHook('onReady', (done) => {
    // With these levels every answer is logged, which happens on the ordinary way.
    if (app.log.level !== 'debug' && app.log.level !== 'trace') holdConnections(app, first, authenticator);
    done();
  });
}

function holdConnections(
  { server, fixedHeaders }: FastifyInstance,
  routes: readonly FastRoute[],
  authenticator: Required<Authenticator>,
): void {
  const event = (server as unknown) instanceof TlsServer ? 'secureConnection' : 'connection';
  // The first listener is Node's own, added when the server was made.
  const serve = server.listeners(event)[0] as (this: typeof server, socket: Socket) => void;
  const plain: PlainServer = {
    routes,
    authenticator,
    answers: new PlainAnswers(fixedHeaders, server.keepAliveTimeout),
    requestMs: server.headersTimeout,
    // Node waits a little longer than it says, for requests that are on their way.
    keepAliveMs: server.keepAliveTimeout + (server.keepAliveTimeoutBuffer ?? 1_000),
    isOpen: () => server.listening,
    serve(socket) {
      held.delete(socket);
      serve.call(server, socket);
    },
    refuse: (socket, code) => server.emit('clientError', Object.assign(new Error(code), { code }), socket),
  };
  server.off(event, serve);
  server.on(event, (socket: Socket) => held.set(socket, new PlainConnection(socket, plain)));
}
