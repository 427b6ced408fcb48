import type { DeviceKey, Signal } from '@sallyport/core';
import type { Transaction, VendorDevice, VendorDeviceKey } from '../store/store.ts';

export type Match =
  | { readonly kind: 'matched'; readonly deviceId: string }
  | { readonly kind: 'unmatched' }
  /** The keys name several devices, or contradict each other. */
  | { readonly kind: 'ambiguous' };

export interface Matched {
  /** In the order of the signals. */
  readonly matches: readonly Match[];
  /** What the partners call the devices that were found, where that was not known yet. */
  readonly learnt: readonly VendorDevice[];
}

/** Finds the device that each signal is about, with one look-up of each kind for all of them. */
export async function matchDevices(tx: Pick<Transaction, 'devices' | 'vendorDevices'>, signals: readonly Signal[]): Promise<Matched> {
  const places = new Map<string, number>();
  const keys: DeviceKey[] = [];
  for (const key of signals.flatMap((signal) => signal.keys)) {
    if (key.type === 'vendorDeviceId' || places.has(nameOf(key))) continue;
    places.set(nameOf(key), keys.length);
    keys.push(key);
  }
  const ownIds = signals.map(vendorKeys);
  const found = keys.length === 0 ? [] : await tx.devices.findByKeys(keys);
  const known = ownIds.every((ids) => ids.length === 0) ? [] : await tx.vendorDevices.find(ownIds.flat());
  const learnt: VendorDevice[] = [];
  let next = 0;
  const matches = signals.map((signal, i): Match => {
    const ids = ownIds[i] as readonly VendorDeviceKey[];
    const remembered = known.slice(next, (next += ids.length));
    const match = chooseDevice(signal.keys.filter((k) => k.type !== 'vendorDeviceId').map((k) => found[places.get(nameOf(k)) as number] ?? []), remembered);
    if (match.kind === 'matched') {
      for (const [j, id] of ids.entries()) if (remembered[j] !== match.deviceId) learnt.push({ ...id, deviceId: match.deviceId });
    }
    return match;
  });
  return { matches, learnt };
}

/** What the partner itself calls the device. */
export function vendorKeys(signal: Signal): readonly VendorDeviceKey[] {
  return signal.keys.flatMap(({ type, value }) => (type === 'vendorDeviceId' ? [{ connectorId: signal.connectorId, vendorDeviceId: value }] : []));
}

/**
 * `found` holds the devices that carry each key; `remembered` what the partner's own ids were learnt to mean.
 * The device that all the keys we know agree on is meant; a key that nobody here carries says nothing, since
 * vendors send ids of their own and of other systems. What was learnt counts only where no key tells, so that
 * a phone that was enrolled anew is found by its new ids.
 */
export function chooseDevice(found: readonly (readonly string[])[], remembered: readonly (string | undefined)[] = []): Match {
  const telling = found.filter((ids) => ids.length > 0);
  const [first, ...rest] = telling;
  const agreed = first === undefined
    ? new Set(remembered.filter((id) => id !== undefined))
    : new Set(first.filter((id) => rest.every((ids) => ids.includes(id))));
  const [only] = agreed;
  if (agreed.size === 1 && only !== undefined) return { kind: 'matched', deviceId: only };
  return first === undefined && agreed.size === 0 ? { kind: 'unmatched' } : { kind: 'ambiguous' };
}

function nameOf(key: DeviceKey): string {
  return `${key.type}\u0000${key.value.toLowerCase()}`;
}
