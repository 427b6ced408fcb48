import { isRecord } from '../kit/wire-read.ts';
import { readMachine } from './wire.ts';

interface Newest {
  readonly id: string;
  readonly seenAt: number;
}

/**
 * Defender gives a device that was reset, or whose app was installed anew, a second machine, and keeps the first
 * one with its last words. Of several machines of one Entra device only the one that was seen last speaks.
 */
export class NewestMachines {
  /** By Entra device id. */
  readonly #newest = new Map<string, Newest>();
  /** Entra devices of more than one machine: these are kept across restarts, so that no former machine speaks first. */
  readonly #several = new Set<string>();

  /** `kept` is what `toJSON` gave; anything else counts as nothing. */
  constructor(kept: unknown) {
    for (const [entraDeviceId, newest] of isRecord(kept) ? Object.entries(kept) : []) {
      if (!isRecord(newest) || typeof newest.id !== 'string' || typeof newest.seenAt !== 'number') continue;
      this.#newest.set(entraDeviceId, { id: newest.id, seenAt: newest.seenAt });
      this.#several.add(entraDeviceId);
    }
  }

  /** The records that speak for their device; what is no machine stays, for the reader to judge. */
  among(machines: readonly unknown[]): readonly unknown[] {
    for (const machine of machines) this.#learn(machine);
    return machines.filter((machine) => {
      const { id, entraDeviceId } = isRecord(machine) ? readMachine(machine) : {};
      return id === undefined || entraDeviceId === undefined || this.#newest.get(entraDeviceId)?.id === id;
    });
  }

  toJSON(): Readonly<Record<string, Newest | undefined>> {
    return Object.fromEntries([...this.#several].map((id) => [id, this.#newest.get(id)]));
  }

  #learn(machine: unknown): void {
    const { id, entraDeviceId, lastSeenAt: seenAt = 0 } = isRecord(machine) ? readMachine(machine) : {};
    if (id === undefined || entraDeviceId === undefined) return;
    const known = this.#newest.get(entraDeviceId);
    if (known !== undefined && known.id !== id) this.#several.add(entraDeviceId);
    const isNewer = known === undefined || seenAt > known.seenAt || (seenAt === known.seenAt && id >= known.id);
    if (isNewer) this.#newest.set(entraDeviceId, { id, seenAt });
  }
}
