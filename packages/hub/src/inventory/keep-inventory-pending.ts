import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { InstalledApp, Instant } from '@sallyport/core';
import type { DataKey } from '../platform/data-key.ts';
import type { PendingApps } from '../store/store.ts';

/**
 * A device tells what is installed and what of it is managed in two lists, and the one may come before the other. Of a
 * personal device an app that is not known to be managed is no part of what is kept; so that one which the second list
 * calls managed is not lost, the rest of the first list waits for it: sealed, for an hour.
 */

/** Answers to commands of one check-in are seconds apart. */
const CHECK_IN_MS = 120_000;
/** A device that is locked or asleep in between takes longer. */
const PENDING_MS = 3_600_000;

export interface ManagedList {
  readonly appIds: readonly string[];
  readonly collectedAt: Instant;
}

/** What a device said of the management of its apps: by commands, and by declarations, which the list of the first leaves out. */
export interface ManagedLists {
  readonly commanded: readonly string[] | undefined;
  readonly declared: readonly string[] | undefined;
}

/** Without a list of managed apps it is not known of any but those that declarations manage. */
export function withManaged(
  apps: readonly InstalledApp[],
  { commanded, declared = [] }: ManagedLists,
): readonly InstalledApp[] {
  const ids = new Set([...(commanded ?? []), ...declared]);
  return apps.map((app) => ({
    ...app,
    managed: app.appId !== undefined && ids.has(app.appId) ? true : commanded && false,
  }));
}

/** Those that wait, by whether they are managed now. */
export function parted(
  apps: readonly InstalledApp[],
  managedIds: readonly string[],
): { readonly managed: readonly InstalledApp[]; readonly rest: readonly InstalledApp[] } {
  const { managed = [], rest = [] } = Object.groupBy(apps, ({ appId }) =>
    appId !== undefined && managedIds.includes(appId) ? 'managed' : 'rest',
  );
  return { managed, rest };
}

/** Whether the list of managed apps belongs to the same check-in as a list of installed ones, so that no other is to be waited for. */
export function isOfSameTime(managed: ManagedList | undefined, collectedAt: Instant): boolean {
  return managed !== undefined && managed.collectedAt >= collectedAt - CHECK_IN_MS;
}

/** Short and unreadable without the data key. */
export function sealPending(
  dataKey: DataKey,
  deviceId: string,
  apps: readonly InstalledApp[],
  now: Instant,
): PendingApps {
  const packed = deflateRawSync(JSON.stringify(apps)).toString('base64');
  return { deviceId, until: now + PENDING_MS, sealed: dataKey.seal(packed, contextOf(deviceId)) };
}

/** None where their time is over. What was sealed with another key counts as over too: the device will tell it again. */
export function openPending(dataKey: DataKey, pending: PendingApps | undefined, now: Instant): readonly InstalledApp[] {
  if (pending === undefined || pending.until <= now) return [];
  try {
    const packed = Buffer.from(dataKey.open(pending.sealed, contextOf(pending.deviceId)), 'base64');
    return JSON.parse(inflateRawSync(packed).toString('utf8')) as InstalledApp[];
  } catch {
    return [];
  }
}

function contextOf(deviceId: string): string {
  return `pendingApps/${deviceId}`;
}
