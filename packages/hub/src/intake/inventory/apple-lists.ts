import type { InstalledApp, InstalledCertificate } from '@sallyport/core';
import { isManagedStatus } from '@sallyport/core';
import { plainText } from '../../vendors/plain-text.ts';
import type { PlistDict, PlistValue } from './plist.ts';

/** More than any device has; what comes beyond is left out. */
const MAX_APPS = 5000;
const MAX_CERTIFICATES = 500;
const MAX_CERTIFICATE_BYTES = 16_384;

/**
 * The answer to Apple's InstalledApplicationList command (device-management schema,
 * `mdm/commands/application.installed.list.yaml`). Keys that a device left out, because it is older or was not
 * asked for them, stay untold. Whether an app is managed is not in it.
 */
export function installedApps(list: PlistValue): readonly InstalledApp[] {
  return dicts(list).slice(0, MAX_APPS).map((app) => ({
    appId: text(app, 'Identifier', 512),
    version: text(app, 'Version', 256),
    shortVersion: text(app, 'ShortVersion', 256),
    name: text(app, 'Name', 512),
    bundleSize: size(app, 'BundleSize'),
    dynamicSize: size(app, 'DynamicSize'),
    validated: flag(app, 'IsValidated'),
    adHocSigned: flag(app, 'AdHocCodeSigned'),
    fromAppStore: flag(app, 'AppStoreVendable'),
    betaApp: flag(app, 'BetaApp'),
    deviceBasedVpp: flag(app, 'DeviceBasedVPP'),
  }));
}

/** The identifiers that ManagedApplicationList calls managed. */
export function managedAppIds(list: PlistValue): readonly string[] {
  if (!(list instanceof Map)) return [];
  return [...list as PlistDict].slice(0, MAX_APPS).flatMap(([id, app]) => {
    const status = app instanceof Map ? (app as PlistDict).get('Status') : undefined;
    return typeof status === 'string' && isManagedStatus(status) && id.length <= 512 ? [id] : [];
  });
}

/** The answer to CertificateList. */
export function installedCertificates(list: PlistValue): readonly InstalledCertificate[] {
  return dicts(list).slice(0, MAX_CERTIFICATES).flatMap((certificate) => {
    const data = certificate.get('Data');
    if (!(data instanceof Uint8Array) || data.byteLength === 0 || data.byteLength > MAX_CERTIFICATE_BYTES) return [];
    return [{ commonName: text(certificate, 'CommonName', 512) ?? '', data: Buffer.from(data).toString('base64'), isIdentity: flag(certificate, 'IsIdentity') === true }];
  });
}

function dicts(list: PlistValue): readonly PlistDict[] {
  return Array.isArray(list) ? list.filter((item): item is PlistDict => item instanceof Map) : [];
}

function text(dict: PlistDict, key: string, max: number): string | undefined {
  return plainText(dict.get(key), max);
}

function size(dict: PlistDict, key: string): number | undefined {
  const value = dict.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function flag(dict: PlistDict, key: string): boolean | undefined {
  const value = dict.get(key);
  return typeof value === 'boolean' ? value : undefined;
}
