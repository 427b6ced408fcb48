import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type {
  AppInventoryReader,
  AppInventoryWriter,
  DetectedAppFilter,
  DetectedAppRow,
  DeviceApps,
  StoredDeviceApps,
} from '../store.ts';
import type { ListedAppIds } from '../app-inventory.ts';
import { appOf, appRows, catalogued, Counts, DEVICES_PER_BLOCK, digestOf, entryOf } from './app-inventory-catalogue.ts';
import type { CatalogueApp } from './app-inventory-catalogue.ts';
import { pruneGone, prunedChange } from './app-inventory-gone.ts';
import { pendingApps, pendingAppsReader } from './app-inventory-pending.ts';
import type { DeviceSet, NewSet } from './app-inventory-devices.ts';
import {
  changedSets,
  goneSet,
  knownNumbers,
  lastChange,
  numbersOf,
  setsBetween,
  setsByNumber,
  setsOfDevices,
  touchSets,
  writeSets,
} from './app-inventory-devices.ts';
import type { SetEntry } from './app-inventory-encoding.ts';
import { decodeSet, encodeSet, isListed, sameButDynamic } from './app-inventory-encoding.ts';
import { appCondition, appExpression } from './app-inventory-filter.ts';
import type { AppTable } from './app-inventory-tables.ts';
import { builders, isOneOf, isOneOfNumbers } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** Sets read at once while looking for the devices of an app. */
const SETS_AT_ONCE = 512;

export function appInventoryReader(session: ReadSession): AppInventoryReader {
  const db = builders[session.dialect];
  return {
    ofDevices: async (deviceIds) => namedSets(session, await setsOfDevices(session, 'apps', deviceIds)),
    async changes(platform, after, limit) {
      const sets = await changedSets(session, 'apps', platform, after, limit);
      const named = new Map(
        (
          await namedSets(
            session,
            sets.filter((set) => !set.gone),
          )
        ).map((row) => [row.deviceId, row]),
      );
      return sets.map(({ change, deviceId }) => ({ change, deviceId, inventory: named.get(deviceId) }));
    },
    lastChange: () => lastChange(session, 'apps'),
    async query({ filter, orderBy = [], limit, offset }) {
      let page = db.selectFrom('apps').selectAll().where(listedAnd(filter));
      for (const { column, descending } of orderBy) {
        page = page.orderBy(appExpression(column), (order) =>
          descending ? order.desc().nullsLast() : order.asc().nullsFirst(),
        );
      }
      return (await session.query(page.orderBy('digest').limit(limit).offset(offset))).map(toDetectedApp);
    },
    async count(filter) {
      const [row] = await session.query(
        db
          .selectFrom('apps')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where(listedAnd(filter)),
      );
      return row?.count ?? 0;
    },
    async detected(ids) {
      return (
        await session.query(
          db
            .selectFrom('apps')
            .selectAll()
            .where(isOneOf(session.dialect, 'digest', ids))
            .where('devices', '>', 0),
        )
      ).map(toDetectedApp);
    },
    devicesWith: (appId, after, limit) => devicesWith(session, appId, after, limit),
    managedApps: (deviceId) => idsOf(session, 'device_managed_apps', deviceId),
    declaredApps: (deviceId) => idsOf(session, 'device_declared_apps', deviceId),
    ...pendingAppsReader(session),
    withOwnApps: (platform, after, limit) =>
      session.query(
        db
          .selectFrom('device_apps')
          .innerJoin('inventory_devices', 'inventory_devices.ord', 'device_apps.ord')
          .select(['device_id as deviceId', 'device_apps.ord as place'])
          .where('platform', '=', platform)
          // Not as a parameter, so that the index of these alone is used.
          .where(sql<boolean>`own = 1`)
          .where('device_apps.ord', '>', after)
          .orderBy('device_apps.ord')
          .limit(limit),
      ),
    prunedChange: (platforms) => prunedChange(session, 'apps', platforms),
  };
}

