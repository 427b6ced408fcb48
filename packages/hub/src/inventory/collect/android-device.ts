import { z } from 'zod';
import type { InstalledApp, Instant } from '@sallyport/core';
import type { CollectedApps } from '../keep-inventory.ts';
import { keysOf } from '../../vendors/kit/device-keys.ts';
import { plainText } from '../../vendors/kit/plain-text.ts';
import { toldTime } from './told-time.ts';

/** What one device resource of the Android Management API tells us. `silent`: no application reports. */
export type AndroidNews =
  | { readonly kind: 'silent' }
  | { readonly kind: 'apps'; readonly row: CollectedApps }
  | { readonly kind: 'deleted'; readonly row: Omit<CollectedApps, 'apps' | 'collectedAt'> };

const MAX_APPS = 5000;

/** A fact that a relay writes as null, or in another way than Google does, was not told. */
const fact = z.string().optional().catch(undefined);

const applicationReport = z.object({
  packageName: z.string(),
  displayName: fact,
  versionName: fact,
  versionCode: z.union([z.int(), z.string()]).optional().catch(undefined),
  state: fact,
  applicationSource: fact,
});

/** `enterprises.devices` of androidmanagement v1; what is not read here is ignored. */
export const androidDevice = z.object({
  name: z.string().min(1).max(256).describe('enterprises/{enterpriseId}/devices/{deviceId}'),
  state: fact,
  ownership: fact,
  managementMode: fact,
  lastStatusReportTime: toldTime.nullish(),
  hardwareInfo: z.object({ serialNumber: fact }).nullish(),
  networkInfo: z.object({ imei: fact }).nullish(),
  applicationReports: z.array(applicationReport).max(MAX_APPS).nullish(),
});
export type AndroidDevice = z.infer<typeof androidDevice>;

/** Google leaves empty lists out, so a device without reports is one whose policy does not ask for them. */
export function readAndroidDevice(device: AndroidDevice, source: string, now: Instant): AndroidNews {
  const { name, hardwareInfo, networkInfo, applicationReports } = device;
  const keys = [...keysOf(['serialNumber'], hardwareInfo?.serialNumber), ...keysOf(['imei'], networkInfo?.imei)];
  const row = { source, ownId: name, keys };
  if (device.state === 'DELETED') return { kind: 'deleted', row };
  if (applicationReports === undefined || applicationReports === null) return { kind: 'silent' };
  const collectedAt = device.lastStatusReportTime ?? now;
  const managed = isWorkProfile(device) ? true : undefined;
  const installed = applicationReports.filter((report) => report.state !== 'REMOVED');
  return { kind: 'apps', row: { ...row, collectedAt, apps: installed.map((report) => toApp(report, managed)) } };
}

/** The agent of a work profile sees the apps of the profile and no others, and the profile belongs to the organisation. */
function isWorkProfile({ ownership, managementMode }: AndroidDevice): boolean {
  return ownership === 'PERSONALLY_OWNED' || managementMode === 'PROFILE_OWNER';
}

function toApp(
  { packageName, displayName, versionName, versionCode, applicationSource }: z.infer<typeof applicationReport>,
  managed: boolean | undefined,
): InstalledApp {
  return {
    appId: plainText(packageName, 512),
    name: plainText(displayName, 512),
    version: plainText(versionCode, 256),
    shortVersion: plainText(versionName, 256),
    managed,
    fromAppStore: FROM_STORE.get(applicationSource ?? ''),
  };
}

/** Android's `ApplicationSource`. An updated system app came with the device and its update from anywhere. */
const FROM_STORE: ReadonlyMap<string, boolean> = new Map([
  ['INSTALLED_FROM_PLAY_STORE', true],
  ['SYSTEM_APP_FACTORY_VERSION', false],
]);
