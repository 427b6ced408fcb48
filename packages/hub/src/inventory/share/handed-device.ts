import { z } from 'zod';
import type { InstalledApp, InstalledCertificate } from '@sallyport/core';

/** What leaves the hub: nothing but what is named here. `null`: the device did not tell. */

const text = z.string().nullable();
const size = z.int().min(0).nullable();
const flag = z.boolean().nullable();

const handedApp = z.object({
  appId: text.describe('Bundle identifier or package name.'),
  version: text,
  shortVersion: text.describe('What people see as the version.'),
  name: text,
  bundleSize: size.describe('Bytes.'),
  dynamicSize: size.describe('Bytes that the app stored beside itself.'),
  validated: flag,
  managed: flag,
  adHocSigned: flag,
  fromAppStore: flag,
  betaApp: flag.describe('From TestFlight.'),
  deviceBasedVpp: flag,
});

const handedCertificate = z.object({
  commonName: z.string(),
  data: z.string().describe('DER, base64.'),
  isIdentity: z.boolean().describe('The device holds its private key.'),
});

const device = z.object({
  managedDeviceId: z.string(),
  entraDeviceId: text,
  platform: z.string(),
  ownerType: z.enum(['unknown', 'company', 'personal']),
  scope: z.enum(['managed', 'all']).describe('Whether only the managed part may be shared.'),
  collectedDateTime: z.string(),
});

const removed = z.object({
  managedDeviceId: z.string(),
  removed: z.literal(true).describe('Delete what you hold of this device: it is gone, or may not be shared any more.'),
});

export const handedDeviceApps = z.union([device.extend({ apps: z.array(handedApp) }), removed]);
export const handedDeviceCertificates = z.union([device.extend({ certificates: z.array(handedCertificate) }), removed]);

export type HandedDevice = z.infer<typeof handedDeviceApps> | z.infer<typeof handedDeviceCertificates>;

export function toHandedApp(app: InstalledApp): z.infer<typeof handedApp> {
  const {
    appId,
    version,
    shortVersion,
    name,
    bundleSize,
    dynamicSize,
    validated,
    managed,
    adHocSigned,
    fromAppStore,
    betaApp,
    deviceBasedVpp,
  } = app;
  return {
    appId: appId ?? null,
    version: version ?? null,
    shortVersion: shortVersion ?? null,
    name: name ?? null,
    bundleSize: bundleSize ?? null,
    dynamicSize: dynamicSize ?? null,
    validated: validated ?? null,
    managed: managed ?? null,
    adHocSigned: adHocSigned ?? null,
    fromAppStore: fromAppStore ?? null,
    betaApp: betaApp ?? null,
    deviceBasedVpp: deviceBasedVpp ?? null,
  };
}

export function toHandedCertificate({
  commonName,
  data,
  isIdentity,
}: InstalledCertificate): z.infer<typeof handedCertificate> {
  return { commonName, data, isIdentity };
}
