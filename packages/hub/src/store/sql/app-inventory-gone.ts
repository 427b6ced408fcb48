import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Platform } from '@sallyport/core';
import type { InventoryKind, PruneGone } from '../store.ts';
import type { PrunedCounter } from './app-inventory-tables.ts';
import { builders, isOneOf, isOneOfNumbers } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** Forgetting what was removed, once nobody needs to hear of it any more. */

/** Removals that one `pruneGone` takes, so that it never holds the database for long. */
const PRUNED_AT_ONCE = 200;

const counterOf = (kind: InventoryKind, platform: Platform): PrunedCounter => `${kind}Pruned/${platform}`;

export async function prunedChange(
  session: ReadSession,
  kind: InventoryKind,
  platforms: readonly Platform[],
): Promise<number> {
  const names = platforms.map((platform) => counterOf(kind, platform));
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('inventory_counters')
      .select('value')
      .where(isOneOf(session.dialect, 'name', names)),
  );
  return Math.max(0, ...rows.map((row) => row.value));
}

export async function pruneGone(
  session: WriteSession,
  kind: InventoryKind,
  { upTo, disclosedBefore }: PruneGone,
): Promise<number> {
  await session.lock('devices', 'shared');
  await session.lock('inventory', 'exclusive');
  const db = builders[session.dialect];
  const table = `device_${kind}` as const;
  const oldest = db
    .selectFrom(table)
    .select('ord')
    .where(sql<boolean>`gone = 1`)
    .where('change', '<=', upTo)
    .orderBy('change')
    .limit(PRUNED_AT_ONCE);
  const gone = await session.query(
    db.deleteFrom(table).where('ord', 'in', oldest).returning(['ord', 'platform', 'change']),
  );
  if (gone.length === 0) return 0;
  for (const [platform, rows] of Map.groupBy(gone, (row) => row.platform)) {
    await raiseCounter(session, counterOf(kind, platform), Math.max(...rows.map((row) => row.change)));
  }
  const ofThese = isOneOfNumbers(
    session.dialect,
    'ord',
    gone.map((row) => row.ord),
  );
  if (disclosedBefore !== undefined) {
    await session.execute(
      db
        .deleteFrom('disclosed_devices')
        .where(ofThese)
        .where('kind', '=', kind)
        .where('last_at', '<', disclosedBefore)
        .where(isDeviceGone('disclosed_devices')),
    );
  }
  await dropUnusedNumbers(session, ofThese);
  return gone.length;
}

async function raiseCounter(session: WriteSession, name: PrunedCounter, value: number): Promise<void> {
  await session.execute(
    builders[session.dialect]
      .insertInto('inventory_counters')
      .values({ name, value })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((eb) => ({ value: eb.ref('excluded.value') }))
          .where('inventory_counters.value', '<', value),
      ),
  );
}

/** Whether the device behind the number in a row of `table` exists no more. */
export function isDeviceGone(table: string): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from inventory_devices as i join devices as d on d.id = i.device_id where i.ord = ${sql.ref(`${table}.ord`)})`;
}

/** Deletes those of the numbers of devices that nothing is kept under any more: no device, no inventory, no removal, no hand-over. */
export async function dropUnusedNumbers(session: WriteSession, ofThese: RawBuilder<boolean>): Promise<void> {
  const unnamed = ['device_apps', 'device_certificates', 'disclosed_devices'].map(
    (table) => sql<boolean>`not exists (select 1 from ${sql.table(table)} as t where t.ord = inventory_devices.ord)`,
  );
  await session.execute(
    builders[session.dialect]
      .deleteFrom('inventory_devices')
      .where(ofThese)
      .where(sql<boolean>`not exists (select 1 from devices where devices.id = inventory_devices.device_id)`)
      .where(sql<boolean>`${sql.join(unnamed, sql` and `)}`),
  );
}
