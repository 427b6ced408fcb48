import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { sharedPlatforms, sharingOf } from '../inventory-sharing.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../platform/clock.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { readBody } from '../../documents/document-type.ts';
import { inventoryPushDocument, type InventoryPushBody } from '../../documents/kinds/inventory-push.ts';
import { changeDocument, putDocument, removeDocument, required, type Target } from '../../documents/write.ts';
import { newPushSecret, pushCursorId, sealPushSecret } from '../share/push-target.ts';
import type { InventoryPusher } from '../share/pusher.ts';
import type { DocumentRow, InventoryKind, Transaction } from '../../store/store.ts';
import type { RouteAccess, RouteDoc } from '../../http/route-access.ts';
import { readable, shownOf, unreadableView, writingOf, type AdminDependencies } from '../../http/admin-documents.ts';

export interface InventoryPushOptions extends AdminDependencies {
  readonly pusher: InventoryPusher;
  readonly dataKey: DataKey;
  readonly http: Pick<Outbound, 'refusal'>;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementServiceConfig.ReadWrite.All'] };
const TARGET = '/admin/v1/connectors/:connectorId/inventory-push';
const KINDS = ['apps', 'certificates'] as const satisfies readonly InventoryKind[];

/** Where the inventories of a connector are pushed to. What may go there is said by the connector's switches alone. */
export function inventoryPushRoutes(options: InventoryPushOptions): FastifyPluginAsync {
  const { store, pusher, dataKey, http } = options;
  const shown = async (row: DocumentRow) => {
    const idle = await notSharedOf(row.id, store);
    return {
      ...shownOf(inventoryPushDocument, row, (body) => toView(row.id, body, idle, pusher)),
      connectorId: row.id,
    };
  };
  return async (app) => {
    app.get(TARGET, { config: { access: READ, doc: docs.get } }, async (request) =>
      shown(required(await store.documents.get('inventoryPush', idOf(request)), targetOf(idOf(request)))),
    );
    app.put(TARGET, { config: { access: WRITE, doc: docs.put } }, async (request) => {
      const given = targetPut.parse(request.body);
      const refusal = http.refusal(given.url);
      if (refusal !== undefined)
        throw new HubError('invalid_request', `url cannot be called. ${refusal}`, { field: 'url' });
      const { row, secret } = await put(options, request, given);
      await pusher.settled();
      return { ...(await shown(row)), ...(secret !== undefined && { secret }) };
    });
    app.post(`${TARGET}/rotateSecret`, { config: { access: WRITE, doc: docs.rotate } }, async (request) => {
      const secret = newPushSecret();
      const row = await change(options, request, (before, id) => ({
        ...before,
        sealedSecret: sealPushSecret(id, secret, dataKey),
      }));
      await pusher.settled();
      return { ...(await shown(row)), secret };
    });
    app.delete(TARGET, { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await remove(options, request);
      await pusher.settled();
      return reply.code(204).send();
    });
  };
}

async function put(
  options: InventoryPushOptions,
  request: FastifyRequest,
  given: z.infer<typeof targetPut>,
): Promise<{ readonly row: DocumentRow; readonly secret: string | undefined }> {
  const fresh = newPushSecret();
  let isNew = false;
  const id = idOf(request);
  const row = await putDocument(writingOf(options, request), targetOf(id), async (stored, tx) => {
    if ((await tx.documents.get('mobileThreatDefenseConnector', id)) === undefined) {
      throw new HubError('not_found', `There is no mobileThreatDefenseConnector ${id.slice(0, 100)}; create it first.`);
    }
    const before = stored && readBody(inventoryPushDocument, stored);
    isNew = before === undefined;
    // Somebody else at another address has nothing yet.
    if (before?.url !== given.url) await forgetCursors(tx, id);
    return {
      ...given,
      sealedSecret: before?.sealedSecret ?? sealPushSecret(id, fresh, options.dataKey),
    } satisfies InventoryPushBody;
  });
  return { row, secret: isNew ? fresh : undefined };
}

function change(
  options: InventoryPushOptions,
  request: FastifyRequest,
  make: (before: InventoryPushBody, id: string) => InventoryPushBody,
): Promise<DocumentRow> {
  return changeDocument(writingOf(options, request), targetOf(idOf(request)), (row) =>
    make(readable(inventoryPushDocument, row), row.id),
  );
}

function remove(options: InventoryPushOptions, request: FastifyRequest): Promise<void> {
  return removeDocument(writingOf(options, request), targetOf(idOf(request)), (row, tx) => forgetCursors(tx, row.id));
}

async function forgetCursors(tx: Transaction, connectorId: string): Promise<void> {
  for (const kind of KINDS) await tx.documents.delete('inventoryCursor', pushCursorId(connectorId, kind));
}

function targetOf(id: string): Target {
  const { kind, name } = inventoryPushDocument;
  return {
    kind,
    name,
    id,
    missing: () => new HubError('not_found', `The inventories of connector ${id.slice(0, 100)} are pushed nowhere.`),
  };
}

function idOf({ params: given }: FastifyRequest): string {
  return canonicalId((given as z.infer<typeof params>).connectorId);
}

function toView(
  connectorId: string,
  { url, enabled, kinds }: InventoryPushBody,
  idle: ReadonlySet<InventoryKind>,
  pusher: InventoryPusher,
): Omit<z.infer<typeof view>, 'connectorId'> {
  return {
    url,
    enabled,
    kinds: [...kinds],
    status: Object.fromEntries(
      kinds.map((kind) => {
        const status = pusher.status(connectorId, kind);
        const state = status?.state === 'sending' && idle.has(kind) ? 'notShared' : status?.state;
        const { problem = null } = status ?? {};
        return [
          kind,
          {
            state: state ?? (enabled && pusher.isElsewhere ? 'elsewhere' : 'off'),
            lastSuccessDateTime: status?.lastSuccessAt == null ? null : isoTime(status.lastSuccessAt),
            problem: problem && {
              dateTime: isoTime(problem.at),
              message: problem.message,
              nextTryDateTime: isoTime(problem.nextTryAt),
            },
          },
        ];
      }),
    ),
  };
}

/** The kinds of which nothing may go out and nothing has to be taken back: a target that has just begun need not look to know it. */
async function notSharedOf(
  connectorId: string,
  { documents }: AdminDependencies['store'],
): Promise<ReadonlySet<InventoryKind>> {
  const [sharing, ...cursors] = await Promise.all([
    sharingOf(documents, connectorId),
    ...KINDS.map((kind) => documents.get('inventoryCursor', pushCursorId(connectorId, kind))),
  ]);
  return new Set(
    KINDS.filter(
      (kind, at) => cursors[at] === undefined && (sharing === undefined || sharedPlatforms(kind, sharing).length === 0),
    ),
  );
}

const params = z.object({ connectorId: z.string().describe('Id of a mobileThreatDefenseConnector.') });
const targetPut = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https://', abort: true })
    .max(2048)
    .refine((text) => {
      const { username, password, hash } = new URL(text);
      return username + password + hash === '';
    }, 'must not hold a user name, a password or a fragment'),
  kinds: z
    .array(z.enum(KINDS))
    .min(1)
    .transform((kinds) => [...new Set(kinds)]),
  enabled: z.boolean().default(true),
});
const status = z.object({
  state: z
    .enum(['off', 'upToDate', 'sending', 'notShared', 'failing', 'elsewhere'])
    .describe(
      'notShared: the switches of the connector do not allow it. elsewhere: another hub of this database pushes, and knows how it fares.',
    ),
  lastSuccessDateTime: z.string().nullable(),
  problem: z.object({ dateTime: z.string(), message: z.string(), nextTryDateTime: z.string() }).nullable(),
});
const view = z.object({
  connectorId: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  kinds: z.array(z.enum(KINDS)),
  status: z.partialRecord(z.enum(KINDS), status),
});
const withSecret = view.extend({
  secret: z
    .string()
    .optional()
    .describe('The key of the signature, `whsec_` and base64. Shown when the target is new, and only then.'),
});

const tags = ['admin: inventory'];
const docs = {
  get: {
    summary: 'See where inventories are pushed to',
    tags,
    params,
    responses: {
      200: {
        description: 'The target, and how it fares.',
        schema: z.union([view, unreadableView.extend({ connectorId: z.string() })]),
      },
    },
  },
  put: {
    summary: 'Push inventories to a partner',
    tags,
    params,
    body: targetPut,
    description:
      'Messages are signed as Standard Webhooks says, and repeated until they are answered with 2xx. Nothing goes out that the switches of the connector do not allow. A new address begins anew. One that the hub may not call is refused; a name that leads to such an address shows with the first push.',
    responses: { 200: { description: 'The target. It runs.', schema: withSecret } },
  },
  rotate: {
    summary: 'Give the target a new secret',
    tags,
    params,
    responses: { 200: { description: 'The target with its new secret.', schema: withSecret } },
  },
  remove: { summary: 'Stop pushing inventories', tags, params, responses: { 204: { description: 'Stopped.' } } },
} as const satisfies Record<string, RouteDoc>;
