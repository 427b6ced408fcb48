import type { Platform } from '@sallyport/core';

export type { InventoryKind } from '@sallyport/core';

/** What is installed on a device, as it told it. */
export interface DeviceInventory {
  readonly deviceId: string;
  /** Of the device when it was collected; changes are read by it. */
  readonly platform: Platform;
  /** When the device told it. What is older than what is kept is not taken. */
  readonly collectedAt: number;
  /** Where it came from: the id of a source, `api`, `graph`. */
  readonly source: string;
}

/** A device whose inventory changed. `inventory` is absent where what was kept is gone, with the device or without it. */
export interface InventoryChange<Inventory> {
  readonly change: number;
  readonly deviceId: string;
  readonly inventory: Inventory | undefined;
}

/**
 * Forgets some of the removals up to a change, the oldest first, and of devices that exist no more what else was kept
 * for them. Answers how many; 0: there are no more.
 */
export interface PruneGone {
  readonly upTo: number;
  /** Sums of hand-overs last made before this time go too. `undefined`: they stay. */
  readonly disclosedBefore: number | undefined;
}
