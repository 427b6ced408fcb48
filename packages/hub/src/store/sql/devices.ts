import { sql } from 'kysely';
import type { Compilable } from 'kysely';
import type { DeviceKey, DeviceKeyType } from '@sallyport/core';
import { SUPERSEDED_BY } from '../store.ts';
import type {
  DeviceColumn,
  DeviceFilter,
  DevicePosition,
  DeviceQuery,
  DeviceReader,
  DeviceRow,
  DeviceWriter,
} from '../store.ts';
import { dropUnusedNumbers } from './app-inventory-gone.ts';
import { forgetApps } from './app-inventory.ts';
import { lastOfEach } from './batch-write.ts';
import type { BatchWrite, SqlValue } from './batch-write.ts';
import { forgetCertificates } from './certificate-inventory.ts';
import { conditionOf, expressionOf, isAfter } from './device-filter.ts';
import { foldKey, foldText } from './fold.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { factsOf, instantOf, snapshot, textOf } from './snapshot.ts';
import { COLUMN_OF } from './tables.ts';

const COLUMNS = Object.entries(COLUMN_OF) as [DeviceColumn, (typeof COLUMN_OF)[DeviceColumn]][];

const PUT_DEVICES: BatchWrite = {
  kind: 'upsert',
  table: 'devices',
  keys: { id: 'text' },
  values: {
    facts: 'text',
    superseded_by: 'text',
    ...Object.fromEntries(COLUMNS.map(([, { name, type }]) => [name, type === 'time' ? 'bigint' : 'text'])),
  },
};

const PUT_RESOURCES: BatchWrite = {
  kind: 'upsert',
  table: 'device_resources',
  keys: { device_id: 'text' },
  values: { resource: 'text', created_at: 'bigint', modified_at: 'bigint' },
};

/** The columns that each kind of key is found by. Keys of other kinds name nothing that this table knows. */
const COLUMNS_OF_KEY = {
  managedDeviceId: ['id'],
  entraDeviceId: [COLUMN_OF.azureADDeviceId.name],
  serialNumber: [COLUMN_OF.serialNumber.name],
  imei: [COLUMN_OF.imei.name],
  udid: [COLUMN_OF.udid.name],
  easDeviceId: [COLUMN_OF.easDeviceId.name],
  email: [COLUMN_OF.userPrincipalName.name, COLUMN_OF.emailAddress.name],
} as const satisfies Partial<Record<DeviceKeyType, readonly string[]>>;

type KeyColumn = (typeof COLUMN_OF)['serialNumber' | 'udid' | 'imei']['name'];

const isFindable = (type: DeviceKeyType): type is keyof typeof COLUMNS_OF_KEY => Object.hasOwn(COLUMNS_OF_KEY, type);

