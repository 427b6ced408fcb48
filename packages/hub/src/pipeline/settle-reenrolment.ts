import {
  supersededBy,
  type DeviceKey,
  type DeviceKeyType,
  type EnrolledRecord,
  type SignalLimits,
} from '@sallyport/core';
import { LIVE_SINCE, SUPERSEDED_BY, type DeviceRow, type Transaction } from '../store/store.ts';
import { readDeviceKeys } from '../vendors/kit/device-keys.ts';

/** What identifies a phone whatever its management calls it. */
export const PHONE_KEYS = ['serialNumber', 'udid', 'imei'] as const satisfies readonly DeviceKeyType[];

/** A key that more records carry identifies nothing, and is not followed to other records. */
export const MAX_CARRIERS = 50;

/** One record of a phone before and after another one was written. */
export interface SettledRecord {
  readonly row: DeviceRow;
  /** Whether anything but its place in the list of enrolments is as it was. */
  readonly changed: boolean;
  readonly successor: string | undefined;
  readonly previousSuccessor: string | undefined;
}

/**
 * Which of the records that share a serial number, UDID or IMEI with one that is being written, or removed, are superseded
 * now, and who has the Entra id that several of them were registered with: the live one.
 *
 * @param written as it is to be; absent where it is removed
 * @param before as it was; absent where it is new
 */
export async function settleReenrolment(
  tx: Transaction,
  written: DeviceRow | undefined,
  before: DeviceRow | undefined,
  now: number,
  limits: SignalLimits,
): Promise<readonly SettledRecord[]> {
  const rows = await connectedRecords(tx, written, before);
  const successors = supersededBy(rows.map(enrolledRecord), now, limits);
  const entraIds = handedOver(rows, successors);
  return rows.map((row) => {
    const successor = successors.get(row.id);
    const previousSuccessor = successorIn(row);
    const { [SUPERSEDED_BY]: _, ...resource } = row.resource;
    const settled = {
      ...resource,
      ...(entraIds.has(row.id) && { azureADDeviceId: entraIds.get(row.id) }),
      ...(successor !== undefined && { [SUPERSEDED_BY]: successor }),
    };
    const changed = successor !== previousSuccessor || entraIds.has(row.id);
    return {
      row: changed ? { ...row, resource: settled } : row,
      changed,
      successor,
      previousSuccessor: row.id === before?.id ? successorIn(before) : previousSuccessor,
    };
  });
}

/** Another device that has the Entra id of one that is to be written, and would have it afterwards. */
export async function otherWithEntraId(
  tx: Transaction,
  written: DeviceRow,
  before: DeviceRow | undefined,
  now: number,
  limits: SignalLimits,
): Promise<string | undefined> {
  const value = entraIdOf(written);
  if (value === undefined) return undefined;
  const [carriers = []] = await tx.devices.carriersOf([{ type: 'entraDeviceId', value }]);
  const others = carriers.filter((id) => id !== written.id);
  if (others.length === 0) return undefined;
  const settled = new Map(
    (await settleReenrolment(tx, written, before, now, limits)).map(({ row }) => [row.id, entraIdOf(row)]),
  );
  if (settled.get(written.id) === undefined) return undefined;
  return others.find((id) => !settled.has(id) || settled.get(id) === value);
}

export function successorIn({ resource }: DeviceRow): string | undefined {
  const successor = resource[SUPERSEDED_BY];
  return typeof successor === 'string' ? successor : undefined;
}

/** Serial number, UDID and IMEI of a record, without placeholders. */
export function phoneKeysOf({ resource }: DeviceRow): readonly DeviceKey[] {
  return PHONE_KEYS.flatMap((type) =>
    typeof resource[type] === 'string' ? readDeviceKeys(type, resource[type]).keys : [],
  );
}

async function connectedRecords(
  tx: Transaction,
  written: DeviceRow | undefined,
  before: DeviceRow | undefined,
): Promise<readonly DeviceRow[]> {
  const rows = new Map<string, DeviceRow>(written === undefined ? [] : [[written.id, written]]);
  const followed = new Set<string>();
  let keys = [written, before].flatMap((row) => (row === undefined ? [] : phoneKeysOf(row)));
  while (keys.length > 0) {
    for (const key of keys) followed.add(nameOf(key));
    const carriers = (await tx.devices.carriersOf(keys)).filter((ids) => ids.length <= MAX_CARRIERS).flat();
    const found = await tx.devices.get([...new Set(carriers)].filter((id) => !rows.has(id) && id !== before?.id));
    for (const row of found) rows.set(row.id, row);
    keys = found.flatMap(phoneKeysOf).filter((key) => !followed.has(nameOf(key)));
  }
  return [...rows.values()];
}

function enrolledRecord(row: DeviceRow): EnrolledRecord {
  const { resource, createdAt } = row;
  const enrolledAt = timeOf(resource.enrolledDateTime);
  return {
    id: row.id,
    keys: phoneKeysOf(row).map(nameOf),
    // Where the management reports none, the time of registration stands for it.
    ...(enrolledAt !== undefined && enrolledAt !== createdAt && { enrolledAt }),
    lastContactAt: Math.max(timeOf(resource.lastSyncDateTime) ?? createdAt, timeOf(resource[LIVE_SINCE]) ?? 0),
  };
}

/** The Entra ids that change: a phone's live record has the one that it was registered with, or else that of the newest before it. */
function handedOver(
  rows: readonly DeviceRow[],
  successors: ReadonlyMap<string, string>,
): ReadonlyMap<string, string | null> {
  const entraIds = new Map(rows.map((row) => [row.id, entraIdOf(row)]));
  const changes = new Map<string, string | null>();
  const superseded = rows
    .filter(({ id }) => successors.has(id))
    .sort((a, b) => (timeOf(b.resource.enrolledDateTime) ?? 0) - (timeOf(a.resource.enrolledDateTime) ?? 0));
  for (const { id } of superseded) {
    const successor = successors.get(id) as string;
    const own = entraIds.get(id);
    if (own === undefined) continue;
    const others = entraIds.get(successor);
    if (others !== undefined && others !== own) continue;
    if (others === undefined) changes.set(successor, own);
    entraIds.set(successor, own);
    entraIds.set(id, undefined);
    changes.set(id, null);
  }
  return changes;
}

function entraIdOf({ resource: { azureADDeviceId: id } }: DeviceRow): string | undefined {
  return typeof id === 'string' && id !== '' ? id.toLowerCase() : undefined;
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function nameOf({ type, value }: DeviceKey): string {
  return `${type} ${value.toLowerCase()}`;
}