export function appInventory(session: WriteSession): AppInventoryReader & AppInventoryWriter {
  return {
    ...appInventoryReader(session),
    put: (rows) => put(session, rows),
    putManagedApps: (deviceId, appIds, collectedAt) =>
      putIds(session, 'device_managed_apps', deviceId, appIds, collectedAt),
    putDeclaredApps: (deviceId, appIds, collectedAt) =>
      putIds(session, 'device_declared_apps', deviceId, appIds, collectedAt),
    ...pendingApps(session),
    pruneGone: (prune) => pruneGone(session, 'apps', prune),
    touch: (deviceIds) => touchSets(session, 'apps', deviceIds),
    forget: (deviceIds) => forgetApps(session, deviceIds),
  };
}

type IdTable = 'device_managed_apps' | 'device_declared_apps';

async function idsOf(session: ReadSession, table: IdTable, deviceId: string): Promise<ListedAppIds | undefined> {
  const [row] = await session.query(
    builders[session.dialect]
      .selectFrom(table)
      .innerJoin('inventory_devices', 'inventory_devices.ord', `${table}.ord`)
      .select(['app_ids', 'collected_at'])
      .where('device_id', '=', deviceId),
  );
  return row && { appIds: JSON.parse(row.app_ids) as string[], collectedAt: row.collected_at };
}

async function putIds(
  session: WriteSession,
  table: IdTable,
  deviceId: string,
  appIds: readonly string[],
  collectedAt: number,
): Promise<boolean> {
  await session.lock('devices', 'shared');
  await session.lock('inventory', 'exclusive');
  const ord = (await numbersOf(session, [deviceId])).get(deviceId);
  if (ord === undefined) return false;
  const kept = await session.query(
    builders[session.dialect]
      .insertInto(table)
      .values({ ord, collected_at: collectedAt, app_ids: JSON.stringify(appIds) })
      .onConflict((conflict) =>
        conflict
          .column('ord')
          .doUpdateSet((eb) => ({ collected_at: eb.ref('excluded.collected_at'), app_ids: eb.ref('excluded.app_ids') }))
          .where(`${table}.collected_at`, '<=', collectedAt),
      )
      .returning('ord'),
  );
  return kept.length > 0;
}

/** Also called when devices are deleted. */
export async function forgetApps(session: WriteSession, deviceIds: readonly string[]): Promise<boolean> {
  if (deviceIds.length === 0) return false;
  await session.lock('inventory', 'exclusive');
  const ords = [...(await knownNumbers(session, deviceIds)).values()];
  if (ords.length === 0) return false;
  const sets = [...(await setsByNumber(session, 'apps', ords)).values()].filter((set) => !set.gone);
  const counts = new Counts();
  for (const set of sets) counts.replace(set.ord, decodeSet(set.items), []);
  await writeSets(session, 'apps', sets.map(goneSet));
  await counts.write(session);
  let found = sets.length > 0;
  for (const table of ['device_managed_apps', 'device_declared_apps', 'pending_apps'] as const) {
    const deleted = await session.query(
      builders[session.dialect]
        .deleteFrom(table)
        .where(isOneOfNumbers(session.dialect, 'ord', ords))
        .returning('ord'),
    );
    found ||= deleted.length > 0;
  }
  return found;
}

async function put(session: WriteSession, rows: readonly DeviceApps[]): Promise<readonly boolean[]> {
  if (rows.length === 0) return [];
  await session.lock('devices', 'shared');
  await session.lock('inventory', 'exclusive');
  const ords = await numbersOf(
    session,
    rows.map((row) => row.deviceId),
  );
  const before = await setsByNumber(session, 'apps', [...ords.values()]);
  const newest = newestOfEach(rows, (row) => before.get(ords.get(row.deviceId) ?? -1)?.collectedAt ?? -Infinity);
  const taken = rows.map((row) => ords.has(row.deviceId) && newest.get(row.deviceId) === row);
  const fresh = rows.filter((_, i) => taken[i]);
  const catalogue = await catalogued(
    session,
    fresh.flatMap((row) => row.apps),
  );
  const counts = new Counts();
  const sets = fresh.map((row): NewSet => {
    const ord = ords.get(row.deviceId) as number;
    const old = before.get(ord);
    const entries = entriesOf(row, catalogue);
    const oldEntries = old === undefined ? [] : decodeSet(old.items);
    counts.replace(ord, oldEntries, entries);
    const isSame =
      old !== undefined && !old.gone && old.platform === row.platform && sameButDynamic(oldEntries, entries);
    return {
      ord,
      platform: row.platform,
      collectedAt: row.collectedAt,
      source: row.source,
      gone: false,
      items: encodeSet(entries),
      change: isSame ? old.change : undefined,
    };
  });
  await writeSets(session, 'apps', sets);
  await counts.write(session);
  return taken;
}

