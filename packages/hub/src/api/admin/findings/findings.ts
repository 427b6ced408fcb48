import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { THREAT_CATEGORIES, type ThreatCategory } from '@sallyport/core';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { Store } from '../../../store/store.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { readCursor, writeCursor } from '../../../http/cursor.ts';
import {
  findingList,
  findingsQuery,
  findingView,
  languageParameter,
  timelineQuery,
  toFindingView,
} from './findings-schema.ts';
import { timelineOf } from '../devices/timeline.ts';
import { timelineList } from '../devices/timeline-schema.ts';

type FindingStore = Pick<Store, 'reports' | 'findings' | 'history' | 'devices' | 'documents'>;

/** What partners reported of a device is part of the device, and readable by who may read devices. */
export const READ_DEVICE: RouteAccess = {
  kind: 'permission',
  anyOf: [
    'Sallyport.Reports.Read.All',
    'Sallyport.Reports.ReadWrite.All',
    'DeviceManagementManagedDevices.Read.All',
    'DeviceManagementManagedDevices.ReadWrite.All',
  ],
};

/** Findings of the fleet and of a device, and what happened to a device over time. */
export function findingRoutes({ store }: { readonly store: FindingStore }): FastifyPluginAsync {
  return async (app) => {
    app.get('/admin/v1/findings', { config: { access: READ_DEVICE, doc: docs.list } }, async (request) =>
      listFindings(store, findingsQuery.parse(request.query)),
    );
    app.get(
      '/admin/v1/devices/:id/findings',
      { config: { access: READ_DEVICE, doc: docs.ofDevice } },
      async (request) => {
        const { language } = deviceQuery.parse(request.query);
        const id = await knownDevice(store, request);
        return { value: (await store.findings.ofDevices([id])).map((finding) => toFindingView(finding, language)) };
      },
    );
    app.get(
      '/admin/v1/devices/:id/timeline',
      { config: { access: READ_DEVICE, doc: docs.timeline } },
      async (request) => {
        const { limit, cursor } = timelineQuery.parse(request.query);
        return timelineOf(store, await knownDevice(store, request), limit, cursor);
      },
    );
  };
}

const place = z.tuple([z.int(), z.string(), z.string(), z.string()]);

async function listFindings(
  store: FindingStore,
  { language, cursor, limit, category, ...asked }: z.infer<typeof findingsQuery>,
): Promise<z.infer<typeof findingList>> {
  const at = cursor === undefined ? undefined : readCursor(cursor, place);
  const after = at && { observedAt: at[0], deviceId: at[1], connectorId: at[2], id: at[3] };
  const found = await store.findings.query({
    ...asked,
    category: category && withFiner(category),
    after,
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    value: shown.map((finding) => toFindingView(finding, language)),
    nextCursor:
      last === undefined || found.length <= limit
        ? null
        : writeCursor([last.observedAt, last.deviceId, last.connectorId, last.id]),
  };
}

/** With the categories below it: one partner says man in the middle, another by which trick. */
function withFiner(category: ThreatCategory): ThreatCategory | readonly ThreatCategory[] {
  const finer = THREAT_CATEGORIES.filter((one) => one.startsWith(`${category}.`));
  return finer.length === 0 ? category : [category, ...finer];
}

/** The id of the device that the path names. */
export async function knownDevice(store: Pick<Store, 'devices'>, request: FastifyRequest): Promise<string> {
  const id = canonicalId((request.params as z.infer<typeof deviceParams>).id);
  const [device] = await store.devices.get([id]);
  if (device === undefined) throw new HubError('not_found', `There is no managed device ${id.slice(0, 100)}.`);
  return device.id;
}

export const deviceParams = z.object({ id: z.string().describe('Id of a managed device.') });
const deviceQuery = z.strictObject({ language: languageParameter });

const tags = ['admin: findings'];
const docs = {
  list: {
    summary: 'List findings across devices',
    tags,
    query: findingsQuery,
    description: 'Of all partners, newest first. What is left out of the query does not matter.',
    responses: { 200: { description: 'A page.', schema: findingList } },
  },
  ofDevice: {
    summary: 'List the findings on a device',
    tags,
    params: deviceParams,
    query: deviceQuery,
    responses: {
      200: {
        description: 'Of all partners, newest first, also resolved ones.',
        schema: z.object({ value: z.array(findingView) }),
      },
    },
  },
  timeline: {
    summary: 'See what happened to a device',
    tags,
    params: deviceParams,
    query: timelineQuery,
    description:
      'Reports, findings that opened and ended, changes of level and of compliance; newest first. `partner` is the name of the partner beside `connectorId`. What changed is kept for 400 days.',
    responses: { 200: { description: 'A page.', schema: timelineList } },
  },
} satisfies Record<string, RouteDoc>;
