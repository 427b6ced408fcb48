import type { Migration } from './migration.ts';

/**
 * Finds by index what of the inventories has to go: users' own apps that nobody may see any more, removals that
 * every partner has heard of, and apps that waited for the list of managed ones in vain.
 */
export const inventoryUpkeep: Migration = {
  number: 5,
  name: 'inventory upkeep',
  breaking: false,
  statements: ({ text, integer }) => [
    // 1: holds apps that are the user's own. What was written before, or by a hub that does not know this, is looked at once.
    `alter table device_apps add column own ${integer} not null default 1`,
    'create index device_apps_own on device_apps (platform, ord) where own = 1',
    ...['apps', 'certificates'].map(
      (kind) => `create index device_${kind}_gone on device_${kind} (change) where gone = 1`,
    ),

    // Apps of a personal device that are kept out of its set until it is known whether they are managed.
    `create table pending_apps (
      ord ${integer} primary key,
      until ${integer} not null,
      sealed ${text} not null
    )`,
    'create index pending_apps_until on pending_apps (until)',
  ],
};
