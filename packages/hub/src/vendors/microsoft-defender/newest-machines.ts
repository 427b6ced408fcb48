import { isRecord } from '../wire-read.ts';
import { readMachine } from './wire.ts';

/**
 * Defender gives a device that was reset, or whose app was installed anew, a second machine, and keeps the first
 * one with its last words. Of several machines of one Entra device only the one that was seen last speaks.
 */
export class NewestMachines {
  /** By Entra device id. */
  readonly #newest = new Map<string, { readonly id: string; readonly seenAt: number }>();

  /** The records that speak for their device; what is no machine stays, for the reader to judge. */
  among(machines: readonly unknown[]): readonly unknown[] {
    for (const machine of machines) this.#learn(machine);
    return machines.filter((machine) => {
      const { id, entraDeviceId } = isRecord(machine) ? readMachine(machine) : {};
      return id === undefined || entraDeviceId === undefined || this.#newest.get(entraDeviceId)?.id === id;
    });
  }

  #learn(machine: unknown): void {
    const { id, entraDeviceId, lastSeenAt: seenAt = 0 } = isRecord(machine) ? readMachine(machine) : {};
    if (id === undefined || entraDeviceId === undefined) return;
    const known = this.#newest.get(entraDeviceId);
    const isNewer = known === undefined || seenAt > known.seenAt || (seenAt === known.seenAt && id >= known.id);
    if (isNewer) this.#newest.set(entraDeviceId, { id, seenAt });
  }
}
