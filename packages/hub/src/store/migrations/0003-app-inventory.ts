import type { Migration } from './migration.ts';

/**
 * What is installed on devices. Planned for 1,000,000 devices with 200 apps each: what an app is called is kept
 * once (`apps`), and each device has one compact set of numbers (`device_apps.apps`). `app_blocks` says in which
 * blocks of device numbers an app is, so that its devices are found without an index of 200,000,000 rows.
 */
export const appInventory: Migration = {
  number: 3,
  name: 'app inventory',
  breaking: false,
  statements: ({ text, integer, bytes, counter, inOrder, nullFirst }) => [
    `create table inventory_counters (
      name ${text} primary key,
      value ${integer} not null
    ) ${inOrder}`,

    // No reference to the devices: who was given what about a device is on record longer than the device.
    `create table inventory_devices (
      ord ${integer} primary key,
      device_id ${text} not null unique
    )`,

    ...['apps', 'certificates'].flatMap((kind) => [
      `create table device_${kind} (
        ord ${integer} primary key,
        platform ${text} not null,
        change ${integer} not null,
        collected_at ${integer} not null,
        source ${text} not null,
        gone ${integer} not null,
        items ${bytes} not null
      )`,
      `create unique index device_${kind}_change on device_${kind} (platform, change)`,
    ]),

    `create table device_managed_apps (
      ord ${integer} primary key,
      collected_at ${integer} not null,
      app_ids ${text} not null
    )`,

    `create table apps (
      id ${integer} primary key,
      digest ${text} not null unique,
      platform ${text} not null,
      app_id ${text},
      name ${text},
      version ${text},
      short_version ${text},
      publisher ${text},
      bundle_size ${integer},
      folded_name ${text},
      folded_version ${text},
      folded_publisher ${text},
      uses ${integer} not null,
      devices ${integer} not null
    )`,
    `create index apps_name on apps (folded_name ${nullFirst}, digest)`,

    `create table app_blocks (
      app ${integer} not null,
      block ${integer} not null,
      devices ${integer} not null,
      primary key (app, block)
    ) ${inOrder}`,

    `create table certificates (
      id ${integer} primary key,
      digest ${text} not null unique,
      common_name ${text} not null,
      data ${bytes} not null,
      uses ${integer} not null
    )`,

    `create table disclosures (
      seq ${counter},
      message_id ${text} not null unique,
      at ${integer} not null,
      connector_id ${text} not null,
      client_id ${text} not null,
      kind ${text} not null,
      channel ${text} not null,
      devices ${integer} not null,
      items ${integer} not null,
      detail ${bytes} not null
    )`,
    'create index disclosures_connector on disclosures (connector_id, seq)',

    `create table disclosed_devices (
      ord ${integer} not null,
      connector_id ${text} not null,
      kind ${text} not null,
      first_at ${integer} not null,
      last_at ${integer} not null,
      times ${integer} not null,
      scope ${text} not null,
      items ${integer} not null,
      primary key (ord, connector_id, kind)
    ) ${inOrder}`,
  ],
};
