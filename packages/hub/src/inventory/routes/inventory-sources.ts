import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import {
  inventorySourceDocument,
  SOURCE_KINDS,
  type InventorySourceBody,
} from '../../documents/kinds/inventory-source.ts';
import { sealSource } from '../collect/inventory-source.ts';
import type { StatsOfSources } from '../collect/source-stats.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../platform/clock.ts';
import type { DataKey } from '../../platform/data-key.ts';
import { newSecret } from '../../platform/secrets.ts';
import type { DocumentRow, Store } from '../../store/store.ts';
import type { RouteAccess, RouteDoc } from '../../http/route-access.ts';
import { AdminDocuments, idOf, shownOf, unreadableView, type AdminDependencies } from '../../http/admin-documents.ts';

export interface InventorySourceOptions extends AdminDependencies {
  readonly store: Pick<Store, 'documents' | 'transaction'>;
  readonly stats: StatsOfSources;
  readonly dataKey: DataKey;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementServiceConfig.ReadWrite.All'] };
const SOURCES = '/admin/v1/inventory-sources';

/** Where inventories of apps and certificates come from. Their secrets are shown once. */
export function inventorySourceRoutes(options: InventorySourceOptions): FastifyPluginAsync {
  const sources = new AdminDocuments(options, inventorySourceDocument);
  const { stats, dataKey, store } = options;
  const shown = (row: DocumentRow) => shownOf(inventorySourceDocument, row, (body) => toView(row.id, body, stats));
  return async (app) => {
    app.get(SOURCES, { config: { access: READ, doc: docs.list } }, async () => ({
      value: (await sources.list()).map(shown),
    }));
    app.get(`${SOURCES}/:id`, { config: { access: READ, doc: docs.get } }, async (request) =>
      shown(await sources.get(idOf(request))),
    );
    app.post(SOURCES, { config: { access: WRITE, doc: docs.create } }, async (request, reply) => {
      const { secret = newSecret().secret, ...given } = sourceCreate.parse(request.body);
      const id = randomUUID();
      const row = await sources.create(request, id, () =>
        checked({ ...given, sealedSecret: sealSource(id, secret, dataKey) }),
      );
      reply.code(201).header('location', `${SOURCES}/${id}`);
      return { ...shown(row), secret };
    });
    app.patch(`${SOURCES}/:id`, { config: { access: WRITE, doc: docs.patch } }, async (request) => {
      const { secret, ...patch } = sourcePatch.parse(request.body);
      const id = idOf(request);
      const sealed = secret === undefined ? {} : { sealedSecret: sealSource(id, secret, dataKey) };
      return shown(
        await sources.change(request, id, (before) => checked({ ...before, ...patch, ...sealed } as Changed)),
      );
    });
    app.delete(`${SOURCES}/:id`, { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await sources.remove(request, idOf(request));
      stats.forget(idOf(request));
      return reply.code(204).send();
    });
    app.post(`${SOURCES}/:id/assign`, { config: { access: WRITE, doc: docs.assign } }, async (request, reply) => {
      const { ownId, managedDeviceId } = assignBody.parse(request.body);
      await assign(store, options.clock.now(), request, (await sources.get(idOf(request))).id, ownId, managedDeviceId);
      return reply.code(204).send();
    });
  };
}

/** From now on this source means that device by its own id. */
async function assign(
  store: Pick<Store, 'transaction'>,
  at: number,
  { caller }: FastifyRequest,
  sourceId: string,
  ownId: string,
  deviceId: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    if ((await tx.devices.get([deviceId])).length === 0)
      throw new HubError('not_found', `There is no managed device ${deviceId.slice(0, 100)}.`, {
        field: 'managedDeviceId',
      });
    await tx.vendorDevices.learn([{ connectorId: sourceId, vendorDeviceId: ownId, deviceId }]);
    await tx.audit.append([
      {
        id: randomUUID(),
        at,
        actor: caller?.appId ?? '',
        operation: 'Action',
        resourceType: 'inventorySource',
        resourceId: sourceId,
        changes: [{ property: 'assign', oldValue: null, newValue: `${ownId} is ${deviceId}` }],
      },
    ]);
  });
}

