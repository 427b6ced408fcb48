import type { PartnerWord } from '@sallyport/core';

const NO_DEVICES: ReadonlySet<string> = new Set();
/** A vendor may send any number of values; beyond so many different ones at a time, further ones are not counted. */
const MAX_TERMS = 1_000;

interface OfConnector {
  /** Devices that the partner reports about. */
  devices: number;
  /** By `termKey`: the devices whose state is unknown because of it. */
  readonly holders: Map<string, Set<string>>;
}

/** Which devices hold which unknown value of which vendor's, kept in step with the postures in memory. */
export class TermIndex {
  readonly #connectors = new Map<string, OfConnector>();
  #changed = false;

  /** The views of a device have become `after`. */
  note(deviceId: string, before: readonly PartnerWord[], after: readonly PartnerWord[]): void {
    if (isPlainChange(before, after)) return;
    this.#count(before, -1);
    this.#count(after, 1);
    for (const { connectorId, term } of termsOf(before)) this.#drop(connectorId, term, deviceId);
    for (const { connectorId, term } of termsOf(after)) this.#add(connectorId, term, deviceId);
  }

  /** Devices that hold the value. */
  holders(connectorId: string, term: string): ReadonlySet<string> {
    return this.#connectors.get(connectorId)?.holders.get(term) ?? NO_DEVICES;
  }

  /** The values that devices hold, each with how many do. */
  *terms(connectorId: string): Generator<readonly [term: string, devices: number]> {
    for (const [term, { size }] of this.#connectors.get(connectorId)?.holders ?? []) yield [term, size];
  }

  /** Devices that the partner reports about, as far as this process knows. */
  devicesOf(connectorId: string): number {
    return this.#connectors.get(connectorId)?.devices ?? 0;
  }

  /** Whether a value came to a device, or left one, since this was last asked. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  #of(connectorId: string): OfConnector {
    let of = this.#connectors.get(connectorId);
    if (of === undefined) this.#connectors.set(connectorId, (of = { devices: 0, holders: new Map() }));
    return of;
  }

  #count(views: readonly PartnerWord[], by: 1 | -1): void {
    for (const connectorId of new Set(views.filter(isCurrent).map((view) => view.connectorId)))
      this.#of(connectorId).devices += by;
  }

  #add(connectorId: string, term: string, deviceId: string): void {
    const { holders } = this.#of(connectorId);
    const ids = holders.get(term);
    if (ids === undefined && holders.size >= MAX_TERMS) return;
    if (ids === undefined) holders.set(term, new Set([deviceId]));
    else ids.add(deviceId);
    this.#changed = true;
  }

  #drop(connectorId: string, term: string, deviceId: string): void {
    const { holders } = this.#of(connectorId);
    const ids = holders.get(term);
    if (ids === undefined) return;
    ids.delete(deviceId);
    if (ids.size === 0) holders.delete(term);
    this.#changed = true;
  }
}

/** Nearly every change: the one partner of a device reports what it reported, or something else that is understood. */
function isPlainChange(
  [before, ...olderOnes]: readonly PartnerWord[],
  [after, ...newerOnes]: readonly PartnerWord[],
): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    olderOnes.length === 0 &&
    newerOnes.length === 0 &&
    before.connectorId === after.connectorId &&
    before.unrecognized === undefined &&
    after.unrecognized === undefined &&
    isCurrent(before) === isCurrent(after)
  );
}

/** Whether the partner still reports about the device under this identity. */
function isCurrent({ retired, held, superseded }: PartnerWord): boolean {
  return retired !== true && held === undefined && superseded !== true;
}

function termsOf(views: readonly PartnerWord[]): readonly { readonly connectorId: string; readonly term: string }[] {
  return views.flatMap((view) =>
    (isCurrent(view) ? (view.unrecognized?.terms ?? []) : []).map((term) => ({ connectorId: view.connectorId, term })),
  );
}
