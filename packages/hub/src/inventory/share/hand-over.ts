import { randomUUID } from 'node:crypto';
import type { InventoryKind, Platform } from '@sallyport/core';
import { appsWithin, platformOf, sharingScope } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import type { InventorySharing } from '../inventory-sharing.ts';
import { ownerTypeOf, sharedPlatforms, sharingMark, sharingOf } from '../inventory-sharing.ts';
import type { AccessView } from '../../view/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import { isoTime } from '../../platform/clock.ts';
import type {
  DeviceApps,
  DeviceCertificates,
  DeviceRow,
  DisclosedDevice,
  DisclosureChannel,
  InventoryChange,
  Store,
} from '../../store/store.ts';
import { startOf, writeCursor } from './hand-over-cursor.ts';
import type { CursorOwner, HandOverCursor } from './hand-over-cursor.ts';
import type { HandedDevice } from './handed-device.ts';
import { toHandedApp, toHandedCertificate } from './handed-device.ts';

export interface HandOverDependencies {
  readonly store: Pick<
    Store,
    'appInventory' | 'certificateInventory' | 'devices' | 'documents' | 'disclosures' | 'transaction'
  >;
  readonly view: Pick<AccessView, 'groupsOfDevice'>;
  readonly clock: Clock;
  /** Of the organisation. */
  readonly tenantId: string;
}

export interface HandOverRequest {
  readonly connectorId: string;
  readonly kind: InventoryKind;
  /** `undefined`: from the beginning. */
  readonly cursor: HandOverCursor | undefined;
  /** Devices on a page. */
  readonly limit: number;
  readonly channel: DisclosureChannel;
  readonly clientId: string;
  /** Names a page whose sending may be repeated: it is put on record once. */
  readonly messageId?: ((page: readonly HandedDevice[]) => string) | undefined;
}

export interface HandOver {
  readonly messageId: string;
  /** It begins anew: what the partner holds and is not told of again is to be deleted. */
  readonly isRestart: boolean;
  readonly devices: readonly HandedDevice[];
  readonly cursor: string;
  readonly more: boolean;
}

/** How many pages of changes are looked through for a page of devices that may be shared. */
const MAX_LOOKS = 10;

/**
 * Makes the next page of inventories for a partner. The page holds what the connector allows at this moment
 * and nothing else; that it is handed over is on record before it is. A change of what is allowed that comes
 * between reading and recording throws the page away.
 *
 * @throws HubError `inventory_not_shared` when the connector shares nothing of this kind
 */
export async function handOver(deps: HandOverDependencies, request: HandOverRequest): Promise<HandOver> {
  for (;;) {
    const sharing = await requireSharing(deps.store.documents, request);
    const page = await readPage(deps, request, sharing);
    if (page === undefined) continue;
    const messageId = request.messageId?.(page.devices) ?? randomUUID();
    if (page.devices.length === 0) return handOverOf(page, messageId);
    const isRecorded = await deps.store.transaction(async (tx) => {
      const now = await requireSharing(tx.documents, request);
      if (sharingMark(request.kind, now) !== sharingMark(request.kind, sharing)) return false;
      if (page.disclosed.length > 0) {
        await tx.disclosures.record({
          messageId,
          at: deps.clock.now(),
          connectorId: request.connectorId,
          clientId: request.clientId,
          kind: request.kind,
          channel: request.channel,
          devices: page.disclosed,
        });
      }
      return true;
    });
    if (isRecorded) return handOverOf(page, messageId);
  }
}

/** Tells a partner that was given something, and may not be given anything any more, to delete it: everything anew, and that is nothing. */
export function withdrawal(owner: CursorOwner, messageId: string): HandOver {
  return { messageId, isRestart: true, devices: [], cursor: writeCursor(owner, 0, NOTHING_SHARED, 0), more: false };
}

const NOTHING_SHARED: InventorySharing = {
  optIns: { apps: {}, certificates: {} },
  enrolmentGroupIds: [],
  deprovisioned: false,
};

function handOverOf({ isRestart, devices, cursor, more }: Page, messageId: string): HandOver {
  return { messageId, isRestart, devices, cursor, more };
}

async function requireSharing(
  documents: HandOverDependencies['store']['documents'],
  { connectorId, kind }: HandOverRequest,
): Promise<InventorySharing> {
  const sharing = await sharingOf(documents, connectorId);
  if (sharing?.deprovisioned === true)
    throw new HubError(
      'connector_unavailable',
      'The partner has withdrawn; it is given no inventory until it comes back.',
    );
  if (sharing === undefined || sharedPlatforms(kind, sharing).length === 0) {
    throw new HubError(
      'inventory_not_shared',
      `The organisation does not share its ${kind === 'apps' ? 'app' : 'certificate'} inventory with this partner.`,
    );
  }
  return sharing;
}

interface Page {
  readonly isRestart: boolean;
  readonly devices: readonly HandedDevice[];
  readonly disclosed: readonly DisclosedDevice[];
  readonly cursor: string;
  readonly more: boolean;
}

