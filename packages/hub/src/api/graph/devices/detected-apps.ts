import { parseQuery, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import type { DetectedAppFilter, DetectedAppRow } from '../../../store/store.ts';
import { collectionAnswer, entityAnswer, notFound, type ResourcePlace } from '../routes/answers.ts';
import { detectedAppsOf, presentApp } from './device-apps.ts';
import { toDetectedAppFilter, toDetectedAppOrder } from './detected-app-filter.ts';
import { presentDevices, requireDevice } from './managed-devices.ts';
import { nestedRoutes } from '../routes/nested-resources.ts';
import { PAGE_SIZE, nextLink, offsetOf, readSkipToken } from '../routes/paging.ts';
import { DEVICES } from '../routes/permissions.ts';
import { counts, gets, lists } from '../routes/route-doc.ts';
import {
  param,
  type GraphAnswer,
  type GraphDependencies,
  type GraphRequest,
  type GraphRoute,
} from '../routes/route.ts';

const TYPE = 'detectedApp';
const place: ResourcePlace = { path: 'deviceManagement/detectedApps', type: TYPE };
const support: QuerySupport = { filter: true, orderBy: true, paging: true, count: true };
const devicesSupport: QuerySupport = { paging: true, count: true };

/**
 * What is installed on the fleet, with the number of devices: on company devices everything, on personal ones
 * managed apps only. Read-only, as in Graph.
 */
export function detectedAppRoutes(deps: GraphDependencies): GraphRoute[] {
  const path = `/${place.path}`;
  return [
    {
      method: 'GET',
      path,
      access: DEVICES.read,
      summary: 'List detected apps',
      doc: lists(TYPE, support),
      handle: (request) => list(deps, request),
    },
    {
      method: 'GET',
      path: `${path}/$count`,
      access: DEVICES.read,
      summary: 'Count detected apps',
      doc: counts(TYPE, support),
      handle: (request) => count(deps, request),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: DEVICES.read,
      summary: 'Get one detected app',
      doc: gets(TYPE),
      handle: async (request) => {
        const query = parseQuery(request.queryString, TYPE, request.version, {});
        return entityAnswer(request, place, presentApp(await requireApp(deps, param(request, 'id'))), query);
      },
    },
    {
      method: 'GET',
      path: `${path}/:id/managedDevices`,
      access: DEVICES.read,
      summary: 'List the devices that have a detected app',
      doc: lists('managedDevice', devicesSupport),
      handle: (request) => devicesWith(deps, request),
    },
    ...nestedRoutes({
      parent: 'deviceManagement/managedDevices',
      name: 'detectedApps',
      type: TYPE,
      access: DEVICES.read,
      support,
      owner: async (request) => {
        const { id } = await requireDevice(deps, param(request, 'id'));
        return { detectedApps: (await detectedAppsOf(deps, [id])).get(id) ?? [] };
      },
    }).map((route): GraphRoute => ({ ...route, only: 'beta' })),
  ];
}

async function list(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const query = parseQuery(request.queryString, TYPE, request.version, support);
  const filter = query.filter === undefined ? undefined : toDetectedAppFilter(query.filter);
  const orderBy = toDetectedAppOrder(query.orderBy);
  const size = query.top ?? PAGE_SIZE;
  const start = readSkipToken(query.skipToken);
  // As for devices: in the order of ids a page can begin after the last id, however deep the list is.
  const byId = orderBy.length === 0 && query.skip === 0 && !(start !== undefined && 'offset' in start);
  const after: DetectedAppFilter | undefined =
    start !== undefined && 'afterId' in start ? { op: 'gt', column: 'id', value: start.afterId } : undefined;
  const offset = after === undefined ? offsetOf(start, query.skip) : 0;
  const parts = [filter, after].filter((part) => part !== undefined);
  const rows =
    size === 0
      ? []
      : await deps.store.appInventory.query({ filter: { op: 'and', parts }, orderBy, limit: size + 1, offset });
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const more = rows.length > size && last !== undefined;
  return collectionAnswer(request, place, page.map(presentApp), {
    shape: query,
    count: query.count && start === undefined ? await deps.store.appInventory.count(filter) : undefined,
    nextLink: more ? nextLink(request, byId ? { afterId: last.id } : { offset: offset + size }) : undefined,
  });
}

async function count(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const { filter } = parseQuery(request.queryString, TYPE, request.version, { filter: true, select: false });
  return {
    status: 200,
    text: String(await deps.store.appInventory.count(filter === undefined ? undefined : toDetectedAppFilter(filter))),
  };
}

/** In the order in which devices first told their apps; a token of ours names the last place. */
async function devicesWith(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const app = await requireApp(deps, param(request, 'id'));
  const query = parseQuery(request.queryString, 'managedDevice', request.version, devicesSupport);
  const size = query.top ?? PAGE_SIZE;
  const start = readSkipToken(query.skipToken);
  const after = offsetOf(start, 0);
  const found =
    size === 0
      ? []
      : (
          await deps.store.appInventory.devicesWith(app.id, after, (start === undefined ? query.skip : 0) + size + 1)
        ).slice(start === undefined ? query.skip : 0);
  const page = found.slice(0, size);
  const ids = page.map((each) => each.deviceId);
  const rows = new Map((await deps.store.devices.get(ids)).map((row) => [row.id, row]));
  const last = page.at(-1);
  return collectionAnswer(
    request,
    { path: `${place.path}('${encodeURIComponent(app.id)}')/managedDevices`, type: 'managedDevice' },
    await presentDevices(
      deps,
      ids.flatMap((id) => rows.get(id) ?? []),
    ),
    {
      shape: query,
      count: query.count && start === undefined ? app.deviceCount : undefined,
      nextLink: found.length > size && last !== undefined ? nextLink(request, { offset: last.place }) : undefined,
    },
  );
}

async function requireApp({ store }: GraphDependencies, id: string): Promise<DetectedAppRow> {
  const [row] = await store.appInventory.detected([id.toLowerCase()]);
  if (row === undefined) throw notFound(TYPE, id);
  return row;
}
