import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { InventoryKind } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import type { HandOverDependencies } from '../share/hand-over.ts';
import { handOver } from '../share/hand-over.ts';
import type { CursorOwner, HandOverCursor } from '../share/hand-over-cursor.ts';
import { readCursor } from '../share/hand-over-cursor.ts';
import { appsPage, certificatesPage, pageView } from '../share/handed-page.ts';
import type { Store } from '../../store/store.ts';
import type { RouteDoc } from '../../http/route-access.ts';

export interface PartnerInventoryDependencies extends HandOverDependencies {
  readonly store: HandOverDependencies['store'] & Pick<Store, 'heartbeats'>;
}

const MAX_DEVICES = 500;

const query = z.strictObject({
  changedSince: z
    .string()
    .max(500)
    .optional()
    .describe('`cursor` of the page before, or of the last page you have. Left out: from the beginning.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DEVICES)
    .default(100)
    .describe('Devices on a page. A page may hold fewer, or none, and not be the last.'),
});

/** Where partners fetch what is installed on devices, as far as their connector allows it. */
export function partnerInventoryRoutes(options: PartnerInventoryDependencies): FastifyPluginAsync {
  return async (app) => {
    app.get('/partner/v1/app-inventory', { config: { access: { kind: 'partner' }, doc: docs.apps } }, (request) =>
      answer(options, 'apps', request),
    );
    app.get(
      '/partner/v1/certificate-inventory',
      { config: { access: { kind: 'partner' }, doc: docs.certificates } },
      (request) => answer(options, 'certificates', request),
    );
  };
}

async function answer(
  options: PartnerInventoryDependencies,
  kind: InventoryKind,
  request: FastifyRequest,
): Promise<object> {
  const { connectorId, appId: clientId } = partnerOf(request);
  const { changedSince, limit } = query.parse(request.query);
  await requireSetUp(options.store, connectorId);
  return pageView(
    options.tenantId,
    await handOver(options, {
      connectorId,
      kind,
      cursor: cursorOf({ tenantId: options.tenantId, connectorId, kind }, changedSince),
      limit,
      channel: 'fetch',
      clientId,
    }),
  );
}

/** A connector whose partner was never heard is not set up, and is given nothing. */
async function requireSetUp(store: PartnerInventoryDependencies['store'], connectorId: string): Promise<void> {
  if (
    (await store.heartbeats.all()).has(connectorId) ||
    (await store.documents.get('mobileThreatDefenseConnector', connectorId)) === undefined
  )
    return;
  throw new HubError(
    'connector_unavailable',
    'This connector is not set up yet: POST /partner/v1/heartbeat first, or a report.',
  );
}

function cursorOf(owner: CursorOwner, text: string | undefined): HandOverCursor | undefined {
  if (text === undefined) return undefined;
  const cursor = readCursor(owner, text);
  if (cursor === undefined) {
    throw new HubError(
      'invalid_request',
      'changedSince is no cursor of this inventory for this partner. Leave it out to begin anew.',
      { field: 'changedSince' },
    );
  }
  return cursor;
}

function partnerOf({ caller }: FastifyRequest): { readonly connectorId: string; readonly appId: string } {
  if (caller?.connectorId === undefined) {
    throw new HubError(
      'not_bound_to_connector',
      'This client is bound to no connector. Bind it to the connector of its partner first.',
    );
  }
  return { connectorId: caller.connectorId, appId: caller.appId };
}

const tags = ['partner'];
const docs = {
  apps: {
    summary: 'Fetch what is installed on devices',
    tags,
    query,
    description:
      'Off until the organisation allows it on the connector (403 `inventory_not_shared`). Company devices with all apps; personal ones with managed apps, or with all where that is allowed too. Each device once, as it is now, in the order of its last change. Every call is put on record.',
    responses: { 200: { description: 'A page.', schema: appsPage } },
  },
  certificates: {
    summary: 'Fetch the certificates on devices',
    tags,
    query,
    description:
      'As for apps, with a switch of its own. Personal devices are left out altogether unless they are allowed.',
    responses: { 200: { description: 'A page.', schema: certificatesPage } },
  },
} as const satisfies Record<string, RouteDoc>;
