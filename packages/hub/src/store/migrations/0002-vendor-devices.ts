import type { Migration } from './migration.ts';

/** Partners know devices by ids of their own; which device each means is learnt once and kept. */
export const vendorDevices: Migration = {
  number: 2,
  name: 'vendor devices',
  breaking: false,
  statements: ({ text, inOrder }) => [
    `create table vendor_devices (
      vendor_device_id ${text} not null,
      connector_id ${text} not null,
      device_id ${text} not null references devices (id) on delete cascade,
      primary key (vendor_device_id, connector_id)
    ) ${inOrder}`,
    'create index vendor_devices_device on vendor_devices (device_id)',
    'create index devices_email_address on devices (email_address) where email_address is not null',
  ],
};
