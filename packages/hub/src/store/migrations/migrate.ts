import { CompiledQuery } from 'kysely';
import type { Compilable } from 'kysely';
import { systemClock } from '../../platform/clock.ts';
import { builders } from '../sql/session.ts';
import type { WriteSession } from '../sql/session.ts';
import { first } from './0001-first.ts';
import { vendorDevices } from './0002-vendor-devices.ts';
import { appInventory } from './0003-app-inventory.ts';
import { findingsAndHistory } from './0004-findings.ts';
import { inventoryUpkeep } from './0005-inventory-upkeep.ts';
import { disclosuresByTime } from './0006-disclosures-by-time.ts';
import { silentPartnersIgnored } from './0007-silent-partners-ignored.ts';
import { declaredApps } from './0008-declared-apps.ts';
import { supersededDevices } from './0009-superseded-devices.ts';
import { olderRecords } from './0010-older-records.ts';
import { WORDS } from './migration.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  first,
  vendorDevices,
  appInventory,
  findingsAndHistory,
  inventoryUpkeep,
  disclosuresByTime,
  silentPartnersIgnored,
  declaredApps,
  supersededDevices,
  olderRecords,
];

/** The newest step that this version knows. */
export const SCHEMA = MIGRATIONS.length;

/** Runs `work` in one durable transaction; undoes it and passes on the error when `work` throws. */
export type InTransaction = <T>(work: (session: WriteSession) => Promise<T>) => Promise<T>;

/** The database has no schema, and one was expected. Which database, the caller knows. */
export class NoSchema extends Error {}

/**
 * Brings a database to the newest schema. Each step is one transaction that first claims its number, so that
 * of two hubs that start together one does the work and the other finds it done.
 *
 * @throws when the database has been through a breaking step that `known` does not have.
 * @throws NoSchema when it has been through none and may not be new
 */
export async function migrate(
  inTransaction: InTransaction,
  known: readonly Migration[] = MIGRATIONS,
  mayBeNew = true,
): Promise<void> {
  await inTransaction(async (session) => {
    await session.lock('schema', 'exclusive');
    await session.execute(statement(createOwnTable(session)));
    if (!mayBeNew) await refuseNew(session);
    await refuseNewer(session, known);
  });
  for (const migration of known) await inTransaction((session) => apply(session, migration));
}

function createOwnTable({ dialect }: WriteSession): string {
  const { text, integer } = WORDS[dialect];
  return `create table if not exists schema_migrations (
    number ${integer} primary key, name ${text} not null, breaking ${integer} not null, applied_at ${integer} not null
  )`;
}

async function refuseNew(session: WriteSession): Promise<void> {
  const [step] = await session.query(
    builders[session.dialect].selectFrom('schema_migrations').select('number').limit(1),
  );
  if (step === undefined) throw new NoSchema();
}

async function refuseNewer(session: WriteSession, known: readonly Migration[]): Promise<void> {
  const newest = known.at(-1)?.number ?? 0;
  const [newer] = await session.query(
    builders[session.dialect]
      .selectFrom('schema_migrations')
      .selectAll()
      .where('number', '>', newest)
      .where('breaking', '=', 1)
      .orderBy('number', 'desc')
      .limit(1),
  );
  if (newer) {
    throw new Error(
      `The database was changed by a newer version of Sallyport (schema ${newer.number}, "${newer.name}"); ` +
        `this version knows schema ${newest}. Start the newer version, or restore a backup from before the upgrade.`,
    );
  }
}

async function apply(session: WriteSession, { number, name, breaking, statements }: Migration): Promise<void> {
  await session.lock('schema', 'exclusive');
  const claimed = await session.query(
    builders[session.dialect]
      .insertInto('schema_migrations')
      .values({ number, name, breaking: breaking ? 1 : 0, applied_at: systemClock.now() })
      .onConflict((conflict) => conflict.column('number').doNothing())
      .returning('number'),
  );
  if (claimed.length === 0) return;
  for (const text of statements(WORDS[session.dialect], session.dialect)) await session.execute(statement(text));
}

function statement(text: string): Compilable {
  return { compile: () => CompiledQuery.raw(text) };
}
