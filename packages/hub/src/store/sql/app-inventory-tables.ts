import type { Platform } from '@sallyport/core';
import type { DisclosureChannel, InventoryKind } from '../store.ts';

/** The tables of what is installed on devices, and of who was given it. */
export interface InventoryTables {
  inventory_counters: { name: CounterName; value: number };
  inventory_devices: {
    /** A device's number here: short, and never used again. */
    ord: number;
    device_id: string;
  };
  device_apps: DeviceSetTable & {
    /** 1: some of its apps are the user's own, see `holdsOwnApps`. */
    own: number;
  };
  device_certificates: DeviceSetTable;
  device_managed_apps: { ord: number; collected_at: number; app_ids: string };
  device_declared_apps: { ord: number; collected_at: number; app_ids: string };
  pending_apps: { ord: number; until: number; sealed: string };
  apps: AppTable;
  app_blocks: { app: number; block: number; devices: number };
  certificates: { id: number; digest: string; common_name: string; data: Uint8Array; uses: number };
  disclosures: DisclosureTable;
  disclosed_devices: DisclosedDeviceTable;
}

export type CounterName = 'device' | 'app' | 'certificate' | 'appsChange' | 'certificatesChange' | PrunedCounter;

/** The newest change of a platform that was a removal and is forgotten. */
export type PrunedCounter = `${InventoryKind}Pruned/${Platform}`;

interface DeviceSetTable {
  ord: number;
  platform: Platform;
  /** Grows with each change of any device. */
  change: number;
  collected_at: number;
  source: string;
  /** 1: the device, or what was kept of it, was removed. */
  gone: number;
  /** See `app-inventory-encoding.ts`. */
  items: Uint8Array;
}

export interface AppTable {
  id: number;
  /** Of all that tells one app from another; the id that callers see. */
  digest: string;
  platform: string;
  app_id: string | null;
  name: string | null;
  version: string | null;
  short_version: string | null;
  publisher: string | null;
  /** Of the first device that told one; a set says where another device's differs. */
  bundle_size: number | null;
  folded_name: string | null;
  folded_version: string | null;
  folded_publisher: string | null;
  /** Sets that name it; without any it is deleted. */
  uses: number;
  /** Sets that name it as listed. */
  devices: number;
}

interface DisclosureTable {
  seq: number;
  message_id: string;
  at: number;
  connector_id: string;
  client_id: string;
  kind: InventoryKind;
  channel: DisclosureChannel;
  devices: number;
  items: number;
  /** Which devices, see `disclosures.ts`. */
  detail: Uint8Array;
}

interface DisclosedDeviceTable {
  ord: number;
  connector_id: string;
  kind: InventoryKind;
  first_at: number;
  last_at: number;
  times: number;
  scope: 'managed' | 'all';
  items: number;
}
