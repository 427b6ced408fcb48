import type { DeviceKey, Signal } from '@sallyport/core';
import type { DeviceReader } from '../store/store.ts';

export type Match =
  | { readonly kind: 'matched'; readonly deviceId: string }
  | { readonly kind: 'unmatched' }
  /** The keys name several devices, or contradict each other. */
  | { readonly kind: 'ambiguous' };

/** Finds the device that each signal is about, with one look-up for all of them. */
export async function matchDevices(devices: DeviceReader, signals: readonly Signal[]): Promise<readonly Match[]> {
  const places = new Map<string, number>();
  const keys: DeviceKey[] = [];
  for (const signal of signals) {
    for (const key of signal.keys) {
      const name = nameOf(key);
      if (places.has(name)) continue;
      places.set(name, keys.length);
      keys.push(key);
    }
  }
  if (keys.length === 0) return signals.map(() => ({ kind: 'unmatched' }));
  const found = await devices.findByKeys(keys);
  return signals.map((signal) => chooseDevice(signal.keys.map((key) => found[places.get(nameOf(key)) as number] ?? [])));
}

/**
 * `found` holds the devices that carry each key. The device that all the keys we know agree on is meant; a key
 * that nobody here carries says nothing, since vendors send ids of their own and of other systems.
 */
export function chooseDevice(found: readonly (readonly string[])[]): Match {
  const telling = found.filter((ids) => ids.length > 0);
  const [first, ...rest] = telling;
  if (first === undefined) return { kind: 'unmatched' };
  const agreed = new Set(first.filter((id) => rest.every((ids) => ids.includes(id))));
  const [only] = agreed;
  return agreed.size === 1 && only !== undefined ? { kind: 'matched', deviceId: only } : { kind: 'ambiguous' };
}

function nameOf(key: DeviceKey): string {
  return `${key.type}\u0000${key.value.toLowerCase()}`;
}
