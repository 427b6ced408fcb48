import type { InventoryKind } from '@sallyport/core';

/** `fetch`: the partner asked; `push`: it was sent. */
export type DisclosureChannel = 'fetch' | 'push';

export interface DisclosedDevice {
  readonly deviceId: string;
  readonly scope: 'managed' | 'all';
  /** Number of apps or certificates. */
  readonly items: number;
}

/** One hand-over, written before it happens. */
export interface Disclosure {
  /** The same one is kept once, however often it is sent. */
  readonly messageId: string;
  readonly at: number;
  readonly connectorId: string;
  /** The application that asked, or the address that it was sent to. */
  readonly clientId: string;
  readonly kind: InventoryKind;
  readonly channel: DisclosureChannel;
  readonly devices: readonly DisclosedDevice[];
}

export interface DisclosureRow extends Omit<Disclosure, 'devices'> {
  /** Order of writing. */
  readonly seq: number;
  readonly deviceCount: number;
  readonly itemCount: number;
}

/** What one partner was given of one device, summed up. */
export interface DeviceDisclosure {
  readonly deviceId: string;
  readonly connectorId: string;
  readonly kind: InventoryKind;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
  /** Of the last time. */
  readonly scope: 'managed' | 'all';
  readonly items: number;
}

export interface DisclosureQuery {
  readonly connectorId?: string | undefined;
  /** The last `seq` seen: only what comes after it in the order of the list. */
  readonly before?: number | undefined;
  /** Milliseconds since 1970; `from` included, `to` not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
}

export interface DisclosureReader {
  /** Newest first, by `at` and then by `seq`. Costs what it answers. */
  list(query: DisclosureQuery): Promise<readonly DisclosureRow[]>;
  /** Whose inventory a hand-over held, also devices that are gone; `undefined` for an unknown number. */
  devicesOf(seq: number): Promise<readonly DisclosedDevice[] | undefined>;
  ofDevices(deviceIds: readonly string[], connectorId?: string): Promise<readonly DeviceDisclosure[]>;
}

export interface DisclosureWriter {
  record(disclosure: Disclosure): Promise<void>;
  /**
   * Forgets some of the hand-overs before `before`, and what is summed up of devices in them that are gone and were
   * not handed over since. Of devices that exist, or whose removal is not forgotten, the sum stays: partners are told by
   * it when something is to be deleted.
   * Answers how many hand-overs; 0: there are no older ones.
   */
  prune(before: number): Promise<number>;
}
