import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SHARED_APP_FIELDS, SHARED_CERTIFICATE_FIELDS } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../platform/clock.ts';
import type { DisclosureRow, Store } from '../../store/store.ts';
import type { RouteAccess, RouteDoc } from '../../http/route-access.ts';

export interface DisclosureRoutesOptions {
  readonly store: Pick<Store, 'disclosures' | 'documents'>;
}

const READ: RouteAccess = { kind: 'permission', anyOf: ['AuditLog.Read.All'] };
const READ_DEVICE: RouteAccess = {
  kind: 'permission',
  anyOf: [
    'AuditLog.Read.All',
    'DeviceManagementManagedDevices.Read.All',
    'DeviceManagementManagedDevices.ReadWrite.All',
  ],
};

/** Who was given which inventory: what, whose, to whom, when. Also of devices that are gone. */
export function disclosureRoutes({ store }: DisclosureRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    app.get('/admin/v1/inventory-disclosures', { config: { access: READ, doc: docs.list } }, async (request) => {
      const { limit, ...query } = listQuery.parse(request.query);
      const rows = await store.disclosures.list({ ...query, limit: limit + 1 });
      const shown = rows.slice(0, limit);
      return { value: shown.map(toView), nextBefore: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null };
    });
    app.get(
      '/admin/v1/inventory-disclosures/:seq/devices',
      { config: { access: READ, doc: docs.devices } },
      async (request) => {
        const { seq } = seqParams.parse(request.params);
        const devices = await store.disclosures.devicesOf(seq);
        if (devices === undefined) throw new HubError('not_found', `There is no hand-over with the number ${seq}.`);
        return {
          value: devices.map(({ deviceId, scope, items }) => ({ managedDeviceId: deviceId, scope, itemCount: items })),
        };
      },
    );
    app.get(
      '/admin/v1/devices/:id/inventory-disclosures',
      { config: { access: READ_DEVICE, doc: docs.ofDevice } },
      async (request) => ({ value: await ofDevice(store, request) }),
    );
  };
}

async function ofDevice(
  store: DisclosureRoutesOptions['store'],
  request: FastifyRequest,
): Promise<z.infer<typeof deviceView>[]> {
  const id = canonicalId((request.params as z.infer<typeof deviceParams>).id);
  const rows = await store.disclosures.ofDevices([id]);
  return Promise.all(
    rows.map(async ({ connectorId, kind, firstAt, lastAt, times, scope, items }) => ({
      connectorId,
      partner: String(
        (await store.documents.get('mobileThreatDefenseConnector', connectorId))?.body.partnerDisplayName ??
          connectorId,
      ),
      kind,
      fields: fieldsOf(kind),
      scope,
      itemCount: items,
      times,
      firstDateTime: isoTime(firstAt),
      lastDateTime: isoTime(lastAt),
    })),
  );
}

function toView({
  seq,
  messageId,
  at,
  connectorId,
  clientId,
  kind,
  channel,
  deviceCount,
  itemCount,
}: DisclosureRow): z.infer<typeof view> {
  return {
    seq,
    disclosureId: messageId,
    dateTime: isoTime(at),
    connectorId,
    recipient: clientId,
    kind,
    channel,
    fields: fieldsOf(kind),
    deviceCount,
    itemCount,
  };
}

function fieldsOf(kind: DisclosureRow['kind']): string[] {
  return [...(kind === 'apps' ? SHARED_APP_FIELDS : SHARED_CERTIFICATE_FIELDS)];
}

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const listQuery = z.strictObject({
  connectorId: z.string().max(256).transform(canonicalId).optional(),
  before: z.coerce.number().int().min(1).optional().describe('`nextBefore` of the page before.'),
  from: instant.optional().describe('Hand-overs from this time on.'),
  to: instant.optional().describe('Hand-overs before this time.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const seqParams = z.object({ seq: z.coerce.number().int().min(0).describe('Number of the hand-over.') });
const deviceParams = z.object({ id: z.string().describe('Id of a managed device, also of one that is gone.') });

const kind = z.enum(['apps', 'certificates']);
const fields = z.array(z.string()).describe('What was given of each app or certificate.');
const scope = z.enum(['managed', 'all']);
const view = z.object({
  seq: z.int(),
  disclosureId: z.string().describe('The same as in what the partner got.'),
  dateTime: z.string(),
  connectorId: z.string(),
  recipient: z.string().describe('The client that fetched it, or the host that it was sent to.'),
  kind,
  channel: z.enum(['fetch', 'push']),
  fields,
  deviceCount: z.int(),
  itemCount: z.int(),
});
const deviceView = z.object({
  connectorId: z.string(),
  partner: z.string(),
  kind,
  fields,
  scope: scope.describe('At the last time.'),
  itemCount: z.int(),
  times: z.int(),
  firstDateTime: z.string(),
  lastDateTime: z.string(),
});

const tags = ['admin: inventory'];
const docs = {
  list: {
    summary: 'List hand-overs of inventories to partners',
    tags,
    query: listQuery,
    responses: {
      200: { description: 'Newest first.', schema: z.object({ value: z.array(view), nextBefore: z.int().nullable() }) },
    },
  },
  devices: {
    summary: 'List whose inventory a hand-over held',
    tags,
    params: seqParams,
    responses: {
      200: {
        description: 'Devices.',
        schema: z.object({ value: z.array(z.object({ managedDeviceId: z.string(), scope, itemCount: z.int() })) }),
      },
    },
  },
  ofDevice: {
    summary: 'See which partners were given the inventory of a device',
    tags,
    params: deviceParams,
    responses: { 200: { description: 'By partner and kind.', schema: z.object({ value: z.array(deviceView) }) } },
  },
} as const satisfies Record<string, RouteDoc>;
