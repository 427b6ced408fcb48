import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { readDeviceVersion, type DeviceFacts, type DeviceKeyType } from '@sallyport/core';
import { readDeviceKeys } from '../../vendors/device-keys.ts';

/** What a device was stored with and cannot be used: it is no error, and somebody has to see it. */
export interface DeviceWarning {
  readonly code: 'system_unknown' | 'os_version_unreadable' | 'unusable_key';
  readonly message: string;
  readonly target: string;
}

/** An OData instance annotation (OData JSON Format 4.01, section 20), which clients that do not know it pass over. */
export const WARNINGS = '@sallyport.warnings';

const KEYS: readonly DeviceKeyType[] = ['serialNumber', 'imei', 'udid', 'easDeviceId'];

/** @param written the properties that the caller sent */
export function deviceWarnings(written: GraphBody, facts: DeviceFacts | undefined): readonly DeviceWarning[] {
  const warnings = KEYS.flatMap((type) => unusable(type, written[type]));
  if (facts === undefined) return warnings;
  if (facts.systemUnknown === true) warnings.unshift({
    code: 'system_unknown', target: 'operatingSystem',
    message: 'operatingSystem is a name that is not known, so the device may be a phone of any platform. Give the name its platform with POST /admin/v1/platform-names or "sallyport platform-name set".',
  });
  if (readDeviceVersion(facts.platform, facts.osVersion) === 'unreadable') warnings.push({
    code: 'os_version_unreadable', target: 'osVersion', message: 'osVersion is not understood: there is no number in it that is certainly the version. Every rule about versions fails.',
  });
  return warnings;
}

function unusable(type: DeviceKeyType, value: unknown): DeviceWarning[] {
  if (typeof value !== 'string' || value === '') return [];
  const { problem, nothing } = readDeviceKeys(type, value);
  const why = problem ?? nothing;
  return why === undefined ? [] : [{ code: 'unusable_key', target: type, message: `${type} ${why}: no report is matched by it.` }];
}
