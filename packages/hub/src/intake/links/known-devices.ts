import type { DeviceKey, Signal } from '@sallyport/core';

/** About 300 bytes each. A device that was forgotten is asked for again. */
const MAX_DEVICES = 100_000;

/**
 * Which managed device hides behind a vendor's own device id, learnt from records that name both. Vendors
 * send threats with nothing but their own id. In memory: after a restart it is learnt again.
 */
export class KnownDevices {
  /** Oldest first. */
  readonly #keys = new Map<string, readonly DeviceKey[]>();

  knows(vendorDeviceId: string): boolean {
    return this.#keys.has(vendorDeviceId);
  }

  /** The signal with what is known of its device added; what it tells of its device itself is learnt. */
  complete(signal: Signal): Signal {
    const own = signal.keys.filter((key) => key.type === 'vendorDeviceId');
    const managed = signal.keys.filter(
      (key) => key.type !== 'vendorDeviceId' && key.type !== 'vendorIncidentId' && key.type !== 'email',
    );
    if (managed.length > 0) {
      for (const key of own) this.#learn(key.value, managed);
      return signal;
    }
    const known = own.map((key) => this.#keys.get(key.value)).find((keys) => keys !== undefined);
    return known === undefined ? signal : { ...signal, keys: [...known, ...signal.keys] };
  }

  #learn(id: string, keys: readonly DeviceKey[]): void {
    this.#keys.delete(id);
    this.#keys.set(id, keys);
    if (this.#keys.size <= MAX_DEVICES) return;
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      break;
    }
  }
}