/** The newest row of each device that is not older than what is kept of it; of two of the same time the later one. */
export function newestOfEach<Row extends { readonly deviceId: string; readonly collectedAt: number }>(
  rows: readonly Row[],
  keptAt: (row: Row) => number,
): ReadonlyMap<string, Row> {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    if (row.collectedAt >= (newest.get(row.deviceId)?.collectedAt ?? keptAt(row))) newest.set(row.deviceId, row);
  }
  return newest;
}

/** Each app once: of two entries that name the same, the last counts. */
function entriesOf(row: DeviceApps, catalogue: ReadonlyMap<string, CatalogueApp>): readonly SetEntry[] {
  const entries = new Map<number, SetEntry>();
  for (const app of row.apps) {
    const known = catalogue.get(digestOf(app));
    if (known === undefined) throw new Error('An app was not put into the catalogue.');
    entries.set(known.id, entryOf(app, known));
  }
  return [...entries.values()].sort((a, b) => a.id - b.id);
}

async function namedSets(session: ReadSession, sets: readonly DeviceSet[]): Promise<readonly StoredDeviceApps[]> {
  const decoded = sets.map((set) => decodeSet(set.items));
  const rows = await appRows(session, [...new Set(decoded.flat().map((entry) => entry.id))]);
  return sets.map(({ deviceId, platform, collectedAt, source }, i) => ({
    deviceId,
    platform,
    collectedAt,
    source,
    // An app that was dropped between the two reads is on this device no more, either.
    apps: (decoded[i] ?? []).flatMap((entry) => {
      const row = rows.get(entry.id);
      return row === undefined ? [] : [appOf(entry, row)];
    }),
  }));
}

async function devicesWith(
  session: ReadSession,
  appId: string,
  after: number,
  limit: number,
): Promise<readonly { deviceId: string; place: number }[]> {
  const db = builders[session.dialect];
  const blocks = await session.query(
    db
      .selectFrom('app_blocks')
      .innerJoin('apps', 'apps.id', 'app_blocks.app')
      .select(['app', 'block'])
      .where('digest', '=', appId)
      .where('block', '>=', Math.floor((after + 1) / DEVICES_PER_BLOCK))
      .orderBy('block'),
  );
  const found: { deviceId: string; place: number }[] = [];
  for (const { app, block } of blocks) {
    const last = (block + 1) * DEVICES_PER_BLOCK - 1;
    let from = Math.max(after + 1, block * DEVICES_PER_BLOCK);
    while (from <= last && found.length < limit) {
      const sets = await setsBetween(session, 'apps', from, last, SETS_AT_ONCE);
      found.push(...sets.filter((set) => lists(set, app)).map((set) => ({ deviceId: set.deviceId, place: set.ord })));
      from = sets.length < SETS_AT_ONCE ? last + 1 : (sets.at(-1)?.ord ?? last) + 1;
    }
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

function lists(set: DeviceSet, app: number): boolean {
  return decodeSet(set.items).some((entry) => entry.id === app && isListed(entry.traits));
}

function listedAnd(filter: DetectedAppFilter | undefined) {
  return filter === undefined ? sql<boolean>`devices > 0` : sql<boolean>`devices > 0 and ${appCondition(filter)}`;
}

function toDetectedApp(row: Selectable<AppTable>): DetectedAppRow {
  return {
    id: row.digest,
    platform: row.platform,
    appId: row.app_id,
    displayName: row.name,
    version: row.short_version ?? row.version,
    publisher: row.publisher,
    sizeInByte: row.bundle_size ?? 0,
    deviceCount: row.devices,
  };
}
