import type { Migration } from './migration.ts';

const WRITTEN = ['documents', 'devices', 'postures', 'reports', 'heartbeats', 'outbox'];

/**
 * Older records of a phone are found by the one that superseded them, and those that were stored before are settled once
 * (`settle-stored-records.ts`). Breaking: an older version applies a report to one record of a phone only. On PostgreSQL it
 * may be running while this one starts, so that from here on the database itself refuses what a version writes that does not
 * know its newest breaking step; it takes that for a server that is read-only, and keeps what it is sent nowhere.
 */
export const olderRecords: Migration = {
  number: 10,
  name: 'older records',
  breaking: true,
  statements: (_, dialect) => [
    'create index devices_superseded_by on devices (superseded_by) where superseded_by is not null',
    `insert into documents (kind, id, body, created_at, modified_at, version)
     select 'upkeep', 'settle-reenrolment', '{}', 0, 0, 1 where exists (select 1 from devices)`,
    ...(dialect === 'postgres' ? REFUSAL : []),
  ],
};

const REFUSAL = [
  `create function sallyport_refuse_older() returns trigger language plpgsql as $$
   declare needed bigint;
   begin
     select max(number) into needed from schema_migrations where breaking = 1;
     if coalesce(nullif(current_setting('sallyport.schema', true), '')::bigint, 0) < needed then
       raise exception using errcode = 'read_only_sql_transaction', message = format('the database was upgraded to schema %s by a newer '
         'version of Sallyport and takes nothing from this one: stop this hub and start it with the newer version', needed);
     end if;
     return null;
   end $$`,
  ...WRITTEN.map(
    (table) => `create trigger ${table}_refuse_older before insert or update or delete on ${table}
   for each statement execute function sallyport_refuse_older()`,
  ),
];
