import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { collect, collectorBody, type CollectOutcome } from '../collect/collect.ts';
import type { GoogleTokens } from '../collect/google-token.ts';
import { isSignedBy, SIGNATURE_HEADER } from '../collect/hmac-signature.ts';
import { openSource, type OpenSource } from '../collect/inventory-source.ts';
import type { StatsOfSources } from '../collect/source-stats.ts';
import { readBody } from '../../documents/document-type.ts';
import { inventorySourceDocument } from '../../documents/kinds/inventory-source.ts';
import type { InventoryKeeper } from '../keep-inventory.ts';
import type { Clock } from '../../platform/clock.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { Store } from '../../store/store.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import type { RouteDoc } from '../../http/route-access.ts';

export interface CollectorRoutesOptions {
  readonly store: Pick<Store, 'documents'>;
  readonly keeper: InventoryKeeper;
  readonly google: GoogleTokens;
  readonly stats: StatsOfSources;
  readonly dataKey: DataKey;
  readonly clock: Clock;
}

/** An answer of a device with thousands of apps, in base64 within JSON. */
const BODY_LIMIT = 6 * 1024 * 1024;

/** Where device management systems push what is installed on devices. The body is judged before it is understood. */
export function collectorRoutes(options: CollectorRoutesOptions): FastifyPluginAsync {
  const sources = new WeakMap<FastifyRequest, OpenSource>();
  return async (app) => {
    // A signature is over bytes, and NanoMDM is not the only one that names no content type.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post(
      '/intake/inventory/:sourceId',
      {
        bodyLimit: BODY_LIMIT,
        // Before the body is read: who carries no credentials at all costs us no memory.
        onRequest: async (request) => {
          sources.set(request, await knownSource(options, request));
        },
        preHandler: async (request) => requireSender(options, sourceOf(sources, request), request),
        config: { access: { kind: 'webhook' }, doc },
      },
      async (request) => {
        const { id, kind } = sourceOf(sources, request);
        const { keeper, clock, stats } = options;
        const collected = await collect({ id, kind, keeper, clock }, parseJsonBody(request.body as Buffer));
        stats.note(id, collected, clock.now());
        const count = (outcome: CollectOutcome): number => collected.filter((one) => one.outcome === outcome).length;
        return {
          kept: count('kept'),
          older: count('older'),
          unmatched: count('unmatched') + count('ambiguous'),
          silent: count('silent'),
        };
      },
    );
  };
}

/** One and the same answer for no such source, no signature and a wrong one. */
function refused(): HubError {
  return new HubError('unauthenticated', `The signature in ${SIGNATURE_HEADER} is missing or wrong.`);
}

async function knownSource({ store, dataKey }: CollectorRoutesOptions, request: FastifyRequest): Promise<OpenSource> {
  const { headers } = request;
  if (headers[SIGNATURE_HEADER] === undefined && headers.authorization === undefined) throw refused();
  const row = await store.documents.get(
    inventorySourceDocument.kind,
    (request.params as z.infer<typeof params>).sourceId.toLowerCase(),
  );
  const source = row && readBody(inventorySourceDocument, row);
  if (row === undefined || source?.enabled !== true) throw refused();
  return openSource(row.id, source, dataKey);
}

async function requireSender(
  { google }: CollectorRoutesOptions,
  { secret, pubsub }: OpenSource,
  request: FastifyRequest,
): Promise<void> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (isSignedBy(secret, body, request.headers[SIGNATURE_HEADER])) return;
  if (pubsub !== undefined && (await google.isFrom(request.headers.authorization, pubsub))) return;
  throw refused();
}

function sourceOf(sources: WeakMap<FastifyRequest, OpenSource>, request: FastifyRequest): OpenSource {
  const source = sources.get(request);
  if (source === undefined) throw new Error('A webhook ran without its authentication.');
  return source;
}

const params = z.object({ sourceId: z.string() });
const doc: RouteDoc = {
  summary: 'Receive what is installed on devices from their management',
  description:
    "The webhook of NanoMDM or MicroMDM, or devices of the Android Management API (a push of Pub/Sub, a list of devices, or one device). Signed with X-Hmac-Signature: base64 of the HMAC-SHA256 of the body; pushes of Pub/Sub by Google's token.",
  tags: ['inventory'],
  params,
  body: collectorBody,
  responses: {
    200: {
      description: 'Everything is stored.',
      schema: z.object({
        kept: z.int(),
        older: z.int().describe('Something newer was kept already.'),
        unmatched: z.int().describe('It is not certain whose it is; it was dropped.'),
        silent: z.int().describe('Said nothing about what is installed.'),
      }),
    },
  },
};
