import { HubError } from '@sallyport/contracts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { partnerOfConnector } from '@sallyport/contracts/graph/partners.ts';
import { connectorState, readVersionLimit } from '@sallyport/core';
import { CURSOR_NAMES, cursorId } from '../../../intake/links/cursors.ts';
import { connectorStatusDocument, lifeOf, type StatusRule } from '../../../documents/kinds/connector-status.ts';
import { readRule } from '../../../documents/document-type.ts';
import { connectorDocument } from '../../../documents/kinds/connector.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../../platform/clock.ts';
import { pushCursorId } from '../../../inventory/share/push-target.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { EFFECT_NOTE } from '../../../http/access-effect.ts';
import { entityAnswer } from '../routes/answers.ts';
import {
  chosenId,
  createDocument,
  readRoutes,
  requireDocument,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { CONNECTORS } from '../routes/permissions.ts';
import { changes, creates, deletes } from '../routes/route-doc.ts';
import { noContent, param, type GraphDependencies, type GraphRequest, type GraphRoute } from '../routes/route.ts';

/** What Graph answers for a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

const collection: DocumentCollection = {
  kind: 'mobileThreatDefenseConnector',
  type: 'mobileThreatDefenseConnector',
  path: 'deviceManagement/mobileThreatDefenseConnectors',
  access: CONNECTORS,
  support: { filter: true, orderBy: true, paging: true, count: true },
  presenter: async ({ store, clock }) => {
    const [heartbeats, statuses] = await Promise.all([store.heartbeats.all(), store.documents.list('connectorStatus')]);
    const statusOf = new Map(statuses.map((row) => [row.id, readRule(connectorStatusDocument, row).rule]));
    const now = clock.now();
    // One that was taken by a clock that was ahead counts as of now.
    const heardAt = (id: string): number | undefined =>
      heartbeats.has(id) ? Math.min(heartbeats.get(id) as number, now) : undefined;
    return (row) => present(row, heardAt(row.id), statusOf.get(row.id), now);
  },
};

/** Connectors to MTD partners. Clients POST with the partner's well-known id when GET by that id is a 404. */
export function connectorRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access, type } = collection;
  const shown = async (row: DocumentRow): Promise<GraphBody> => (await collection.presenter(deps))(row);
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Create a connector, with the well-known id of its partner or one of its own',
      doc: creates(type),
      handle: async (request) => {
        const id = chosenId(request.body);
        const parsed = parseBody(type, request.body, request.version);
        if ((await deps.store.documents.get(collection.kind, id)) === undefined) await deps.devices.forgetPartner(id);
        const row = await createDocument(deps, request, collection, id, async (tx) => {
          await checkGiven(parsed, tx);
          return settled(id, withDefaults(type, parsed));
        });
        return entityAnswer(request, collection, await shown(row), {}, 201);
      },
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a connector',
      description: EFFECT_NOTE,
      doc: changes(type),
      handle: async (request) => {
        const parsed = parseBody(type, request.body, request.version);
        let matchesByEmail = false;
        const row = await updateDocument(deps, request, collection, param(request, 'id'), async (before, tx) => {
          const after = await changedConnector(before, parsed, tx);
          matchesByEmail = before.body.matchDevicesByEmail !== true && parsed.matchDevicesByEmail === true;
          return after;
        });
        if (matchesByEmail) await deps.devices.matchWaitingByEmail(row.id);
        return entityAnswer(request, collection, await shown(row));
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a connector, with the link to its vendor; what its partner said ends',
      description: EFFECT_NOTE,
      doc: deletes,
      handle: async (request) => {
        await remove(deps, request);
        return noContent;
      },
    },
  ];
}