/** `pubsub: null` takes it away. */
type Changed = Omit<InventorySourceBody, 'pubsub'> & { readonly pubsub?: InventorySourceBody['pubsub'] | null };

function checked(body: Changed): object {
  if (body.pubsub != null && body.kind !== 'androidManagement')
    throw new HubError('invalid_request', 'pubsub is for sources of the kind androidManagement.', { field: 'pubsub' });
  const { pubsub, ...rest } = body;
  return pubsub == null ? rest : { ...rest, pubsub };
}

function toView(
  id: string,
  { displayName, kind, enabled, pubsub = null }: Changed,
  stats: StatsOfSources,
): z.infer<typeof view> {
  const { lastAt, counts, strangers } = stats.of(id);
  return {
    id,
    displayName,
    kind,
    enabled,
    pubsub,
    webhookPath: `/intake/inventory/${id}`,
    status: { lastDateTime: lastAt === null ? null : isoTime(lastAt), ...counts, strangers: [...strangers] },
  };
}

const displayName = z.string().trim().min(1).max(256);
const secret = z
  .string()
  .min(16, 'must be at least 16 characters long')
  .max(512)
  .describe("The key of the signature, such as NanoMDM's -webhook-hmac-key. Left out: one is made.");
const pubsub = z.strictObject({
  audience: z.string().min(1).max(512).describe('`audience` of the push subscription.'),
  serviceAccount: z.email().describe('The service account that the subscription signs with.'),
});
const sourceCreate = z.strictObject({
  displayName,
  kind: z.enum(SOURCE_KINDS),
  enabled: z.boolean().default(true),
  secret: secret.optional(),
  pubsub: pubsub.optional(),
});
const sourcePatch = z.strictObject({
  displayName: displayName.optional(),
  enabled: z.boolean().optional(),
  secret: secret.optional(),
  pubsub: pubsub.nullable().optional(),
});
const assignBody = z.strictObject({
  ownId: z.string().trim().min(1).max(256).describe('What the source calls the device, as its status lists strangers.'),
  managedDeviceId: z.string().min(1).max(256).transform(canonicalId),
});

const view = z.object({
  id: z.string(),
  displayName: z.string(),
  kind: z.enum(SOURCE_KINDS),
  enabled: z.boolean(),
  pubsub: pubsub.nullable(),
  webhookPath: z.string().describe('Where the source pushes to.'),
  status: z
    .object({
      lastDateTime: z.string().nullable(),
      kept: z.int(),
      older: z.int(),
      unmatched: z.int(),
      ambiguous: z.int(),
      silent: z.int(),
      strangers: z.array(z.string()).describe('What the source calls devices that nobody here knows.'),
    })
    .describe('Since the hub started.'),
});
const viewOrUnreadable = z.union([view, unreadableView]);
const withSecret = view.extend({ secret: z.string() });

const params = z.object({ id: z.string().describe('Id of the source.') });
const tags = ['admin: inventory'];
const docs = {
  list: {
    summary: 'List sources of inventories',
    tags,
    responses: { 200: { description: 'All sources.', schema: z.object({ value: z.array(viewOrUnreadable) }) } },
  },
  get: {
    summary: 'Get one source, with how it fares',
    tags,
    params,
    responses: { 200: { description: 'The source.', schema: viewOrUnreadable } },
  },
  create: {
    summary: 'Add a source',
    tags,
    body: sourceCreate,
    responses: { 201: { description: 'The source, with its secret, which is shown only now.', schema: withSecret } },
  },
  patch: {
    summary: 'Change a source',
    tags,
    params,
    body: sourcePatch,
    responses: { 200: { description: 'The source as it is now.', schema: view } },
  },
  remove: {
    summary: 'Remove a source',
    tags,
    params,
    description: 'What came from it stays.',
    responses: { 204: { description: 'Removed.' } },
  },
  assign: {
    summary: 'Say which device a source means',
    tags,
    params,
    body: assignBody,
    description: 'For devices that it knows by an id that is not ours, such as user enrolments of Apple devices.',
    responses: { 204: { description: 'Noted; what it tells next is kept.' } },
  },
} as const satisfies Record<string, RouteDoc>;
