import type { InstalledCertificate, Platform } from '@sallyport/core';
import type { DeviceInventory, InventoryChange, PruneGone } from './inventory.ts';

export interface DeviceCertificates extends DeviceInventory {
  readonly certificates: readonly InstalledCertificate[];
}

export interface CertificateInventoryReader {
  ofDevices(deviceIds: readonly string[]): Promise<readonly DeviceCertificates[]>;
  /** As `AppInventoryReader.changes`. */
  changes(platform: Platform, after: number, limit: number): Promise<readonly InventoryChange<DeviceCertificates>[]>;
  /** As `AppInventoryReader.lastChange`. */
  lastChange(): Promise<number>;
  /** As `AppInventoryReader.prunedChange`. */
  prunedChange(platforms: readonly Platform[]): Promise<number>;
}

export interface CertificateInventoryWriter {
  put(rows: readonly DeviceCertificates[]): Promise<readonly boolean[]>;
  pruneGone(prune: PruneGone): Promise<number>;
  touch(deviceIds: readonly string[]): Promise<void>;
  /** Whether there was anything to forget. */
  forget(deviceIds: readonly string[]): Promise<boolean>;
}
