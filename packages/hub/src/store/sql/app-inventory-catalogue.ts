import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { KeptApp, StoredApp } from '../store.ts';
import type { SetEntry } from './app-inventory-encoding.ts';
import { isListed, traitsFrom, traitsOf } from './app-inventory-encoding.ts';
import { takeNumbers } from './app-inventory-devices.ts';
import type { AppTable } from './app-inventory-tables.ts';
import type { BatchWrite } from './batch-write.ts';
import { foldText } from './fold.ts';
import { builders, isOneOf, isOneOfNumbers, numberRows } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** What each app is called, kept once for all devices. */

/** How many devices share a block. Looking for the devices of a rare app reads one block of sets, some 7 MB. */
export const DEVICES_PER_BLOCK = 4096;

const NEW_APPS: BatchWrite = {
  kind: 'insertNew',
  table: 'apps',
  keys: { id: 'bigint' },
  values: {
    digest: 'text',
    platform: 'text',
    app_id: 'text',
    name: 'text',
    version: 'text',
    short_version: 'text',
    publisher: 'text',
    bundle_size: 'bigint',
    folded_name: 'text',
    folded_version: 'text',
    folded_publisher: 'text',
    uses: 'bigint',
    devices: 'bigint',
  },
};

export interface CatalogueApp {
  readonly id: number;
  readonly bundleSize: number | null;
}

/** The apps' rows by `digestOf`; those that nobody had before are added. */
export async function catalogued(
  session: WriteSession,
  apps: readonly KeptApp[],
): Promise<ReadonlyMap<string, CatalogueApp>> {
  const wanted = new Map(apps.map((app) => [digestOf(app), app]));
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('apps')
      .select(['id', 'digest', 'bundle_size'])
      .where(isOneOf(session.dialect, 'digest', [...wanted.keys()])),
  );
  const found = new Map(rows.map((row) => [row.digest, { id: row.id, bundleSize: row.bundle_size }]));
  const fresh = [...wanted].filter(([digest]) => !found.has(digest));
  if (fresh.length === 0) return found;
  const first = await takeNumbers(session, 'app', fresh.length);
  await session.write(
    NEW_APPS,
    fresh.map(([digest, app], i) => newRow(first + i, digest, app)),
  );
  for (const [i, [digest, app]] of fresh.entries())
    found.set(digest, { id: first + i, bundleSize: app.bundleSize ?? null });
  return found;
}

function newRow(id: number, digest: string, app: KeptApp): readonly (string | number | null)[] {
  const {
    appPlatform,
    appId = null,
    name = null,
    version = null,
    shortVersion = null,
    publisher = null,
    bundleSize = null,
  } = app;
  const shown = shortVersion ?? version;
  return [
    id,
    digest,
    appPlatform,
    appId,
    name,
    version,
    shortVersion,
    publisher,
    bundleSize,
    name === null ? null : foldText(name),
    shown === null ? null : foldText(shown),
    publisher === null ? null : foldText(publisher),
    0,
    0,
  ];
}

