import { androidManagementOf, type DeviceFacts } from '@sallyport/core';
import { STRICT, SUPERSEDED_BY } from '../store/store.ts';
import { systemFacts } from './system-facts.ts';

/** A stored `managedDevice` as rules see it. One that never said when it was last in contact counts as inactive. */
export function toDeviceFacts(resource: Readonly<Record<string, unknown>>): DeviceFacts {
  const operatingSystem = text(resource.operatingSystem) ?? '';
  return {
    id: String(resource.id),
    ...systemFacts(operatingSystem, resource[STRICT] === true),
    androidManagement: androidManagementOf(resource),
    supersededBy: text(resource[SUPERSEDED_BY]),
    osVersion: text(resource.osVersion) ?? '',
    userId: text(resource.userId),
    lastSyncAt: time(resource.lastSyncDateTime),
    enrolledAt: time(resource.enrolledDateTime),
  };
}

/** `undefined` for the empty text too: Graph's tools send it where they mean "not set". */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function time(value: unknown): number {
  const at = Date.parse(text(value) ?? '');
  return Number.isNaN(at) ? 0 : at;
}
