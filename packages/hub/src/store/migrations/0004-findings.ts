import type { Migration } from './migration.ts';

/** Findings can be asked for across devices, and what changed on a device is kept as it happened. */
export const findingsAndHistory: Migration = {
  number: 4,
  name: 'findings and history',
  breaking: false,
  statements: ({ text, integer, counter, jsonMember }) => [
    `alter table findings add column state ${text}`,
    `alter table findings add column severity ${text}`,
    `alter table findings add column category ${text}`,
    `update findings set state = ${jsonMember('body', 'state')}, severity = ${jsonMember('body', 'severity')},
      category = coalesce(${jsonMember('body', 'category')}, 'unclassified')`,
    'create index findings_newest on findings (observed_at, device_id, connector_id, id)',
    // Far fewer than there ever were.
    `create index findings_open on findings (observed_at, device_id, connector_id, id) where state = 'open'`,
    'create index findings_category on findings (category, observed_at, device_id, connector_id, id)',

    `create table device_history (
      seq ${counter},
      device_id ${text} not null references devices (id) on delete cascade,
      at ${integer} not null,
      body ${text} not null
    )`,
    'create index device_history_device on device_history (device_id, seq)',
  ],
};
