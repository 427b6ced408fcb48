import type { Migration } from './migration.ts';

export const first: Migration = {
  number: 1,
  name: 'first',
  breaking: true,
  statements: ({ text, integer, counter, inOrder, nullFirst }) => [
    `create table documents (
      kind ${text} not null,
      id ${text} not null,
      body ${text} not null,
      created_at ${integer} not null,
      modified_at ${integer} not null,
      version ${integer} not null,
      primary key (kind, id)
    )`,

    `create table group_members (
      group_id ${text} not null,
      member_id ${text} not null,
      primary key (group_id, member_id)
    ) ${inOrder}`,
    'create index group_members_member on group_members (member_id)',

    `create table devices (
      id ${text} primary key,
      facts ${text} not null,
      device_name ${text},
      operating_system ${text},
      os_version ${text},
      entra_device_id ${text},
      user_id ${text},
      user_principal_name ${text},
      serial_number ${text},
      imei ${text},
      udid ${text},
      eas_device_id ${text},
      jail_broken ${text},
      owner_type ${text},
      enrolled_at ${integer},
      last_sync_at ${integer},
      category ${text},
      model ${text},
      manufacturer ${text},
      email_address ${text}
    ) ${inOrder}`,
    ...['entra_device_id', 'serial_number', 'imei', 'udid', 'eas_device_id', 'user_id', 'user_principal_name'].map(
      (column) => `create index devices_${column} on devices (${column}) where ${column} is not null`,
    ),
    ...['device_name', 'last_sync_at'].map(
      (column) => `create index devices_${column} on devices (${column} ${nullFirst}, id)`,
    ),

    `create table device_resources (
      device_id ${text} primary key references devices (id) on delete cascade,
      resource ${text} not null,
      created_at ${integer} not null,
      modified_at ${integer} not null
    )`,

    `create table postures (
      device_id ${text} primary key references devices (id) on delete cascade,
      compliance_state ${text} not null,
      merged_state ${text} not null,
      body ${text} not null
    ) ${inOrder}`,
    'create index postures_compliance_state on postures (compliance_state)',

    `create table reports (
      seq ${counter},
      connector_id ${text} not null,
      report_id ${text} not null,
      format ${text} not null,
      raw ${text} not null,
      observed_at ${integer} not null,
      received_at ${integer} not null,
      device_id ${text},
      status ${text} not null,
      flag ${text},
      signal ${text},
      unique (connector_id, report_id)
    )`,
    'create index reports_device on reports (device_id, seq) where device_id is not null',
    `create index reports_waiting on reports (seq) where status in ('unmatched', 'ambiguous')`,

    `create table waiting_keys (
      key ${text} not null,
      connector_id ${text} not null,
      report_id ${text} not null,
      primary key (key, connector_id, report_id)
    ) ${inOrder}`,
    'create index waiting_keys_report on waiting_keys (connector_id, report_id)',

    `create table findings (
      device_id ${text} not null references devices (id) on delete cascade,
      connector_id ${text} not null,
      id ${text} not null,
      observed_at ${integer} not null,
      body ${text} not null,
      primary key (device_id, connector_id, id)
    ) ${inOrder}`,

    `create table outbox (
      seq ${integer} primary key,
      kind ${text} not null,
      subject ${text} not null,
      at ${integer} not null,
      payload ${text} not null
    )`,

    `create table heartbeats (
      connector_id ${text} primary key,
      at ${integer} not null
    ) ${inOrder}`,

    `create table audit (
      seq ${counter},
      id ${text} not null unique,
      at ${integer} not null,
      actor ${text} not null,
      operation ${text} not null,
      resource_type ${text} not null,
      resource_id ${text} not null,
      changes ${text} not null
    )`,
    'create index audit_at on audit (at, seq)',
  ],
};
