import type { InstalledApp, InstalledCertificate } from '@sallyport/core';
import { isManagedStatus } from '@sallyport/core';
import { plainText } from '../../vendors/kit/plain-text.ts';
import type { PlistDict, PlistValue } from './plist.ts';
import { PlistError } from './plist.ts';

/** More than any device has. A list cut off there would read as one of which the rest was removed, so longer ones are refused. */
const MAX_APPS = 5000;
const MAX_CERTIFICATES = 500;
const MAX_CERTIFICATE_BYTES = 16_384;

/**
 * The answer to Apple's InstalledApplicationList command (device-management schema,
 * `mdm/commands/application.installed.list.yaml`). Keys that a device left out, because it is older or was not
 * asked for them, stay untold. Whether an app is managed is not in it.
 *
 * @throws PlistError for what is no such list: read as an empty one, it would clear the device
 */
export function installedApps(list: PlistValue): readonly InstalledApp[] {
  return dicts(list, 'InstalledApplicationList', MAX_APPS).map((app) => ({
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

/**
 * The identifiers that ManagedApplicationList calls managed.
 *
 * @throws PlistError
 */
export function managedAppIds(list: PlistValue): readonly string[] {
  if (!(list instanceof Map)) throw new PlistError('ManagedApplicationList must be a dictionary.');
  if (list.size > MAX_APPS) throw new PlistError(`ManagedApplicationList has more than ${MAX_APPS} entries.`);
  return [...(list as PlistDict)].flatMap(([id, app]) => {
    const status = app instanceof Map ? (app as PlistDict).get('Status') : undefined;
    return typeof status === 'string' && isManagedStatus(status) && id.length <= 512 ? [id] : [];
  });
}

/**
 * The answer to CertificateList.
 *
 * @throws PlistError
 */
export function installedCertificates(list: PlistValue): readonly InstalledCertificate[] {
  return dicts(list, 'CertificateList', MAX_CERTIFICATES).flatMap((certificate) => {
    const data = certificate.get('Data');
    if (!(data instanceof Uint8Array) || data.byteLength === 0 || data.byteLength > MAX_CERTIFICATE_BYTES) return [];
    return [
      {
        commonName: text(certificate, 'CommonName', 512) ?? '',
        data: Buffer.from(data).toString('base64'),
        isIdentity: flag(certificate, 'IsIdentity') === true,
      },
    ];
  });
}

function dicts(list: PlistValue, key: string, max: number): readonly PlistDict[] {
  if (!Array.isArray(list)) throw new PlistError(`${key} must be an array.`);
  if (list.length > max) throw new PlistError(`${key} has more than ${max} entries.`);
  return (list as readonly PlistValue[]).map((item, i) => {
    if (!(item instanceof Map)) throw new PlistError(`${key}[${i}] must be a dictionary.`);
    return item as PlistDict;
  });
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
