/** A device by the id that its partner gave it. */
export interface VendorDeviceKey {
  readonly connectorId: string;
  /** Compared trimmed and in any letter case. */
  readonly vendorDeviceId: string;
}

export interface VendorDevice extends VendorDeviceKey {
  readonly deviceId: string;
}

export interface VendorDeviceReader {
  /** The device that each id was learnt to mean, in the order of `keys`; for a superseded record the one that superseded it. */
  find(keys: readonly VendorDeviceKey[]): Promise<readonly (string | undefined)[]>;
}

export interface VendorDeviceWriter {
  /** From now on each id means its device, whatever it meant before. Forgotten with the device. */
  learn(rows: readonly VendorDevice[]): Promise<void>;
  /** What was learnt to mean one device means another from now on. */
  move(from: string, to: string): Promise<void>;
  /** Everything that was learnt of a partner. */
  forget(connectorId: string): Promise<void>;
}
