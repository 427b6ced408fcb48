import type { AndroidManagement, DeviceKey } from '@sallyport/core';
import type { FilterOperator } from './filter-operator.ts';
import type { PostureRow } from './postures.ts';

/**
 * A member of `DeviceRow.resource` that is not Graph's: the device was registered, or got the name of its system, since names and
 * versions that are not understood close (docs/decisions/0001). Clients neither see nor write it.
 */
export const STRICT = 'sallyport.strict';

/**
 * Likewise: the id of the record that superseded this one, because the phone was enrolled again (docs/decisions/0001). Set by
 * the pipeline whenever one of the two is written.
 */
export const SUPERSEDED_BY = 'sallyport.supersededBy';

/** Likewise, ISO 8601: when an administrator said that the record is live. No earlier enrolment supersedes it. */
export const LIVE_SINCE = 'sallyport.liveSince';

/** A `managedDevice` as it is stored: Graph's property names. `resource.id` is the row's id. */
export interface DeviceRow {
  readonly id: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Properties of `DeviceRow.resource` that have a column of their own and can be filtered and sorted by. */
export const DEVICE_COLUMNS = [
  'deviceName',
  'operatingSystem',
  'osVersion',
  'azureADDeviceId',
  'userId',
  'userPrincipalName',
  'serialNumber',
  'imei',
  'udid',
  'easDeviceId',
  'jailBroken',
  'managedDeviceOwnerType',
  'enrolledDateTime',
  'lastSyncDateTime',
  'deviceCategoryDisplayName',
  'model',
  'manufacturer',
  'emailAddress',
] as const;
export type DeviceColumn = (typeof DEVICE_COLUMNS)[number];

/** What a device list can be filtered by beside its own columns; these come from the posture. */
export type DeviceFilterColumn = DeviceColumn | 'id' | 'complianceState' | 'partnerReportedThreatState';

/** A filter as the store understands it. Text compares case-insensitively, times (ISO 8601) as instants. */
export type DeviceFilter =
  | { readonly op: FilterOperator; readonly column: DeviceFilterColumn; readonly value: string | null }
  | { readonly op: 'and' | 'or'; readonly parts: readonly DeviceFilter[] }
  | { readonly op: 'not'; readonly part: DeviceFilter };

export interface DeviceQuery {
  readonly filter?: DeviceFilter | undefined;
  readonly orderBy?: readonly { readonly column: DeviceFilterColumn; readonly descending: boolean }[] | undefined;
  /** Only what comes after this place in the same `orderBy`; it need not be there any more. */
  readonly after?: DevicePosition | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Where a device stood in an order: what it was sorted by, one value for each part of `orderBy`, as the store compares it. */
export interface DevicePosition {
  readonly id: string;
  readonly values: readonly (string | number | null)[];
}

/** A device with the little that decisions need, for filling the memory index at start. */
export interface DeviceSnapshotRow {
  readonly id: string;
  readonly operatingSystem: string;
  readonly osVersion: string;
  readonly azureADDeviceId: string | null;
  readonly easDeviceId: string | null;
  readonly serialNumber: string | null;
  /** `null`: not Android, or not known. */
  readonly androidManagement: AndroidManagement | null;
  /** `STRICT` of its resource; absent otherwise. */
  readonly strict?: true | undefined;
  /** `SUPERSEDED_BY` of its resource; absent otherwise. */
  readonly supersededBy?: string | undefined;
  readonly userId: string | null;
  readonly lastSyncAt: number;
  readonly enrolledAt: number;
  /** `null`: never evaluated. */
  readonly posture: PostureRow | null;
}

export interface DeviceReader {
  /** Unknown ids are left out. In no particular order. */
  get(ids: readonly string[]): Promise<readonly DeviceRow[]>;
  query(query: DeviceQuery): Promise<readonly DeviceRow[]>;
  /** `undefined` when there is no such device. */
  positionOf(id: string, orderBy: NonNullable<DeviceQuery['orderBy']>): Promise<DevicePosition | undefined>;
  count(filter?: DeviceFilter): Promise<number>;
  /**
   * The ids of the devices that each key names, in the order of `keys`; several for an ambiguous key. A key of a superseded
   * record names the record that superseded it.
   */
  findByKeys(keys: readonly DeviceKey[]): Promise<readonly (readonly string[])[]>;
  /** As `findByKeys`, of the records that carry each key themselves, superseded ones among them. */
  carriersOf(keys: readonly DeviceKey[]): Promise<readonly (readonly string[])[]>;
  /** What `least` to `most` records carry as such a key, as it is stored, ascending after `after`. */
  sharedKeys(
    type: 'serialNumber' | 'udid' | 'imei',
    after: string,
    least: number,
    most: number,
    limit: number,
  ): Promise<readonly string[]>;
  /** The records that each of these superseded, in the order of `ids`; nearly always none. */
  olderRecordsOf(ids: readonly string[]): Promise<readonly (readonly string[])[]>;
  /**
   * All devices, in pages of the store's choosing, ordered by id. Does not block writers: a device is shown as
   * it is when its page is read. Who read `outbox.range()` before and follows from there misses nothing.
   */
  snapshot(): AsyncIterable<readonly DeviceSnapshotRow[]>;
}

export interface DeviceWriter {
  /**
   * From now to the end of the transaction no other one, in any process, writes devices, and none that began to find
   * them by their keys is still under way. To be called before anything else is done.
   */
  hold(): Promise<void>;
  /** Creates or replaces, and keeps `findByKeys` in step (`managedDeviceId`, `entraDeviceId`, `serialNumber`, `imei`, `udid`, `easDeviceId`). */
  put(rows: readonly DeviceRow[]): Promise<void>;
  /** With everything that hangs on it except its reports. Answers how many there were. */
  delete(ids: readonly string[]): Promise<number>;
}