/** The link goes too, where inventories are pushed to, and what the partner said: none must wait for whoever makes a connector with this id next. */
async function remove(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  const removed = await deps.configuration.write(
    request.caller.appId,
    async (tx, changed) => {
      const { id, body } = await requireDocument(tx.documents, collection, param(request, 'id'));
      await tx.documents.delete(collection.kind, id);
      changed({ kind: collection.kind, id, before: body });
      const status = await tx.documents.get('connectorStatus', id);
      if (status !== undefined) {
        await tx.documents.delete('connectorStatus', id);
        changed({ kind: 'connectorStatus', id, before: status.body });
      }
      const push = await tx.documents.get('inventoryPush', id);
      if (push !== undefined) {
        await tx.documents.delete('inventoryPush', id);
        for (const kind of ['apps', 'certificates'] as const)
          await tx.documents.delete('inventoryCursor', pushCursorId(id, kind));
        changed({ kind: 'inventoryPush', id, before: push.body });
      }
      const link = await tx.documents.get('vendorLink', id);
      if (link === undefined) return id;
      await tx.documents.delete('vendorLink', id);
      for (const name of CURSOR_NAMES) await tx.documents.delete('vendorCursor', cursorId(id, name));
      changed({ kind: 'vendorLink', id, before: link.body });
      return id;
    },
    request.evaluated,
  );
  await deps.devices.forgetPartner(removed);
}

/** A connector as a PATCH would leave it. @throws HubError `invalid_request` that names the field */
export async function changedConnector(
  before: DocumentRow,
  given: GraphBody,
  tx: Pick<Transaction | GraphDependencies['store'], 'documents'>,
): Promise<GraphBody> {
  await checkGiven(given, tx);
  return settled(before.id, { ...before.body, ...given });
}

/** What types alone do not tell. A typing error in either would leave devices without the partner, or without a lower limit. */
async function checkGiven(
  given: GraphBody,
  tx: Pick<Transaction | GraphDependencies['store'], 'documents'>,
): Promise<void> {
  const groupIds = (given.enrolmentGroupIds ?? []) as readonly string[];
  for (const [index, id] of groupIds.entries()) {
    if ((await tx.documents.get('group', canonicalId(id))) === undefined) {
      const field = `enrolmentGroupIds[${index}]`;
      throw new HubError(
        'invalid_request',
        `${field} names "${id.slice(0, 100)}", and there is no group with that id.`,
        { field },
      );
    }
  }
  for (const platform of ['Android', 'Ios', 'Mac', 'Windows']) {
    const field = `partnerMinimumSupported${platform}Version`;
    const version = given[field];
    if (typeof version === 'string' && version !== '' && readVersionLimit(version) === undefined) {
      throw new HubError(
        'invalid_request',
        `${field} must hold a version, such as 14 or 17.2, not "${version.slice(0, 100)}".`,
        { field },
      );
    }
  }
}

/**
 * What the service decides: Windows devices are always blocked on missing data while Windows is on (as Intune
 * does), and a known partner's name and versions are facts, not settings. Other partners bring their own.
 */
function settled(id: string, body: GraphBody): GraphBody {
  const partner = partnerOfConnector(id);
  const supports = (platform: string): boolean => partner?.unenrolled === true && partner.platforms.includes(platform);
  return {
    ...body,
    ...(body.windowsEnabled === true ? { windowsDeviceBlockedOnMissingPartnerData: true } : {}),
    ...(partner === undefined
      ? {}
      : {
          partnerDisplayName: partner.name,
          partnerMinimumSupportedAndroidVersion: partner.minAndroid ?? null,
          partnerMinimumSupportedIosVersion: partner.minIos ?? null,
        }),
    partnerSupportsAndroidMam: supports('android'),
    partnerSupportsIosMam: supports('ios'),
    partnerSupportsWindowsMam: supports('windows'),
    partnerSupportsIosCertificateSync: partner?.certificateSync === true,
  };
}

function present(
  row: DocumentRow,
  heartbeatAt: number | undefined,
  status: StatusRule | undefined,
  now: number,
): GraphBody {
  const { rule: connector } = readRule(connectorDocument, row);
  return {
    ...row.body,
    id: row.id,
    partnerState:
      connector === undefined
        ? 'error'
        : connectorState({ ...connector, lastHeartbeatAt: heartbeatAt, ...lifeOf(status) }, now),
    lastHeartbeatDateTime: heartbeatAt === undefined ? NEVER : isoTime(heartbeatAt),
  };
}
