import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { CHECK_RESULTS, type ReadinessResult } from './readiness.ts';
import { RequestTimes, type RequestTimer } from './request-times.ts';
import type { RouteAccess } from './route-access.ts';

export interface OperationsOptions {
  readonly readiness: () => Promise<ReadinessResult>;
  readonly metrics: Registry;
}

const PROBE: RouteAccess = {
  kind: 'public',
  why: 'an orchestrator asks, which has no credentials; it learns only whether we work',
};
const readyResponse = z.object({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(CHECK_RESULTS)),
});

/** What orchestrators and Prometheus ask. Prometheus gets its token itself: `oauth2` in its scrape settings. */
export function addOperationsRoutes(app: FastifyInstance, { readiness, metrics }: OperationsOptions): void {
  app.get(
    '/healthz',
    {
      config: {
        access: PROBE,
        quiet: true,
        doc: {
          summary: 'Whether the process answers at all',
          tags: ['operations'],
          responses: { 200: { description: 'It does.' } },
        },
      },
    },
    () => ({ status: 'alive' }),
  );

  app.get(
    '/readyz',
    {
      config: {
        access: PROBE,
        quiet: true,
        doc: {
          summary: 'Whether the hub can take reports and decide',
          tags: ['operations'],
          responses: {
            200: {
              description:
                'Ready. A check that is degraded needs an administrator and keeps nobody out; the log says what it is.',
              schema: readyResponse,
            },
            503: { description: 'Not ready', schema: readyResponse },
          },
        },
      },
    },
    async (_request, reply) => {
      const { ready, checks } = await readiness();
      reply.code(ready ? 200 : 503);
      return { status: ready ? 'ready' : 'not ready', checks };
    },
  );

  app.get(
    '/metrics',
    {
      config: {
        access: { kind: 'permission', anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'] },
        quiet: true,
        doc: {
          summary: 'Figures for Prometheus, as text',
          tags: ['operations'],
          responses: { 200: { description: 'Prometheus text format.' } },
        },
      },
    },
    async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.metrics();
    },
  );
}

/**
 * Counts and times every request by its route. To be called before any route is added. Answers a maker of
 * timers for what is answered before the router sees it.
 */
export function measureRequests(
  app: FastifyInstance,
  metrics: Registry,
): (method: string, route: string, status: number) => RequestTimer {
  const times = new RequestTimes(metrics);
  const known = new WeakMap<object, Map<number, RequestTimer>>();
  app.addHook('onResponse', (request, reply, done) => {
    done();
    const { config, url } = request.routeOptions;
    if (config.stream === true) return;
    const byStatus = known.get(config) ?? new Map<number, RequestTimer>();
    known.set(config, byStatus);
    // The route, never the path as sent: there are as many paths as callers care to invent.
    const timer =
      byStatus.get(reply.statusCode) ??
      times.timer({
        method: url === undefined ? 'any' : request.method,
        route: url ?? 'none',
        status: reply.statusCode,
      });
    byStatus.set(reply.statusCode, timer);
    timer(reply.elapsedTime / 1000);
  });
  return (method, route, status) => times.timer({ method, route, status });
}
