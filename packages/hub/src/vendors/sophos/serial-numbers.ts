import { hasElapsed } from '../../platform/clock.ts';
import { plainText } from '../kit/plain-text.ts';
import type { VendorTools } from '../vendor.ts';
import { VendorError } from '../kit/vendor-error.ts';
import { identifier, isRecord, record } from '../kit/wire-read.ts';

/** In one round: what a large fleet lacks is looked up over many rounds, so that what the list says does not wait for it. */
const LOOK_UPS_A_ROUND = 60;
/** A device without a serial number is asked about again after this long. */
const ASK_AGAIN_MS = 24 * 60 * 60_000;

type LookUp = (deviceId: string, signal: AbortSignal) => Promise<string | undefined>;

/**
 * The serial numbers of devices, which the list does not hold: each is looked up once and remembered, across restarts too. Where
 * a look-up fails the rest of the round goes without, because how a phone is must not wait for which phone it is.
 */
export class SerialNumbers {
  readonly #lookUp: LookUp;
  readonly #tools: Pick<VendorTools, 'clock' | 'log'>;
  /** By device id: the serial number, or when Sophos had none. */
  readonly #known: Map<string, string | number>;
  #seen = new Set<string>();
  #left = LOOK_UPS_A_ROUND;

  /** `kept` is what `toJSON` gave; anything else counts as nothing. */
  constructor(lookUp: LookUp, tools: Pick<VendorTools, 'clock' | 'log'>, kept: unknown) {
    this.#lookUp = lookUp;
    this.#tools = tools;
    this.#known = new Map(
      Object.entries(record(kept)).filter(
        (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
      ),
    );
  }

  /** The devices of a page, each with its `serialNumber` where it is known. */
  async added(devices: readonly unknown[], signal: AbortSignal): Promise<readonly unknown[]> {
    const completed: unknown[] = [];
    for (const device of devices)
      completed.push(isRecord(device) ? { ...device, ...(await this.#of(identifier(device.id), signal)) } : device);
    return completed;
  }

  /** The whole list was read: what it lacks is forgotten. */
  endRound(): void {
    for (const id of this.#known.keys()) if (!this.#seen.has(id)) this.#known.delete(id);
    this.#seen = new Set();
    this.#left = LOOK_UPS_A_ROUND;
  }

  toJSON(): Readonly<Record<string, string | number>> {
    return Object.fromEntries(this.#known);
  }

  async #of(id: string | undefined, signal: AbortSignal): Promise<{ readonly serialNumber?: string }> {
    if (id === undefined) return {};
    this.#seen.add(id);
    const known = this.#known.get(id);
    if (typeof known === 'string') return { serialNumber: known };
    const now = this.#tools.clock.now();
    if (this.#left === 0 || (known !== undefined && !hasElapsed(known, ASK_AGAIN_MS, now))) return {};
    this.#left -= 1;
    const found = await this.#ask(id, signal);
    if (found.failed !== true) this.#known.set(id, found.serialNumber ?? now);
    return found.serialNumber === undefined ? {} : { serialNumber: found.serialNumber };
  }

  async #ask(
    id: string,
    signal: AbortSignal,
  ): Promise<{ readonly serialNumber?: string | undefined; readonly failed?: true }> {
    try {
      return { serialNumber: plainText(await this.#lookUp(id, signal), 256) };
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      this.#left = 0;
      this.#tools.log.warn(
        { reason: error.message },
        'serial numbers of Sophos devices could not be looked up; they are asked for again in the next round',
      );
      return { failed: true };
    }
  }
}
