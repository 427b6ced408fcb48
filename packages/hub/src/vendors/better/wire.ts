import { guidForm } from '../kit/device-keys.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { identifier, isRecord, word } from '../kit/wire-read.ts';

/** Tables of BETTER that tell about devices. Those of apps and of network traffic do not. */
export type Table = 'device' | 'incident';

/** A row with what is known around it. Ours: a row alone says neither its table nor when it was written. */
export interface BetterRow {
  readonly table: Table;
  readonly row: unknown;
  /** When the row was written, where that is known; ISO 8601. */
  readonly writtenAt?: string;
  /** How many rows about the same thing, of the same time, came before it: rows carry no finer time than they are written at. */
  readonly place?: number;
}

export interface ReadRow {
  readonly table: Table;
  readonly columns: Columns;
  readonly writtenAt: number | undefined;
  readonly place: number;
}

/** `undefined` for a record that is no row of ours. */
export function readRow(raw: unknown): ReadRow | undefined {
  if (!isRecord(raw) || (raw.table !== 'device' && raw.table !== 'incident') || !isRecord(raw.row)) return undefined;
  const { table, row, writtenAt, place } = raw;
  return {
    table,
    columns: columnsOf(row),
    writtenAt: typeof writtenAt === 'string' ? parseIsoInstant(writtenAt) : undefined,
    place: typeof place === 'number' && Number.isSafeInteger(place) && place >= 0 && place < 100_000 ? place : 0,
  };
}

export type Columns = ReadonlyMap<string, unknown>;

/** The columns by name in lower case, without the suffix for their type that Log Analytics adds (`_s`, `_d`, `_g`, `_t`, `_b`). */
export function columnsOf(row: WireRecord): Columns {
  const columns = new Map<string, unknown>();
  for (const [name, value] of Object.entries(row)) {
    const plain = name.toLowerCase().replace(/_[sdgtb]$/, '');
    // A column that changed its type exists twice, and one of the two is empty.
    if (value !== null && value !== undefined && value !== '' && !columns.has(plain)) columns.set(plain, value);
  }
  return columns;
}

export interface BetterDevice extends NamedDevice {
  readonly udid: string | undefined;
  readonly level: string | undefined;
  readonly deleted: string | undefined;
  readonly at: number | undefined;
}

export function readDevice(columns: Columns): BetterDevice {
  const udid = identifier(columns.get('deviceudid'));
  return {
    udid,
    ...named(udid, columns),
    level: word(columns.get('threatlevel')),
    deleted: word(columns.get('isdeleted')),
    at: instantIn(columns, 'lastreported'),
  };
}

export interface BetterIncident extends NamedDevice {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly category: string | undefined;
  readonly title: string | undefined;
  readonly severity: string | undefined;
  readonly status: string | undefined;
  readonly happenedAt: number | undefined;
  readonly at: number | undefined;
}

export function readIncident(columns: Columns): BetterIncident {
  return {
    id: identifier(columns.get('threatid')),
    ...named(identifier(columns.get('deviceudid')) ?? udidIn(columns.get('deviceid')), columns),
    type: plainText(columns.get('threattype'), 128),
    category: plainText(columns.get('threatcategory'), 128),
    title: plainText(columns.get('threattitle'), 300),
    severity: word(columns.get('threatseverity')),
    status: word(columns.get('status')),
    happenedAt: instantIn(columns, 'eventtimestamp'),
    at: instantIn(columns, 'logtimestamp') ?? instantIn(columns, 'eventtimestamp'),
  };
}

/** `DeviceId` is a number in one table and a text in another: only what looks like a UDID is taken for one. */
function udidIn(value: unknown): string | undefined {
  const text = identifier(value);
  return text !== undefined &&
    (guidForm(text) !== undefined || /^(?:[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f]{16})$/i.test(text))
    ? text
    : undefined;
}

/** Whose id it is, BETTER does not say: the device management's are tried, and it is BETTER's own in any case. */
function named(udid: string | undefined, columns: Columns): NamedDevice {
  return nameDevice(['mdmDeviceId', udid], ['vendorDeviceId', udid], ['email', columns.get('useremail')]);
}

export function instantIn(columns: Columns, name: string): number | undefined {
  const value = columns.get(name);
  return typeof value === 'string' ? parseIsoInstant(value.trim()) : undefined;
}
