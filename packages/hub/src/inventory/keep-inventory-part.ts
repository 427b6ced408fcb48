import type { InstalledApp, OwnerType, Platform } from '@sallyport/core';
import { isKeptApp, isListedApp, platformOf } from '@sallyport/core';
import type { DeviceRow, KeptApp } from '../store/store.ts';
import { ownerTypeOf } from './inventory-sharing.ts';

/** Whether some partner may see everything on personal devices of a platform. */
export type SeenByAll = (platform: Platform) => Promise<boolean>;

/** For batches: the connectors are looked at once. */
export function rememberedByPlatform(ask: SeenByAll): SeenByAll {
  const answers = new Map<Platform, Promise<boolean>>();
  return (platform) => {
    const answer = answers.get(platform) ?? ask(platform);
    answers.set(platform, answer);
    return answer;
  };
}

/** Whether users' own apps are kept of a device, too. */
export async function isWhole({ resource }: Pick<DeviceRow, 'resource'>, someoneSeesAll: SeenByAll): Promise<boolean> {
  return ownerTypeOf(resource) === 'company' || someoneSeesAll(platformOf(resource.operatingSystem as string));
}

/** What is kept of the apps of a device, and what of that administrators see. */
export async function keptApps(
  { resource }: DeviceRow,
  apps: readonly InstalledApp[],
  someoneSeesAll: SeenByAll,
): Promise<readonly KeptApp[]> {
  const platform = platformOf(resource.operatingSystem as string);
  const owner = ownerTypeOf(resource);
  const appPlatform = appPlatformOf(platform, owner);
  const whole = await isWhole({ resource }, someoneSeesAll);
  return apps
    .filter((app) => isKeptApp(app, owner, whole))
    .map((app) => ({ ...app, appPlatform, listed: isListedApp(app, owner) }));
}

/** Graph's `detectedAppPlatformType` of the apps of a device. */
function appPlatformOf(platform: Platform, owner: OwnerType): string {
  switch (platform) {
    case 'iOS':
      return 'ios';
    case 'macOS':
      return 'macOS';
    case 'windows':
      return 'windows';
    case 'android':
      return owner === 'company'
        ? 'androidDedicatedAndFullyManaged'
        : owner === 'personal'
          ? 'androidWorkProfile'
          : 'unknown';
    default:
      return 'unknown';
  }
}
