import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { CertificateAndKey } from '../platform/certificates.ts';
import type { Clock } from '../platform/clock.ts';
import { guardAccess, type Authenticator } from './access-guard.ts';
import { endConnectionsOnClose } from './end-connections.ts';
import { createErrorHandler } from './errors.ts';
import { useJsonBodies } from './json-body.ts';
import { refuseUnknownQueryOptions } from './query-options.ts';
import { refuseUnclearHost } from './refuse-host.ts';
import { newRequestId, setRequestIdHeaders } from './request-ids.ts';
import { RequestLog } from './request-log.ts';
import { keepRouteTable, methodsOf, routeTable } from './route-table.ts';

export interface HttpServerOptions {
  /** PEM. Without it the server speaks plain HTTP, which is right only behind a proxy that terminates TLS. */
  readonly tls?: CertificateAndKey | undefined;
  /**
   * A proxy is in front: the caller's address is the last one in X-Forwarded-For, which that proxy wrote. What
   * stands before it was written by the caller and is not believed.
   */
  readonly behindProxy: boolean;
  /** Sends Strict-Transport-Security. Not for localhost: a browser would hold every other port of it to https. */
  readonly hsts: boolean;
  readonly log: FastifyBaseLogger;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** Turns spellings of an address that clients use into the one that the routes know. */
  readonly rewriteUrl?: ((url: string) => string) | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Of every answer, whatever it says. */
    readonly fixedHeaders: Readonly<Record<string, string>>;
  }
}

export interface HttpLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** For all headers of a request to arrive. */
  readonly headersMs: number;
  /** For the whole request to arrive. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** How often late requests are looked for. */
  readonly checkEveryMs: number;
  /** How long `close` still answers requests that come on open connections. */
  readonly drainMs: number;
  /** How long `close` then waits for answers under way. */
  readonly closeMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 1024 * 1024,
  // Gateways hand on the address that a client asks for, up to 32 kB as our manual sets nginx up, beside a certificate.
  headerBytes: 48 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  checkEveryMs: 2_000,
  drainMs: 200,
  closeMs: 10_000,
};

/**
 * The server that all routes are added to. It refuses routes that do not say who may call them, and requests
 * that may not call them; it reads bodies strictly, answers every error in Graph's envelope, and on `close`
 * finishes what is under way.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const { rewriteUrl } = options;
  const handleError = createErrorHandler(options.clock);
  const fixedHeaders = fixedHeadersOf(options);
  const app = fastify({
    ...listenerOptions(options, limits),
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    childLoggerFactory: (log, bindings, options) => new RequestLog(log, bindings, options),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    // Does not refuse what was on its way when the server was told to close; see `end-connections.ts`.
    return503OnClosing: false,
    trustProxy: options.behindProxy ? (_address, hop) => hop === 0 : false,
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: (error, request, reply) => {
      // Fastify runs no hooks for a path that it cannot read.
      setHeaders(request, reply as FastifyReply, fixedHeaders);
      handleError(error, request, reply as FastifyReply);
    },
    ...(rewriteUrl === undefined ? {} : { rewriteUrl: (request: IncomingMessage) => rewriteUrl(request.url ?? '/') }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  });
  app.decorate('fixedHeaders', fixedHeaders);
  keepRouteTable(app);
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply, fixedHeaders);
    done();
  });
  refuseUnclearHost(app);
  guardAccess(app, options.authenticator);
  refuseUnknownQueryOptions(app);
  useJsonBodies(app);
  app.setErrorHandler(handleError);
  answerUnknownRoutes(app);
  logAnswers(app, options.log);
  endConnectionsOnClose(app, limits);
  return app;
}

const MIN_TLS = 'TLSv1.2';

/** Node's own options. The type is the plain server's; Fastify tells the two apart at run time by `https`. */
function listenerOptions({ tls }: HttpServerOptions, limits: HttpLimits): { http: object } {
  const listener = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  };
  if (tls === undefined) return { http: listener };
  return { https: { ...listener, ...tls, minVersion: MIN_TLS } } as unknown as { http: object };
}

/** For the connections from now on; those that are open stay as they are. */
export function useCertificate(app: FastifyInstance, { cert, key }: CertificateAndKey): void {
  (app.server as unknown as TlsServer).setSecureContext({ cert, key, minVersion: MIN_TLS });
}

function fixedHeadersOf({ hsts }: HttpServerOptions): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(hsts ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

function setHeaders(request: FastifyRequest, reply: FastifyReply, fixed: Readonly<Record<string, string>>): void {
  setRequestIdHeaders(request, reply);
  reply.headers(fixed);
}

function answerUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(routeTable(app), request.url);
    if (methods.length === 0)
      throw new HubError(
        'route_not_found',
        `There is nothing at ${pathOf(request).slice(0, 200)}. /openapi.json lists what there is.`,
      );
    reply.header('allow', methods.join(', '));
    throw new HubError(
      'method_not_allowed',
      `${request.method} is not possible here; ${methods.join(', ')} ${methods.length === 1 ? 'is' : 'are'}.`,
    );
  });
}

/** One line a request, without its query: queries carry tokens and names of people. */
function logAnswers(app: FastifyInstance, log: FastifyBaseLogger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const level =
      reply.statusCode >= 500
        ? 'error'
        : request.routeOptions.config.quiet === true && reply.statusCode < 400
          ? 'debug'
          : 'info';
    done();
    if (level === 'debug' && log.level !== 'debug' && log.level !== 'trace') return;
    request.log[level](
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        client: request.caller?.appId,
        address: request.ip,
      },
      'answered',
    );
  });
}

/** As the caller wrote it. */
function pathOf(request: FastifyRequest): string {
  return request.originalUrl.split('?', 1)[0] ?? '';
}

/** What arrived is not HTTP, or too big or too slow for it, so there is no route and no request to speak of. */
function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const [status, message] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'This is not a valid HTTP request.'];
  const body = JSON.stringify({ error: { code: 'BadRequest', message, innerError: {} } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const UNREADABLE: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
};
