import type { Platform } from '../vocabulary/platforms.ts';
import type { InstalledApp } from './installed-app.ts';

/** Graph's `managedDeviceOwnerType`. */
export type OwnerType = 'unknown' | 'company' | 'personal';

export type InventoryKind = 'apps' | 'certificates';

/** What an administrator allowed for one platform and one kind of inventory. Everything is off by default. */
export interface InventoryOptIn {
  /** `allowPartnerToCollect...Metadata`; without it nothing is shared, whatever the other switch says. */
  readonly enabled: boolean;
  /** `allowPartnerToCollect...Personal...Metadata`. */
  readonly personal: boolean;
}

/** What one connector's partner may be given. A platform that is not named shares nothing. */
export type InventoryOptIns = Readonly<Record<InventoryKind, Readonly<Partial<Record<Platform, InventoryOptIn>>>>>;

/** How much of a device's inventory: nothing, the managed part, or everything. */
export type SharingScope = 'none' | 'managed' | 'all';

/** A device whose owner nobody named is protected as a personal one. */
function isCompanyOwned(owner: OwnerType): boolean {
  return owner === 'company';
}

/**
 * How much of one device's inventory a partner may be given (Intune, "Mobile Threat Defense integration", App
 * Sync and Certificate Sync). Company devices: everything. Personal devices: with the second switch everything;
 * without it only managed apps, and no certificate at all.
 */
export function sharingScope(kind: InventoryKind, optIn: InventoryOptIn | undefined, owner: OwnerType): SharingScope {
  if (optIn?.enabled !== true) return 'none';
  if (isCompanyOwned(owner) || optIn.personal) return 'all';
  return kind === 'apps' ? 'managed' : 'none';
}

/** The apps within a scope. An app that nobody called managed is not. */
export function appsWithin<App extends Pick<InstalledApp, 'managed'>>(
  apps: readonly App[],
  scope: SharingScope,
): readonly App[] {
  if (scope === 'all') return apps;
  return scope === 'none' ? [] : apps.filter((app) => app.managed === true);
}

/** Whether administrators see an app among the detected apps: on personal devices only managed ones (Intune, "Discovered apps"). */
export function isListedApp(app: Pick<InstalledApp, 'managed'>, owner: OwnerType): boolean {
  return isCompanyOwned(owner) || app.managed === true;
}

/**
 * Whether an app is kept at all. On a personal device an app known to be the user's own is kept only while
 * some partner may be given it; one of which it is not yet known may turn out to be managed.
 */
export function isKeptApp(app: Pick<InstalledApp, 'managed'>, owner: OwnerType, someoneMaySeeAll: boolean): boolean {
  return isCompanyOwned(owner) || someoneMaySeeAll || app.managed !== false;
}
