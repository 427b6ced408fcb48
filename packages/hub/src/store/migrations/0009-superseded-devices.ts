import type { Migration } from './migration.ts';

/** Records of a phone that was enrolled again: reports that name one are about the record that superseded it. */
export const supersededDevices: Migration = {
  number: 9,
  name: 'superseded devices',
  breaking: false,
  statements: ({ text }) => [`alter table devices add column superseded_by ${text}`],
};
