import type { Signal } from '@sallyport/core';
import { parseIsoInstant } from './iso-instant.ts';
import type { Feed } from './vendor.ts';
import { fingerprint, isRecord, type WireRecord } from './wire-read.ts';

/**
 * A device of a vendor's list, with the time at which we read it. Ours: the record's own time is that of the
 * last contact, and the list is the vendor's word at the moment of reading, also where an administrator
 * changed something without the device.
 */
export interface DeviceSnapshot {
  readonly takenAt: string;
  readonly device: unknown;
  /** The words differ from those that the list had before, as far as this process knows. */
  readonly changed?: true;
  /** In place of `takenAt` in the id of the report: that of the reading of the whole list, also when a stop cut it in two. */
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
  if (!isRecord(raw) || typeof raw.takenAt !== 'string' || typeof raw.removed !== 'string' || raw.removed === '') return undefined;
  const observedAt = parseIsoInstant(raw.takenAt);
  if (observedAt === undefined) return undefined;
  return {
    connectorId, observedAt, reportId: `device:${raw.removed}:removed:${fingerprint(observedAt)}`,
    keys: [{ type: 'vendorDeviceId', value: raw.removed }], findings: [], state: 'deactivated', endsReports: `device:${raw.removed}:`,
  };
}

export interface ReadSnapshot {
  readonly takenAt: number;
  readonly device: WireRecord;
  readonly changed: boolean;
  readonly round?: number | undefined;
}

/** `undefined` for a record that is no snapshot. */
export function readSnapshot(raw: unknown): ReadSnapshot | undefined {
  if (!isRecord(raw) || typeof raw.takenAt !== 'string' || !isRecord(raw.device)) return undefined;
  const takenAt = parseIsoInstant(raw.takenAt);
  if (takenAt === undefined) return undefined;
  return { takenAt, device: raw.device, changed: raw.changed === true, ...(typeof raw.round === 'number' && { round: raw.round }) };
}

/**
 * The id of the report. The same words read again are the same report, also by another process. Words that
 * came back after others are another report: the time of reading makes it so, or that of the whole list.
 */
export function snapshotReportId(id: string, { takenAt, changed, round = takenAt }: ReadSnapshot, ...words: readonly unknown[]): string {
  return `device:${id}:${fingerprint(words, changed ? round : null)}`;
}

/** The device and what the list says of it, as one text; `undefined` for a record without an id. */
export type WordsOf = (device: WireRecord) => { readonly id: string; readonly words: string } | undefined;

/** Hands the devices of a list on as snapshots, and remembers what was said of each. */
export class DeviceList {
  readonly #wordsOf: WordsOf;
  /** By device id. About 100 bytes each: the words of most devices are the same text. */
  readonly #told = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  constructor(wordsOf: WordsOf) {
    this.#wordsOf = wordsOf;
  }

  /**
   * Resolves once everything is durable. `anew`: words that this process has not heard before count as changed,
   * because they mean something else than they did.
   */
  async tell(feed: Feed, devices: readonly unknown[], takenAt: number, anew = false): Promise<void> {
    const time = new Date(takenAt).toISOString();
    const heard: { readonly id: string; readonly words: string }[] = [];
    const snapshots = devices.map((device): DeviceSnapshot => {
      const told = isRecord(device) ? this.#wordsOf(device) : undefined;
      if (told === undefined) return { takenAt: time, device };
      heard.push(told);
      const before = this.#told.get(told.id);
      const changed = before === undefined ? anew : before !== told.words;
      return { takenAt: time, device, ...(changed && { changed: true as const }) };
    });
    await feed.take(snapshots);
    for (const { id, words } of heard) this.#told.set(id, this.#shared(words));
  }

  #shared(words: string): string {
    const known = this.#texts.get(words);
    if (known !== undefined) return known;
    this.#texts.set(words, words);
    return words;
  }
}
