import type { Migration } from './migration.ts';

/** The apps of a device that declarative management manages: Apple leaves them out of its list of managed apps. */
export const declaredApps: Migration = {
  number: 8,
  name: 'declared apps',
  breaking: false,
  statements: ({ text, integer }) => [
    `create table device_declared_apps (
      ord ${integer} primary key,
      collected_at ${integer} not null,
      app_ids ${text} not null
    )`,
  ],
};