/** `undefined`: removals were forgotten while it was read, so that it may lack some. */
async function readPage(
  deps: HandOverDependencies,
  request: HandOverRequest,
  sharing: InventorySharing,
): Promise<Page | undefined> {
  const { kind, connectorId, cursor, limit } = request;
  const inventory = kind === 'apps' ? deps.store.appInventory : deps.store.certificateInventory;
  const platforms = sharedPlatforms(kind, sharing);
  // Asked before the changes are: what is committed while they are read is left for the next page, since the changes
  // of several platforms are not read at one moment.
  const [last, pruned] = await Promise.all([inventory.lastChange(), inventory.prunedChange(platforms)]);
  const start = startOf(kind, cursor, sharing, { last, pruned });
  const devices: HandedDevice[] = [];
  const disclosed: DisclosedDevice[] = [];
  let { after } = start;
  let more = true;
  for (let look = 0; look < MAX_LOOKS && more && devices.length < limit; look += 1) {
    const wanted = limit - devices.length;
    const changes = await changesAfter(deps.store, kind, platforms, after, last, wanted + 1);
    more = changes.length > wanted;
    const taken = changes.slice(0, wanted);
    after = taken.at(-1)?.change ?? after;
    for (const { device, record } of await handed(deps, request, sharing, taken)) {
      devices.push(device);
      if (record !== undefined) disclosed.push(record);
    }
  }
  if ((await inventory.prunedChange(platforms)) !== pruned) return undefined;
  return {
    isRestart: start.isRestart,
    devices,
    disclosed,
    cursor: writeCursor({ tenantId: deps.tenantId, connectorId, kind }, after, sharing, start.pruned),
    more,
  };
}

type AnyChange = InventoryChange<DeviceApps | DeviceCertificates>;

/** The next changes of several platforms up to `last`, in one order. */
async function changesAfter(
  store: HandOverDependencies['store'],
  kind: InventoryKind,
  platforms: readonly Platform[],
  after: number,
  last: number,
  limit: number,
): Promise<readonly AnyChange[]> {
  const inventory: { changes(platform: Platform, after: number, limit: number): Promise<readonly AnyChange[]> } =
    kind === 'apps' ? store.appInventory : store.certificateInventory;
  const pages = await Promise.all(platforms.map((platform) => inventory.changes(platform, after, limit)));
  return pages
    .flat()
    .filter(({ change }) => change <= last)
    .sort((a, b) => a.change - b.change)
    .slice(0, limit);
}

interface Handed {
  readonly device: HandedDevice;
  /** Absent where nothing is told but that a device is gone. */
  readonly record?: DisclosedDevice;
}

async function handed(
  deps: HandOverDependencies,
  request: HandOverRequest,
  sharing: InventorySharing,
  changes: readonly AnyChange[],
): Promise<readonly Handed[]> {
  const ids = changes.map((change) => change.deviceId);
  const rows = new Map((await deps.store.devices.get(ids)).map((row) => [row.id, row]));
  const told = new Set(
    (await deps.store.disclosures.ofDevices(ids, request.connectorId))
      .filter((each) => each.kind === request.kind)
      .map((each) => each.deviceId),
  );
  return changes.flatMap(({ deviceId, inventory }): readonly Handed[] => {
    const row = rows.get(deviceId);
    const shared =
      row === undefined || inventory === undefined
        ? undefined
        : shareDevice(deps, request.kind, sharing, row, inventory);
    if (shared !== undefined) return [shared];
    // Only who was given something has to delete it; nobody else learns that the device was ever there.
    return told.has(deviceId) ? [{ device: { managedDeviceId: deviceId, removed: true } }] : [];
  });
}

function shareDevice(
  { view }: HandOverDependencies,
  kind: InventoryKind,
  { optIns, enrolmentGroupIds }: InventorySharing,
  { id, resource }: DeviceRow,
  inventory: DeviceApps | DeviceCertificates,
): Handed | undefined {
  const platform = platformOf(resource.operatingSystem as string);
  const ownerType = ownerTypeOf(resource);
  const scope = sharingScope(kind, optIns[kind][platform], ownerType);
  const groups = enrolmentGroupIds.length === 0 ? [] : view.groupsOfDevice(id);
  if (scope === 'none' || (enrolmentGroupIds.length > 0 && !enrolmentGroupIds.some((group) => groups.includes(group))))
    return undefined;
  const entraDeviceId = typeof resource.azureADDeviceId === 'string' ? resource.azureADDeviceId : null;
  const common = {
    managedDeviceId: id,
    entraDeviceId,
    platform,
    ownerType,
    scope,
    collectedDateTime: isoTime(inventory.collectedAt),
  };
  if ('apps' in inventory) {
    const apps = appsWithin(inventory.apps, scope).map(toHandedApp);
    return { device: { ...common, apps }, record: { deviceId: id, scope, items: apps.length } };
  }
  const certificates = inventory.certificates.map(toHandedCertificate);
  return { device: { ...common, certificates }, record: { deviceId: id, scope, items: certificates.length } };
}
