import type { DeviceKeyType, Signal } from '@sallyport/core';

/** More devices than a list is told again for; the others end with the hour (docs/decisions/0001). */
const MOST = 10_000;

/** What lists of vendors know a phone by. */
const NAMES: ReadonlySet<DeviceKeyType> = new Set<DeviceKeyType>(['vendorDeviceId', 'managedDeviceId', 'udid']);

/** Devices, by the vendor's own ids and those of management, about which open findings came that its judgement of them may not know yet. */
export class NewFindings {
  #ids = new Set<string>();

  /** Returns whether there were any among the signals. */
  note(signals: readonly Signal[]): boolean {
    let any = false;
    for (const { state, findings, keys } of signals) {
      if (
        state !== undefined ||
        !findings.some((finding) => finding.state === 'open' && finding.severity !== undefined)
      )
        continue;
      any = true;
      for (const { type, value } of keys) if (NAMES.has(type) && this.#ids.size < MOST) this.#ids.add(value);
    }
    return any;
  }

  /** Those noted since the last call. */
  drain(): readonly string[] {
    const ids = [...this.#ids];
    this.#ids = new Set();
    return ids;
  }
}
