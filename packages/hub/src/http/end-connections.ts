import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Server as TlsServer, TLSSocket } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isHeldIdle } from './fast-path/fast-path.ts';
import { stopListening } from './listen.ts';

const LOOK_EVERY_MS = 10;

/**
 * Ends a server's connections so that nobody is cut off in the middle of a word. First nobody new is let in, and
 * streams, which never end by themselves, are ended. A connection that is kept open for a next request may carry
 * one at this very moment, which Node would reset unread: for `drainMs` such requests are still answered, each as
 * the last of its connection. Then idle connections are closed, and after `closeMs` all.
 */
export function endConnectionsOnClose(
  app: FastifyInstance,
  { drainMs, closeMs }: { readonly drainMs: number; readonly closeMs: number },
): void {
  const streams = new Set<FastifyReply['raw']>();
  const open = openConnections(app.server);
  let closing = false;
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.stream === true) {
      streams.add(reply.raw);
      reply.raw.once('close', () => streams.delete(reply.raw));
    }
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', async () => {
    closing = true;
    if (!app.server.listening) return;
    const ended = once(app.server, 'close');
    stopListening(app.server);
    for (const response of streams) {
      const { socket } = response;
      response.end(() => socket?.end());
    }
    for (const end = performance.now() + drainMs; open.size > 0 && performance.now() < end; )
      await pause(LOOK_EVERY_MS);
    app.server.closeIdleConnections();
    for (const socket of open.values()) {
      if (isHeldIdle(socket)) socket.destroySoon();
      // Node knows as idle only those that had a request already.
      else if (socket.bytesRead === 0 || !isReady(socket, app.server)) socket.destroy();
    }
    const patience = setTimeout(() => open.forEach((socket) => socket.destroy()), closeMs);
    await ended;
    clearTimeout(patience);
  });
}

/** By the caller's address. Of a connection that is still agreeing on TLS it is the bare socket. */
function openConnections(server: FastifyInstance['server']): ReadonlyMap<string, Socket> {
  const open = new Map<string, Socket>();
  const add = (socket: Socket): void => {
    const caller = `${socket.remoteAddress} ${socket.remotePort}`;
    open.set(caller, socket);
    socket.once('close', () => {
      if (open.get(caller) === socket) open.delete(caller);
    });
  };
  server.on('connection', add);
  server.on('secureConnection', add);
  return open;
}

/** Nobody can have asked anything on it before TLS was agreed on. */
function isReady(socket: Socket, server: FastifyInstance['server']): boolean {
  return socket instanceof TLSSocket || !((server as unknown) instanceof TlsServer);
}
