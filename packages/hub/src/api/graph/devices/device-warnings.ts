import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { readDeviceVersion, type DeviceFacts, type DeviceKeyType } from '@sallyport/core';
import { phoneKeysOf, successorIn } from '../../../pipeline/settle-reenrolment.ts';
import type { DeviceReader, DeviceRow } from '../../../store/store.ts';
import { readDeviceKeys } from '../../../vendors/kit/device-keys.ts';

/** What a device was stored with and cannot be used: it is no error, and somebody has to see it. */
export interface DeviceWarning {
  readonly code: 'system_unknown' | 'os_version_unreadable' | 'unusable_key' | 'key_shared' | 'superseded';
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
  if (facts.systemUnknown === true)
    warnings.unshift({
      code: 'system_unknown',
      target: 'operatingSystem',
      message:
        'operatingSystem is a name that is not known, so the device may be a phone of any platform. Give the name its platform with POST /admin/v1/platform-names or "sallyport platform-name set".',
    });
  if (readDeviceVersion(facts.platform, facts.osVersion) === 'unreadable')
    warnings.push({
      code: 'os_version_unreadable',
      target: 'osVersion',
      message:
        'osVersion is not understood: there is no number in it that is certainly the version. Every rule about versions fails.',
    });
  return warnings;
}

/** Most devices that a warning names. */
const MAX_NAMED = 5;

/** What of a stored device makes reports ambiguous, or about another record: other live devices with one of its keys, and a newer enrolment. */
export async function recordWarnings(
  devices: Pick<DeviceReader, 'findByKeys'>,
  row: DeviceRow,
): Promise<readonly DeviceWarning[]> {
  const successor = successorIn(row);
  if (successor !== undefined)
    return [
      {
        code: 'superseded',
        target: 'enrolledDateTime',
        message: `The phone was enrolled again as ${successor} since the last contact of this device: reports about it are about that one. "sallyport device reinstate" undoes it where they are two phones.`,
      },
    ];
  const keys = phoneKeysOf(row);
  const found = keys.length === 0 ? [] : await devices.findByKeys(keys);
  return keys.flatMap(({ type }, i) => {
    const others = (found[i] ?? []).filter((id) => id !== row.id);
    return others.length === 0 ? [] : [shared(type, others)];
  });
}

function shared(type: DeviceKeyType, others: readonly string[]): DeviceWarning {
  const named = others.slice(0, MAX_NAMED).join(', ');
  return {
    code: 'key_shared',
    target: type,
    message: `${type} is that of ${others.length === 1 ? 'another live device' : `${others.length} other live devices`}, too: ${named}${others.length > MAX_NAMED ? ', ...' : ''}. A report that names no more than this is about none of them for certain: bad news is held against each. Remove the records that are not in use.`,
  };
}

function unusable(type: DeviceKeyType, value: unknown): DeviceWarning[] {
  if (typeof value !== 'string' || value === '') return [];
  const { problem, nothing } = readDeviceKeys(type, value);
  const why = problem ?? nothing;
  return why === undefined
    ? []
    : [{ code: 'unusable_key', target: type, message: `${type} ${why}: no report is matched by it.` }];
}
