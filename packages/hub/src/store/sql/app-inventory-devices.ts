import { sql } from 'kysely';
import type { Platform } from '@sallyport/core';
import type { InventoryKind } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import type { CounterName } from './app-inventory-tables.ts';
import { decodeSet, encodeSet, holdsOwnApps } from './app-inventory-encoding.ts';
import { builders, isOneOf, isOneOfNumbers } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** The numbers that devices have here, and the sets that hang on them: the same for apps and for certificates. */

export interface DeviceSet {
  readonly ord: number;
  readonly deviceId: string;
  readonly platform: Platform;
  readonly change: number;
  readonly collectedAt: number;
  readonly source: string;
  readonly gone: boolean;
  readonly items: Uint8Array;
}

const TABLE = { apps: 'device_apps', certificates: 'device_certificates' } as const;
const CHANGE_COUNTER = { apps: 'appsChange', certificates: 'certificatesChange' } as const satisfies Record<
  InventoryKind,
  CounterName
>;

const NEW_DEVICES: BatchWrite = {
  kind: 'insertNew',
  table: 'inventory_devices',
  keys: { ord: 'bigint' },
  values: { device_id: 'text' },
};

/** The first of `count` numbers that nobody had before. */
export async function takeNumbers(session: WriteSession, name: CounterName, count: number): Promise<number> {
  const [row] = await session.query(
    builders[session.dialect]
      .insertInto('inventory_counters')
      .values({ name, value: count })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ value: sql<number>`inventory_counters.value + ${count}` }),
      )
      .returning('value'),
  );
  if (row === undefined) throw new Error(`The counter ${name} gave no number.`);
  return row.value - count + 1;
}

/** The numbers of devices that had an inventory before. */
export async function knownNumbers(
  session: ReadSession,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('inventory_devices')
      .selectAll()
      .where(isOneOf(session.dialect, 'device_id', deviceIds)),
  );
  return new Map(rows.map((row) => [row.device_id, row.ord]));
}

/** The numbers of those devices that exist; a device gets one when it is first spoken of. */
export async function numbersOf(
  session: WriteSession,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const existing = await session.query(
    builders[session.dialect]
      .selectFrom('devices')
      .select('id')
      .where(isOneOf(session.dialect, 'id', deviceIds)),
  );
  const known = new Map(
    await knownNumbers(
      session,
      existing.map((row) => row.id),
    ),
  );
  const unknown = new Set(existing.filter((row) => !known.has(row.id)).map((row) => row.id));
  const fresh = [...new Set(deviceIds)].filter((id) => unknown.has(id));
  if (fresh.length === 0) return known;
  const first = await takeNumbers(session, 'device', fresh.length);
  await session.write(
    NEW_DEVICES,
    fresh.map((id, i) => [first + i, id]),
  );
  for (const [i, id] of fresh.entries()) known.set(id, first + i);
  return known;
}

function sets(session: ReadSession, kind: InventoryKind) {
  return builders[session.dialect]
    .selectFrom(TABLE[kind])
    .innerJoin('inventory_devices', 'inventory_devices.ord', `${TABLE[kind]}.ord`)
    .select([
      `${TABLE[kind]}.ord as ord`,
      'device_id as deviceId',
      'platform',
      'change',
      'collected_at as collectedAt',
      'source',
      sql<boolean>`gone = 1`.as('gone'),
      'items',
    ]);
}

export async function setsOfDevices(
  session: ReadSession,
  kind: InventoryKind,
  deviceIds: readonly string[],
): Promise<readonly DeviceSet[]> {
  return (
    await session.query(
      sets(session, kind)
        .where(isOneOf(session.dialect, 'device_id', deviceIds))
        .where('gone', '=', 0),
    )
  ).map(toSet);
}

export async function setsByNumber(
  session: ReadSession,
  kind: InventoryKind,
  ords: readonly number[],
): Promise<ReadonlyMap<number, DeviceSet>> {
  const rows = await session.query(
    sets(session, kind).where(isOneOfNumbers(session.dialect, `${TABLE[kind]}.ord`, ords)),
  );
  return new Map(rows.map((row) => [row.ord, toSet(row)]));
}

/** From one device number to another, both included. */
export async function setsBetween(
  session: ReadSession,
  kind: InventoryKind,
  from: number,
  to: number,
  limit: number,
): Promise<readonly DeviceSet[]> {
  const rows = await session.query(
    sets(session, kind)
      .where(`${TABLE[kind]}.ord`, '>=', from)
      .where(`${TABLE[kind]}.ord`, '<=', to)
      .where('gone', '=', 0)
      .orderBy(`${TABLE[kind]}.ord`)
      .limit(limit),
  );
  return rows.map(toSet);
}

export async function changedSets(
  session: ReadSession,
  kind: InventoryKind,
  platform: Platform,
  after: number,
  limit: number,
): Promise<readonly DeviceSet[]> {
  const rows = await session.query(
    sets(session, kind).where('platform', '=', platform).where('change', '>', after).orderBy('change').limit(limit),
  );
  return rows.map(toSet);
}

export async function lastChange(session: ReadSession, kind: InventoryKind): Promise<number> {
  const [row] = await session.query(
    builders[session.dialect].selectFrom('inventory_counters').select('value').where('name', '=', CHANGE_COUNTER[kind]),
  );
  return row?.value ?? 0;
}

/** SQLite answers a comparison with 0 or 1. */
function toSet(row: Omit<DeviceSet, 'gone'> & { readonly gone: unknown }): DeviceSet {
  return { ...row, gone: Boolean(row.gone) };
}

export interface NewSet extends Omit<DeviceSet, 'deviceId' | 'change'> {
  /** `undefined`: it gets a new one. */
  readonly change: number | undefined;
}

const SET_VALUES = {
  platform: 'text',
  change: 'bigint',
  collected_at: 'bigint',
  source: 'text',
  gone: 'bigint',
  items: 'bytea',
} as const;
const WRITE_SETS: Readonly<Record<InventoryKind, BatchWrite>> = {
  apps: { kind: 'upsert', table: TABLE.apps, keys: { ord: 'bigint' }, values: { ...SET_VALUES, own: 'bigint' } },
  certificates: { kind: 'upsert', table: TABLE.certificates, keys: { ord: 'bigint' }, values: SET_VALUES },
};

/** Each with a new number of change unless it has one. */
export async function writeSets(session: WriteSession, kind: InventoryKind, rows: readonly NewSet[]): Promise<void> {
  const changed = rows.filter((row) => row.change === undefined).length;
  let next = changed === 0 ? 0 : await takeNumbers(session, CHANGE_COUNTER[kind], changed);
  await session.write(
    WRITE_SETS[kind],
    rows.map((row) => [
      row.ord,
      row.platform,
      row.change ?? next++,
      row.collectedAt,
      row.source,
      row.gone ? 1 : 0,
      row.items,
      ...(kind === 'apps' ? [holdsOwnApps(decodeSet(row.items)) ? 1 : 0] : []),
    ]),
  );
}

export async function touchSets(
  session: WriteSession,
  kind: InventoryKind,
  deviceIds: readonly string[],
): Promise<void> {
  if (deviceIds.length === 0) return;
  await session.lock('inventory', 'exclusive');
  await writeSets(
    session,
    kind,
    (await setsOfDevices(session, kind, deviceIds)).map((set) => ({ ...set, change: undefined })),
  );
}

const NOTHING = encodeSet([]);

/** Leaves of a set only that it was there, so that partners who were given it hear that it is gone. */
export function goneSet(set: DeviceSet): NewSet {
  return { ...set, change: undefined, source: '', gone: true, items: NOTHING };
}
