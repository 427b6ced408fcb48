import type { Signal } from '@sallyport/core';
import { parseIsoInstant } from './iso-instant.ts';
import { fingerprint, isRecord, type WireRecord } from './wire-read.ts';

/**
 * A device of a vendor's list, with the time at which we read it. Ours: the record's own time is that of the
 * last contact, and the list is the vendor's word at the moment of reading, also where an administrator
 * changed something without the device.
 */
export interface DeviceSnapshot {
  readonly takenAt: string;
  readonly device: unknown;
  /** In place of `takenAt` in the id of the report: names the reading of the whole list, also when a stop cut it in two. */
  readonly round?: number;
}

/** A device that a vendor's list held, and holds no longer: its administrator took it out of the product. */
export interface RemovedDevice {
  readonly takenAt: string;
  /** The vendor's own id of it. */
  readonly removed: string;
}

/** What it means: nothing of the vendor watches over the device any more. `undefined` for other records. */
export function removedSignal(raw: unknown, connectorId: string): Signal | undefined {
  if (!isRecord(raw) || typeof raw.takenAt !== 'string' || typeof raw.removed !== 'string' || raw.removed === '')
    return undefined;
  const observedAt = parseIsoInstant(raw.takenAt);
  if (observedAt === undefined) return undefined;
  return {
    connectorId,
    observedAt,
    reportId: `device:${raw.removed}:removed:${fingerprint(observedAt)}`,
    keys: [{ type: 'vendorDeviceId', value: raw.removed }],
    findings: [],
    state: 'deactivated',
    endsReports: `device:${raw.removed}:`,
    retires: true,
  };
}

export interface ReadSnapshot {
  readonly takenAt: number;
  readonly device: WireRecord;
  readonly round?: number | undefined;
}

/** `undefined` for a record that is no snapshot. */
export function readSnapshot(raw: unknown): ReadSnapshot | undefined {
  if (!isRecord(raw) || typeof raw.takenAt !== 'string' || !isRecord(raw.device)) return undefined;
  const takenAt = parseIsoInstant(raw.takenAt);
  if (takenAt === undefined) return undefined;
  return { takenAt, device: raw.device, ...(typeof raw.round === 'number' && { round: raw.round }) };
}

/** The id of the report: words that come back after others are another report, and the same ones in one reading of the list are not. */
export function snapshotReportId(
  id: string,
  { takenAt, round = takenAt }: ReadSnapshot,
  ...words: readonly unknown[]
): string {
  return `device:${id}:${fingerprint(words, round)}`;
}

/** What a vendor's list says of one device. */
export interface DeviceWords {
  readonly id: string;
  /** All that makes a difference, as one text. */
  readonly words: string;
  /** The phone behind the entry, by an id that another entry of the same phone would have, too; never an address of its user. */
  readonly phone?: string | undefined;
}

/** `undefined` for a record without an id. */
export type WordsOf = (device: WireRecord) => DeviceWords | undefined;