export function deviceReader(session: ReadSession): DeviceReader {
  return {
    get: (ids) => devicesOf(session, ids),
    async query(query) {
      // First who, then what: sorting a fleet is quick while its documents stay where they are.
      const ids = (await session.query(idsOf(session, query))).map((row) => row.id);
      const byId = new Map((await devicesOf(session, ids)).map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    positionOf: (id, orderBy) => positionOf(session, id, orderBy),
    count: (filter) => count(session, filter),
    findByKeys: (keys) => findByKeys(session, keys, NAMED),
    carriersOf: (keys) => findByKeys(session, keys, CARRYING),
    sharedKeys: (type, after, least, most, limit) =>
      sharedKeys(session, COLUMN_OF[type].name, after, least, most, limit),
    olderRecordsOf: (ids) => olderRecordsOf(session, ids),
    snapshot: () => snapshot(session),
  };
}

export function devices(session: WriteSession): DeviceReader & DeviceWriter {
  const db = builders[session.dialect];
  return {
    ...deviceReader(session),
    hold: () => session.lock('devices', 'exclusive'),
    async findByKeys(keys) {
      await session.lock('devices', 'shared');
      return await findByKeys(session, keys, NAMED);
    },
    async put(rows) {
      await session.lock('devices', 'exclusive');
      await session.write(PUT_DEVICES, lastOfEach(rows.map(columnsOf), 1));
      const resources = rows.map((row) => [row.id, JSON.stringify(row.resource), row.createdAt, row.modifiedAt]);
      await session.write(PUT_RESOURCES, lastOfEach(resources, 1));
    },
    async delete(ids) {
      await session.lock('devices', 'exclusive');
      await forgetApps(session, ids);
      await forgetCertificates(session, ids);
      const gone = await session.query(
        db
          .deleteFrom('devices')
          .where(isOneOf(session.dialect, 'id', ids))
          .returning('id'),
      );
      await dropUnusedNumbers(session, isOneOf(session.dialect, 'device_id', ids));
      return gone.length;
    },
  };
}

async function devicesOf(session: ReadSession, ids: readonly string[]): Promise<readonly DeviceRow[]> {
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('device_resources')
      .selectAll()
      .where(isOneOf(session.dialect, 'device_id', ids)),
  );
  return rows.map(toDevice);
}

async function positionOf(
  session: ReadSession,
  id: string,
  orderBy: NonNullable<DeviceQuery['orderBy']>,
): Promise<DevicePosition | undefined> {
  const values = orderBy.map(({ column }, index) => expressionOf(column).as(`v${index}`));
  const [row] = (await session.query(
    builders[session.dialect]
      .selectFrom('devices')
      .leftJoin('postures', 'postures.device_id', 'devices.id')
      .select(['devices.id', ...values])
      .where('devices.id', '=', id),
  )) as readonly Readonly<Record<string, string | number | null>>[];
  return row && { id, values: orderBy.map((_, index) => row[`v${index}`] ?? null) };
}

function idsOf(
  session: ReadSession,
  { filter, orderBy = [], after, limit, offset }: DeviceQuery,
): Compilable<{ id: string }> {
  let page = builders[session.dialect]
    .selectFrom('devices')
    .leftJoin('postures', 'postures.device_id', 'devices.id')
    .select('devices.id');
  if (filter) page = page.where(conditionOf(filter));
  if (after) page = page.where(isAfter(after, orderBy));
  for (const { column, descending } of orderBy) {
    // Null is lower than everything, in both databases.
    page = page.orderBy(expressionOf(column), (order) =>
      descending ? order.desc().nullsLast() : order.asc().nullsFirst(),
    );
  }
  return page.orderBy('devices.id').limit(limit).offset(offset);
}

async function count(session: ReadSession, filter: DeviceFilter | undefined): Promise<number> {
  let query = builders[session.dialect].selectFrom('devices').select((eb) => eb.fn.countAll<number>().as('count'));
  if (filter) query = query.leftJoin('postures', 'postures.device_id', 'devices.id').where(conditionOf(filter));
  return (await session.query(query))[0]?.count ?? 0;
}

/** The record that a key of one names, and the one that carries it. */
const NAMED = sql<string>`coalesce(superseded_by, id)`;
const CARRYING = sql<string>`id`;

async function findByKeys(
  session: ReadSession,
  keys: readonly DeviceKey[],
  named: typeof NAMED,
): Promise<readonly (readonly string[])[]> {
  const found = new Map<string, Set<string>>();
  const query = lookup(session, keys, named);
  for (const { type, key, id } of query ? await session.query(query) : []) {
    const name = `${type} ${key}`;
    const ids = found.get(name);
    if (ids) ids.add(id);
    else found.set(name, new Set([id]));
  }
  return keys.map(({ type, value }) => [...(found.get(`${type} ${foldKey(value, type)}`) ?? [])]);
}

async function sharedKeys(
  session: ReadSession,
  column: KeyColumn,
  after: string,
  least: number,
  most: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('devices')
      .select(sql<string>`${sql.ref(column)}`.as('key'))
      .where(column, '>', after)
      .groupBy(column)
      .having((eb) => eb.between(eb.fn.countAll<number>(), least, most))
      .orderBy(column)
      .limit(limit),
  );
  return rows.map(({ key }) => key);
}

async function olderRecordsOf(session: ReadSession, ids: readonly string[]): Promise<readonly (readonly string[])[]> {
  if (ids.length === 0) return [];
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('devices')
      .select(['id', 'superseded_by'])
      .where(isOneOf(session.dialect, 'superseded_by', ids))
      .orderBy('id'),
  );
  const older = Map.groupBy(rows, ({ superseded_by: successor }) => successor);
  return ids.map((id) => older.get(id)?.map((row) => row.id) ?? []);
}

/** One query for all keys: each kind in its own index. */
function lookup(
  session: ReadSession,
  keys: readonly DeviceKey[],
  named: typeof NAMED,
): Compilable<{ type: string; key: string; id: string }> | undefined {
  const byType = new Map<keyof typeof COLUMNS_OF_KEY, Set<string>>();
  for (const { type, value } of keys) {
    const key = foldKey(value, type);
    if (key === null || !isFindable(type)) continue;
    byType.set(type, (byType.get(type) ?? new Set()).add(key));
  }
  const lookups = [...byType].flatMap(([type, values]) =>
    COLUMNS_OF_KEY[type].map((column) =>
      builders[session.dialect]
        .selectFrom('devices')
        .select([sql<string>`${sql.lit(type)}`.as('type'), sql<string>`${sql.ref(column)}`.as('key'), named.as('id')])
        .where(isOneOf(session.dialect, column, [...values])),
    ),
  );
  const [first, ...others] = lookups;
  return first && others.reduce((all, one) => all.unionAll(one), first).orderBy('id');
}

function columnsOf(row: DeviceRow): readonly SqlValue[] {
  const values = COLUMNS.map(([property, { type }]) => {
    if (type === 'time') return instantOf(row.resource[property]);
    const text = textOf(row.resource[property]);
    if (text === null) return null;
    return type === 'key' ? foldKey(text, property) : foldText(text);
  });
  return [row.id, factsOf(row), textOf(row.resource[SUPERSEDED_BY]), ...values];
}

function toDevice(row: { device_id: string; resource: string; created_at: number; modified_at: number }): DeviceRow {
  return {
    id: row.device_id,
    resource: JSON.parse(row.resource) as Record<string, unknown>,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
