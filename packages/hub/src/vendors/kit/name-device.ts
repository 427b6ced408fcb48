import type { DeviceKey } from '@sallyport/core';
import type { KeyName } from './device-keys.ts';
import { distinctKeys, readNamedKeys, unusableKey } from './device-keys.ts';

/** By what a record names its device. */
export interface NamedDevice {
  readonly keys: readonly DeviceKey[];
  /** The flag of the first value that was meant as a key and cannot be one; the report counts by its other keys. */
  readonly keyFlag?: string | undefined;
}

/** The name of a key and where its value may be: the first place with a usable value counts. */
export type KeyPlaces = readonly [name: KeyName, ...values: readonly unknown[]];

/** What is absent, empty or a placeholder is no key and no fault; any other value that identifies nothing is flagged. */
export function nameDevice(...places: readonly KeyPlaces[]): NamedDevice {
  const read = places.map(([name, ...values]) => firstUsable(name, values));
  return {
    keys: distinctKeys(read.flatMap(({ keys }) => keys)),
    keyFlag: read.find(({ keyFlag }) => keyFlag !== undefined)?.keyFlag,
  };
}

function firstUsable(name: KeyName, values: readonly unknown[]): NamedDevice {
  let keyFlag: string | undefined;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const { keys, problem } = readNamedKeys(name, value);
    if (problem !== undefined) keyFlag ??= unusableKey(name, value);
    if (keys.length > 0) return { keys, keyFlag };
  }
  return { keys: [], keyFlag };
}
