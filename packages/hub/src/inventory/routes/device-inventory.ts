import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { DeviceKey } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import type { InventoryKeeper, InventoryOutcome } from '../keep-inventory.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime, type Clock } from '../../platform/clock.ts';
import { toHandedApp } from '../share/handed-device.ts';
import type { Store } from '../../store/store.ts';
import { keysOf } from '../../vendors/kit/device-keys.ts';
import type { RouteAccess, RouteDoc } from '../../http/route-access.ts';
import { actorOf } from '../../http/admin-documents.ts';
import {
  appsPut,
  certificatesPut,
  deviceAppsView,
  deviceParams,
  graphImport,
  importResult,
  outcome,
} from './device-inventory-schema.ts';

export interface DeviceInventoryOptions {
  readonly store: Pick<Store, 'devices' | 'appInventory'>;
  readonly keeper: InventoryKeeper;
  readonly clock: Clock;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementManagedDevices.Read.All', 'DeviceManagementManagedDevices.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementManagedDevices.ReadWrite.All'] };
const DEVICE = '/admin/v1/devices/:id';
const BODY_LIMIT = 8 * 1024 * 1024;

/** What is installed on devices, told by whatever manages them through our own API, and shown to administrators. */
export function deviceInventoryRoutes({ store, keeper, clock }: DeviceInventoryOptions): FastifyPluginAsync {
  const collected = (request: FastifyRequest, at: number | undefined) => ({
    source: 'api',
    keys: [{ type: 'managedDeviceId' as const, value: idOf(request) }],
    collectedAt: at ?? clock.now(),
  });
  return async (app) => {
    app.put(
      `${DEVICE}/apps`,
      { bodyLimit: BODY_LIMIT, config: { access: WRITE, doc: docs.putApps } },
      async (request) => {
        const { collectedDateTime, apps } = appsPut.parse(request.body);
        return shown(request, await keeper.keepApps([{ ...collected(request, collectedDateTime), apps }]));
      },
    );
    app.put(
      `${DEVICE}/certificates`,
      { bodyLimit: BODY_LIMIT, config: { access: WRITE, doc: docs.putCertificates } },
      async (request) => {
        const { collectedDateTime, certificates } = certificatesPut.parse(request.body);
        return shown(
          request,
          await keeper.keepCertificates([{ ...collected(request, collectedDateTime), certificates }]),
        );
      },
    );
    app.get(`${DEVICE}/apps`, { config: { access: READ, doc: docs.getApps } }, async (request) => {
      const id = await knownDevice(store, request);
      const [kept] = await store.appInventory.ofDevices([id]);
      return {
        collectedDateTime: kept === undefined ? null : isoTime(kept.collectedAt),
        source: kept?.source ?? null,
        apps: (kept?.apps ?? [])
          .filter((each) => each.listed)
          .map((each) => ({ id: each.id, publisher: each.publisher ?? null, ...toHandedApp(each) })),
      };
    });
    app.delete(`${DEVICE}/inventory`, { config: { access: WRITE, doc: docs.forget } }, async (request, reply) => {
      const id = await knownDevice(store, request);
      if (!(await keeper.forget(actorOf(request), id)))
        throw new HubError('not_found', `No inventory of the device ${id} is stored, so there is nothing to forget.`);
      return reply.code(204).send();
    });
    app.post(
      '/admin/v1/inventory/import',
      { bodyLimit: BODY_LIMIT, config: { access: WRITE, doc: docs.import } },
      async (request) => importGraph(keeper, clock, request.body),
    );
  };
}

async function importGraph(
  keeper: InventoryKeeper,
  clock: Clock,
  body: unknown,
): Promise<z.infer<typeof importResult>> {
  const { value } = graphImport.parse(body);
  const outcomes = await keeper.keepApps(
    value.map(({ lastSyncDateTime, detectedApps, ...device }) => ({
      source: 'graph',
      keys: graphKeys(device),
      collectedAt: lastSyncDateTime ?? clock.now(),
      apps: detectedApps.map(({ displayName, version, publisher, sizeInByte }) => ({
        name: displayName,
        shortVersion: version,
        publisher,
        ...(sizeInByte === 0 ? {} : { bundleSize: sizeInByte }),
      })),
    })),
  );
  const count = (which: InventoryOutcome): number => outcomes.filter((each) => each === which).length;
  const named = (which: InventoryOutcome): string[] =>
    value.flatMap(({ id, serialNumber, imei }, i) =>
      outcomes[i] === which ? [id ?? serialNumber ?? imei ?? `value[${i}]`] : [],
    );
  return {
    kept: count('kept'),
    older: count('older'),
    unknownDevices: named('unmatched'),
    ambiguousDevices: named('ambiguous'),
  };
}

type GraphDevice = Omit<z.infer<typeof graphImport>['value'][number], 'detectedApps' | 'lastSyncDateTime'>;

/** Everything that names a device in what Graph answers. */
function graphKeys({ id, azureADDeviceId, serialNumber, imei, udid }: GraphDevice): readonly DeviceKey[] {
  return [
    ...keysOf(['managedDeviceId'], id),
    ...keysOf(['entraDeviceId'], azureADDeviceId),
    ...keysOf(['serialNumber'], serialNumber),
    ...keysOf(['imei'], imei),
    ...keysOf(['udid'], udid),
  ];
}

function shown(request: FastifyRequest, [result]: readonly InventoryOutcome[]): z.infer<typeof outcome> {
  if (result === 'kept' || result === 'older') return { status: result };
  throw unknownDevice(idOf(request));
}

async function knownDevice(store: Pick<Store, 'devices'>, request: FastifyRequest): Promise<string> {
  const id = idOf(request);
  if ((await store.devices.get([id])).length === 0) throw unknownDevice(id);
  return id;
}

function unknownDevice(id: string): HubError {
  return new HubError('not_found', `There is no managed device ${id.slice(0, 100)}.`);
}

function idOf(request: FastifyRequest): string {
  return canonicalId((request.params as z.infer<typeof deviceParams>).id);
}

const tags = ['admin: inventory'];
const kept = { 200: { description: 'What became of it.', schema: outcome } };
const docs = {
  putApps: {
    summary: 'Tell what is installed on a device',
    tags,
    params: deviceParams,
    body: appsPut,
    responses: kept,
    description:
      'Replaces what is kept. Of a personal device, apps that are not managed are kept only while some partner may be given them.',
  },
  putCertificates: {
    summary: 'Tell which certificates are on a device',
    tags,
    params: deviceParams,
    body: certificatesPut,
    responses: kept,
  },
  getApps: {
    summary: 'Read what is installed on a device',
    tags,
    params: deviceParams,
    description: 'Of a personal device managed apps only.',
    responses: { 200: { description: 'The newest inventory.', schema: deviceAppsView } },
  },
  forget: {
    summary: 'Forget what is installed on a device',
    tags,
    params: deviceParams,
    description: '404 when nothing is stored.',
    responses: { 204: { description: 'Forgotten. Partners who were given it are told that it is gone.' } },
  },
  import: {
    summary: 'Bring in detected apps as Graph answers them',
    tags,
    body: graphImport,
    description:
      'The answer of `GET /beta/deviceManagement/managedDevices?$expand=detectedApps`, page by page. Graph does not tell which apps are managed. Devices are found by id, Entra device id, serial number, IMEI or UDID, as in reports.',
    responses: { 200: { description: 'What became of it.', schema: importResult } },
  },
} as const satisfies Record<string, RouteDoc>;
