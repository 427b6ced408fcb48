import type { GraphBody, GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { parseQuery, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { DeviceFilter, DevicePosition, DeviceQuery, DeviceRow } from '../../../store/store.ts';
import { successorIn } from '../../../pipeline/settle-reenrolment.ts';
import { reasonNames } from '../../../evidence/reason-names.ts';
import { collectionAnswer, entityAnswer, notFound, type ResourcePlace } from '../routes/answers.ts';
import { compliancePolicyStates } from '../compliance/compliance-states.ts';
import { withDetectedApps } from './device-apps.ts';
import { toDeviceFilter, toDeviceOrder } from './device-filter.ts';
import { deviceWarnings, recordWarnings, WARNINGS } from './device-warnings.ts';
import {
  newDevice,
  ownerNamedAsInBeta,
  presentDevice,
  requirePast,
  requireUniqueEntraId,
  settledDevice,
} from './device-resource.ts';
import { chosenId, itemSupport, requireFreeId } from '../routes/documents.ts';
import { nestedRoutes } from '../routes/nested-resources.ts';
import { PAGE_SIZE, foreignToken, nextLink, readSkipToken, type PageStart } from '../routes/paging.ts';
import { DEVICES } from '../routes/permissions.ts';
import { changes, counts, creates, deletes, gets, lists } from '../routes/route-doc.ts';
import {
  noContent,
  param,
  type GraphAnswer,
  type GraphDependencies,
  type GraphRequest,
  type GraphRoute,
} from '../routes/route.ts';

const TYPE = 'managedDevice';
/** An OData instance annotation, as `WARNINGS`. */
const SUPERSEDED = '@sallyport.supersededBy';
const place: ResourcePlace = { path: 'deviceManagement/managedDevices', type: TYPE };
const support: QuerySupport = {
  filter: true,
  orderBy: true,
  paging: true,
  count: true,
  expand: { detectedApps: { type: 'detectedApp', only: 'beta' } },
};

/** Devices, from the store's own list: filtered, sorted and paged there. */
export function managedDeviceRoutes(deps: GraphDependencies): GraphRoute[] {
  const path = `/${place.path}`;
  return [
    {
      method: 'GET',
      path,
      access: DEVICES.read,
      summary: 'List managed devices',
      doc: lists(TYPE, support),
      handle: (request) => list(deps, request),
    },
    {
      method: 'GET',
      path: `${path}/$count`,
      access: DEVICES.read,
      summary: 'Count managed devices',
      doc: counts(TYPE, support),
      handle: (request) => count(deps, request),
    },
    {
      method: 'GET',
      path: '/users/:id/managedDevices',
      access: DEVICES.read,
      summary: 'List the managed devices of a user',
      doc: lists(TYPE, support),
      handle: async (request) => list(deps, request, ofUser(deps, request)),
    },
    {
      method: 'GET',
      path: '/users/:id/managedDevices/$count',
      access: DEVICES.read,
      summary: 'Count the managed devices of a user',
      doc: counts(TYPE, support),
      handle: async (request) => count(deps, request, ofUser(deps, request)),
    },
    {
      method: 'POST',
      path,
      access: DEVICES.write,
      summary: 'Register a device',
      doc: creates(TYPE),
      handle: (request) => register(deps, request),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: DEVICES.read,
      summary: 'Get one managed device',
      doc: gets(TYPE, itemSupport(support)),
      handle: async (request) => {
        const query = parseQuery(request.queryString, TYPE, request.version, itemSupport(support));
        const row = await requireDevice(deps, param(request, 'id'));
        const [device = {}] = await withDetectedApps(deps, [await present(deps, row)], query);
        const answer = entityAnswer(request, place, device, query);
        return { ...answer, body: withSuccessor(row, answer.body ?? {}) };
      },
    },
    {
      method: 'PATCH',
      path: `${path}/:id`,
      access: DEVICES.write,
      summary: 'Change a managed device',
      doc: changes(TYPE),
      handle: (request) => change(deps, request),
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      access: DEVICES.write,
      summary: 'Remove a managed device',
      doc: deletes,
      handle: async (request) => {
        const id = param(request, 'id');
        if (!(await deps.devices.remove(request.caller.appId, canonicalId(id)))) throw notFound(TYPE, id);
        return noContent;
      },
    },
    ...nestedRoutes({
      parent: place.path,
      name: 'deviceCompliancePolicyStates',
      type: 'deviceCompliancePolicyState',
      access: DEVICES.read,
      support: { paging: true, count: true },
      owner: async (request) => ({
        deviceCompliancePolicyStates: await policyStates(deps, param(request, 'id'), request.version),
      }),
    }),
  ];
}

function ofUser({ view }: GraphDependencies, request: GraphRequest): DeviceFilter {
  const user = view.user(param(request, 'id'));
  if (user === undefined) throw notFound('user', param(request, 'id'));
  return { op: 'eq', column: 'userId', value: user.id };
}

async function list(deps: GraphDependencies, request: GraphRequest, within?: DeviceFilter): Promise<GraphAnswer> {
  const query = parseQuery(request.queryString, TYPE, request.version, support);
  const filter = bothOf(within, query.filter === undefined ? undefined : toDeviceFilter(query.filter));
  const size = query.top ?? PAGE_SIZE;
  const start = readSkipToken(query.skipToken);
  const orderBy = toDeviceOrder(query.orderBy);
  const after = placeOf(start, orderBy.length);
  const rows =
    size === 0
      ? []
      : await deps.store.devices.query({
          filter,
          orderBy,
          after,
          limit: size + 1,
          offset: after === undefined ? query.skip : 0,
        });
  const page = rows.slice(0, size);
  const more = rows.length > size && page.length > 0;
  const next = more
    ? await startAfter(
        deps,
        page.map(({ id }) => id),
        orderBy,
      )
    : undefined;
  const answer = collectionAnswer(
    request,
    place,
    await withDetectedApps(deps, await presentDevices(deps, page), query),
    {
      shape: query,
      count: query.count && start === undefined ? await deps.store.devices.count(filter) : undefined,
      nextLink: next && nextLink(request, next),
    },
  );
  const value = (answer.body?.value ?? []) as readonly GraphBody[];
  return { ...answer, body: { ...answer.body, value: value.map((body, i) => withSuccessor(page[i], body)) } };
}

/** A page begins after the last device of the one before, which stays right while devices come and go, and quick however deep the list is. */
async function startAfter(
  deps: GraphDependencies,
  ids: readonly string[],
  orderBy: NonNullable<DeviceQuery['orderBy']>,
): Promise<PageStart | undefined> {
  if (orderBy.length === 0) return { afterId: ids.at(-1) ?? '' };
  // The last one may have gone meanwhile; then nothing stands between the one before it and the next page.
  for (const id of ids.toReversed()) {
    const position = await deps.store.devices.positionOf(id, orderBy);
    if (position !== undefined) return { position };
  }
  return undefined;
}

function placeOf(start: PageStart | undefined, parts: number): DevicePosition | undefined {
  if (start === undefined) return undefined;
  const place =
    'afterId' in start ? { id: start.afterId, values: [] } : 'position' in start ? start.position : undefined;
  if (place?.values.length !== parts) throw foreignToken();
  return place;
}

async function count(deps: GraphDependencies, request: GraphRequest, within?: DeviceFilter): Promise<GraphAnswer> {
  const { filter } = parseQuery(request.queryString, TYPE, request.version, { filter: true, select: false });
  return {
    status: 200,
    text: String(
      await deps.store.devices.count(bothOf(within, filter === undefined ? undefined : toDeviceFilter(filter))),
    ),
  };
}

function bothOf(a: DeviceFilter | undefined, b: DeviceFilter | undefined): DeviceFilter | undefined {
  return a === undefined ? b : b === undefined ? a : { op: 'and', parts: [a, b] };
}

async function register(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const id = chosenId(request.body);
  const parsed = parseBody(TYPE, request.body, request.version);
  const at = deps.clock.now();
  const resource = await newDevice(deps, id, parsed, at);
  const row = { id, resource, createdAt: at, modifiedAt: at };
  await deps.devices.put(request.caller.appId, row, async (tx) => {
    await requireFreeId(tx, id, TYPE);
    await requireUniqueEntraId(tx, row, undefined, at, deps.view.signalLimits);
  });
  const [stored = row] = await deps.store.devices.get([id]);
  return withWarnings(deps, stored, parsed, entityAnswer(request, place, await present(deps, stored), {}, 201));
}

async function change(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const id = param(request, 'id');
  let written: GraphBody = {};
  const row = await deps.devices.change(request.caller.appId, canonicalId(id), async (before, tx) => {
    const changes = parseBody(TYPE, request.body, request.version, before.resource);
    requirePast(changes, before.resource, deps.clock.now());
    written = changes;
    const resource = await settledDevice(
      { view: deps.view, store: tx },
      { ...before.resource, ...changes, ...ownerNamedAsInBeta(changes, before.resource) },
      changes,
      before.resource,
    );
    const row = { ...before, resource, modifiedAt: deps.clock.now() };
    await requireUniqueEntraId(tx, row, before, deps.clock.now(), deps.view.signalLimits);
    return row;
  });
  if (row === undefined) throw notFound(TYPE, id);
  return withWarnings(deps, row, written, entityAnswer(request, place, await present(deps, row)));
}

/** Whoever writes a device hears what of it cannot be used: nobody else may look before its owner is shut out. */
async function withWarnings(
  { view, store }: GraphDependencies,
  row: DeviceRow,
  written: GraphBody,
  answer: GraphAnswer,
): Promise<GraphAnswer> {
  const warnings = [...deviceWarnings(written, view.facts(row.id)), ...(await recordWarnings(store.devices, row))];
  const body = withSuccessor(row, answer.body ?? {});
  return { ...answer, body: warnings.length === 0 ? body : { ...body, [WARNINGS]: warnings } };
}

/** A device whose phone was enrolled again names the newer record. */
function withSuccessor(row: DeviceRow | undefined, body: GraphBody): GraphBody {
  const successor = row && successorIn(row);
  return successor === undefined ? body : { ...body, [SUPERSEDED]: successor };
}

export async function requireDevice(deps: GraphDependencies, id: string): Promise<DeviceRow> {
  const [row] = await deps.store.devices.get([canonicalId(id)]);
  if (row === undefined) throw notFound(TYPE, id);
  return row;
}

async function present(deps: GraphDependencies, row: DeviceRow): Promise<GraphBody> {
  const [posture] = await deps.store.postures.get([row.id]);
  return presentDevice(row, posture);
}

export async function presentDevices(deps: GraphDependencies, rows: readonly DeviceRow[]): Promise<GraphBody[]> {
  if (rows.length === 0) return [];
  const postures = new Map(
    (await deps.store.postures.get(rows.map((row) => row.id))).map((posture) => [posture.deviceId, posture]),
  );
  return rows.map((row) => presentDevice(row, postures.get(row.id)));
}

async function policyStates(deps: GraphDependencies, id: string, version: GraphVersion): Promise<GraphBody[]> {
  const { resource, id: deviceId } = await requireDevice(deps, id);
  const verdict = deps.view.verdict(deviceId);
  if (verdict === undefined) return [];
  const policies = await deps.store.documents.list('deviceCompliancePolicy');
  const reasons = verdict.policies.flatMap(({ settings }) => settings.flatMap(({ reason }) => reason ?? []));
  return compliancePolicyStates(
    verdict,
    new Map(policies.map((row) => [row.id, row.body])),
    resource,
    reasonNames({ reasons, deviceId }, deps.view),
    version,
  );
}
