import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';

/** Ours, plain JSON. Graph's paths have rules of their own for each collection, and vendors add to their webhooks what they like. */
const OURS = /^\/(?:admin|partner)\/v1\//;

/**
 * Refuses query options that a route of ours does not document (`doc.query`; none where there is no such
 * schema): an option that is ignored answers a question that nobody asked, for example with the whole fleet.
 * To be called before routes are added.
 */
export function refuseUnknownQueryOptions(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!OURS.test(route.url)) return;
    const { query } = route.config?.doc ?? {};
    const known = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
    // After the caller is known: who may not ask at all learns nothing of what can be asked.
    route.preValidation = [
      (request, _reply, done) => done(problemWith(request.query, known)),
      ...[route.preValidation ?? []].flat(),
    ];
  });
}

function problemWith(query: unknown, known: readonly string[]): HubError | undefined {
  for (const name of Object.keys(query as object)) {
    if (known.includes(name)) continue;
    const what = known.length === 0 ? 'this takes no query options' : `known are ${known.join(', ')}`;
    return new HubError('invalid_request', `"${name.slice(0, 100)}" is not known here; ${what}.`, {
      field: name.slice(0, 100),
    });
  }
  return undefined;
}
