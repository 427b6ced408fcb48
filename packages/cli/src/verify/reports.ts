import { randomUUID } from 'node:crypto';

export type DeviceKeys = Readonly<Record<string, string>>;

/** Makes reports about one device, each observed later than the one before, so that each is news. */
export class Reports {
  readonly #device: DeviceKeys;
  #observedAt = 0;

  constructor(device: DeviceKeys) {
    this.#device = device;
  }

  next(
    threatState: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Readonly<Record<string, unknown>> & { readonly reportId: string } {
    this.#observedAt = Math.max(this.#observedAt + 1, Date.now());
    return {
      reportId: `verify-${randomUUID()}`,
      device: this.#device,
      observedDateTime: new Date(this.#observedAt).toISOString(),
      threatState,
      ...more,
    };
  }
}

export const FINDING = {
  id: 'verify-finding',
  type: 'malware',
  severity: 'high',
  title: 'Conformance test',
  recommendedAction: 'Nothing: this is a test.',
} as const;

/** A device that nobody has enrolled. */
export function strangerKeys(): DeviceKeys {
  return { serialNumber: `VERIFY${randomUUID().replaceAll('-', '').slice(0, 12).toUpperCase()}` };
}
