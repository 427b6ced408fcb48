import type { DeviceFacts } from '@sallyport/core';
import { toDeviceFacts } from '../documents/device-facts.ts';
import type { DeviceRow, DeviceSnapshotRow, PostureRow } from '../store/store.ts';

export function snapshotRow(row: DeviceRow, posture: PostureRow | null): DeviceSnapshotRow {
  const { facts, entraDeviceId, easDeviceId } = identified(row.resource);
  return {
    id: row.id,
    operatingSystem: facts.operatingSystem,
    osVersion: facts.osVersion,
    azureADDeviceId: entraDeviceId,
    easDeviceId,
    serialNumber: null,
    androidManagement: facts.androidManagement ?? null,
    strict: facts.strict === true || undefined,
    supersededBy: facts.supersededBy,
    userId: facts.userId ?? null,
    lastSyncAt: facts.lastSyncAt,
    enrolledAt: facts.enrolledAt,
    posture,
  };
}

/** A device with the ids that doors know it by, in small letters. */
export type Identified = {
  readonly facts: DeviceFacts;
  readonly entraDeviceId: string | null;
  readonly easDeviceId: string | null;
};

export function identified(resource: Readonly<Record<string, unknown>>): Identified {
  const text = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' ? value.toLowerCase() : null;
  return {
    facts: toDeviceFacts(resource),
    entraDeviceId: text(resource.azureADDeviceId),
    easDeviceId: text(resource.easDeviceId),
  };
}