/** All that tells one app from another, as 128 bits in hexadecimal digits. */
export function digestOf({ appPlatform, appId, name, version, shortVersion, publisher }: KeptApp): string {
  const identity = JSON.stringify([
    appPlatform,
    appId ?? null,
    name ?? null,
    version ?? null,
    shortVersion ?? null,
    publisher ?? null,
  ]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

export function entryOf(app: KeptApp, row: CatalogueApp): SetEntry {
  const size = app.bundleSize ?? null;
  return {
    id: row.id,
    traits: traitsOf(app, app.listed),
    bundle: size === row.bundleSize ? 0 : size === null ? 1 : size + 2,
    dynamic: app.dynamicSize === undefined ? 0 : app.dynamicSize + 1,
  };
}

export async function appRows(
  session: ReadSession,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Selectable<AppTable>>> {
  if (ids.length === 0) return new Map();
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('apps')
      .selectAll()
      .where(isOneOfNumbers(session.dialect, 'id', ids)),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The app behind an entry of a device's set. */
export function appOf({ traits, bundle, dynamic }: SetEntry, row: Selectable<AppTable>): StoredApp {
  const bundleSize = bundle === 0 ? row.bundle_size : bundle === 1 ? null : bundle - 2;
  return {
    id: row.digest,
    appPlatform: row.platform,
    listed: isListed(traits),
    ...told('appId', row.app_id),
    ...told('version', row.version),
    ...told('shortVersion', row.short_version),
    ...told('name', row.name),
    ...told('publisher', row.publisher),
    ...told('bundleSize', bundleSize),
    ...(dynamic === 0 ? {} : { dynamicSize: dynamic - 1 }),
    ...traitsFrom(traits),
  };
}

function told<Name extends string, Value>(name: Name, value: Value | null): { [N in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { [N in Name]?: Value });
}

/** Sums up how often apps come and go in a batch, so that each row is touched once. */
export class Counts {
  readonly #uses = new Map<number, number>();
  readonly #devices = new Map<number, number>();
  /** By app and block, as `app block`. */
  readonly #blocks = new Map<string, number>();

  replace(ord: number, before: readonly SetEntry[], after: readonly SetEntry[]): void {
    const block = Math.floor(ord / DEVICES_PER_BLOCK);
    for (const entry of before) this.#count(entry, block, -1);
    for (const entry of after) this.#count(entry, block, 1);
  }

  #count({ id, traits }: SetEntry, block: number, by: 1 | -1): void {
    add(this.#uses, id, by);
    if (!isListed(traits)) return;
    add(this.#devices, id, by);
    add(this.#blocks, `${id} ${block}`, by);
  }

  async write(session: WriteSession): Promise<void> {
    const ids = [...new Set([...this.#uses.keys(), ...this.#devices.keys()])];
    const apps = ids
      .map((id) => [id, this.#uses.get(id) ?? 0, this.#devices.get(id) ?? 0])
      .filter(([, uses, devices]) => uses !== 0 || devices !== 0);
    const blocks = [...this.#blocks]
      .filter(([, by]) => by !== 0)
      .map(([key, by]) => [...key.split(' ').map(Number), by]);
    if (apps.length > 0) await this.#writeApps(session, apps);
    if (blocks.length > 0) await this.#writeBlocks(session, blocks);
  }

  async #writeApps(session: WriteSession, rows: readonly (readonly number[])[]): Promise<void> {
    const from = numberRows(session.dialect, ['app', 'more_uses', 'more_devices'], rows);
    await session.execute(
      statement(
        session,
        sql`update apps set uses = uses + v.more_uses, devices = devices + v.more_devices from ${from} where apps.id = v.app`,
      ),
    );
    const fewer = rows.filter(([, uses = 0]) => uses < 0).map(([id = 0]) => id);
    if (fewer.length === 0) return;
    await session.execute(
      builders[session.dialect]
        .deleteFrom('apps')
        .where(isOneOfNumbers(session.dialect, 'id', fewer))
        .where('uses', '<=', 0),
    );
  }

  async #writeBlocks(session: WriteSession, rows: readonly (readonly number[])[]): Promise<void> {
    const columns = ['app', 'block', 'devices'];
    const from = numberRows(session.dialect, columns, rows);
    // "where true" tells SQLite that "on conflict" belongs to the insert and not to a join.
    await session.execute(
      statement(
        session,
        sql`insert into app_blocks (app, block, devices) select v.app, v.block, v.devices from ${from} where true
      on conflict (app, block) do update set devices = app_blocks.devices + excluded.devices`,
      ),
    );
    const fewer = rows.filter(([, , by = 0]) => by < 0);
    if (fewer.length === 0) return;
    await session.execute(
      statement(
        session,
        sql`delete from app_blocks where devices <= 0
      and (app, block) in (select v.app, v.block from ${numberRows(session.dialect, columns, fewer)})`,
      ),
    );
  }
}

function add<Key>(map: Map<Key, number>, key: Key, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}

function statement(
  session: WriteSession,
  text: ReturnType<typeof sql>,
): { compile(): ReturnType<ReturnType<typeof sql>['compile']> } {
  return { compile: () => text.compile(builders[session.dialect]) };
}
