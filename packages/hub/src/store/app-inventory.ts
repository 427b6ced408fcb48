import type { InstalledApp, Platform } from '@sallyport/core';
import type { FilterOperator } from './filter-operator.ts';
import type { DeviceInventory, InventoryChange, PruneGone } from './inventory.ts';

/** An app as it is kept of one device. */
export interface KeptApp extends InstalledApp {
  /** Graph's `detectedAppPlatformType`; the same app on two of them is two apps. */
  readonly appPlatform: string;
  /** Whether administrators see it among the detected apps, and it counts there. */
  readonly listed: boolean;
}

export interface DeviceApps extends DeviceInventory {
  readonly apps: readonly KeptApp[];
}

export interface StoredApp extends KeptApp {
  /** Of the app among the detected apps. */
  readonly id: string;
}

export interface StoredDeviceApps extends DeviceInventory {
  readonly apps: readonly StoredApp[];
}

/** Graph's `detectedApp`. */
export interface DetectedAppRow {
  readonly id: string;
  readonly platform: string;
  readonly appId: string | null;
  readonly displayName: string | null;
  /** The short version where there is one. */
  readonly version: string | null;
  readonly publisher: string | null;
  readonly sizeInByte: number;
  /** Devices on which it is listed; never 0. */
  readonly deviceCount: number;
}

export type DetectedAppColumn =
  | 'id'
  | 'displayName'
  | 'version'
  | 'publisher'
  | 'platform'
  | 'sizeInByte'
  | 'deviceCount';

export type DetectedAppFilter =
  | { readonly op: FilterOperator; readonly column: DetectedAppColumn; readonly value: string | number | null }
  | { readonly op: 'and' | 'or'; readonly parts: readonly DetectedAppFilter[] }
  | { readonly op: 'not'; readonly part: DetectedAppFilter };

export interface DetectedAppQuery {
  readonly filter?: DetectedAppFilter | undefined;
  readonly orderBy?: readonly { readonly column: DetectedAppColumn; readonly descending: boolean }[] | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface ListedAppIds {
  readonly appIds: readonly string[];
  readonly collectedAt: number;
}

export interface AppInventoryReader {
  /** Devices of which nothing is kept are left out. In no particular order. */
  ofDevices(deviceIds: readonly string[]): Promise<readonly StoredDeviceApps[]>;
  /**
   * The newest change of each device of a platform, after `after` and in order. What only apps stored beside
   * themselves (`dynamicSize`) is kept, but is no change. Costs what it answers, however many devices there are.
   */
  changes(platform: Platform, after: number, limit: number): Promise<readonly InventoryChange<StoredDeviceApps>[]>;
  /** The number of the newest change there ever was, of all platforms; 0 before the first. Changes are committed in the order of their numbers. */
  lastChange(): Promise<number>;
  /** In order of `orderBy`, then of id. */
  query(query: DetectedAppQuery): Promise<readonly DetectedAppRow[]>;
  count(filter?: DetectedAppFilter): Promise<number>;
  /** Detected apps by id; unknown and unlisted ones are left out. In no particular order. */
  detected(ids: readonly string[]): Promise<readonly DetectedAppRow[]>;
  /** The devices on which an app is listed, in an order of the store's own; `after` is the last `place` seen. */
  devicesWith(
    appId: string,
    after: number,
    limit: number,
  ): Promise<readonly { readonly deviceId: string; readonly place: number }[]>;
  /** The apps that the device management of a device last said are managed; `undefined` where it never said. */
  managedApps(deviceId: string): Promise<ListedAppIds | undefined>;
  /** The apps that the device last said its declarations manage; `undefined` where it never said. */
  declaredApps(deviceId: string): Promise<ListedAppIds | undefined>;
  /** What was put by `putPendingApps` and is still there. */
  pendingApps(deviceId: string): Promise<PendingApps | undefined>;
  /**
   * Devices of a platform whose set may hold apps that are the user's own (known not to be managed, and not listed), by
   * ascending `place`, the last of which is the next `after`. Costs what it answers.
   */
  withOwnApps(
    platform: Platform,
    after: number,
    limit: number,
  ): Promise<readonly { readonly deviceId: string; readonly place: number }[]>;
  /** The newest change of these platforms that was a removal and is forgotten: who knows the changes up to an earlier one may have missed it. 0: none is. */
  prunedChange(platforms: readonly Platform[]): Promise<number>;
}

/** Apps of a device that are not part of what is kept of it, for a short time, readable by the hub alone. */
export interface PendingApps {
  readonly deviceId: string;
  /** They count for nothing from then on. */
  readonly until: number;
  readonly sealed: string;
}

export interface AppInventoryWriter {
  /** Replaces what is kept of each device. Answers, in order, whether it was: not for unknown devices and older news. */
  put(rows: readonly DeviceApps[]): Promise<readonly boolean[]>;
  /** Keeps the ids of the managed apps of a device. Answers whether it is newer than what was known. */
  putManagedApps(deviceId: string, appIds: readonly string[], collectedAt: number): Promise<boolean>;
  /** The same of the apps that declarations manage. */
  putDeclaredApps(deviceId: string, appIds: readonly string[], collectedAt: number): Promise<boolean>;
  /** Keeps these apart from everything else, instead of what was kept so of the same devices before. */
  putPendingApps(rows: readonly PendingApps[]): Promise<void>;
  forgetPendingApps(deviceIds: readonly string[]): Promise<void>;
  /** Deletes some of those whose time is over at `now`. Answers how many; 0: there are no more. */
  prunePendingApps(now: number): Promise<number>;
  /** See `PruneGone`. */
  pruneGone(prune: PruneGone): Promise<number>;
  /** Makes a change of what is kept of these devices, which is as it was: something else about them matters to those who read changes. */
  touch(deviceIds: readonly string[]): Promise<void>;
  /** Forgets everything about the apps of these devices; whether there was anything. Happens by itself when a device is deleted. */
  forget(deviceIds: readonly string[]): Promise<boolean>;
}
