import type { IncludeExclude, NamedLocation } from '../vocabulary/access.ts';
import { AddressSet, parseAddress, parseRange, type Address } from './ip-range.ts';

/** Where a request comes from. */
export interface Place {
  /** `undefined`: not told, or no address. */
  readonly address: Address | undefined;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | undefined;
}

export function placeOf(ip: string | undefined, country: string | undefined): Place {
  return { address: ip === undefined ? undefined : parseAddress(ip), country: country?.toUpperCase() };
}

/** Entra's id for "MFA trusted IPs", which is no readable object; we hold it to mean the trusted locations. */
const MFA_TRUSTED_IPS = '00000000-0000-0000-0000-000000000000';

/** A policy's location condition. Who tells no address is nowhere in particular. */
export class PlaceCondition {
  readonly #include: PlaceSet;
  readonly #exclude: PlaceSet;

  constructor(condition: IncludeExclude, locations: readonly NamedLocation[]) {
    this.#include = new PlaceSet(condition.include, locations);
    this.#exclude = new PlaceSet(
      condition.exclude,
      locations.filter(({ isUnreadable }) => isUnreadable !== true),
    );
  }

  includes(place: Place): boolean {
    return this.#include.has(place) && !this.#exclude.has(place);
  }
}

/** All the locations that a list of ids means, as one. */
class PlaceSet {
  readonly #everywhere: boolean;
  readonly #addresses: AddressSet;
  readonly #countries: ReadonlySet<string>;
  /** Somebody's country is meant even where it is not known. */
  readonly #unknownCountry: boolean;

  constructor(ids: readonly string[], locations: readonly NamedLocation[]) {
    const trusted = ids.includes('AllTrusted') || ids.includes(MFA_TRUSTED_IPS);
    const meant = locations.filter((l) => ids.includes(l.id) || (trusted && l.isTrusted));
    // One that cannot be read may be a trusted one.
    this.#everywhere =
      ids.includes('All') || locations.some((l) => l.isUnreadable === true && (ids.includes(l.id) || trusted));
    this.#addresses = new AddressSet(
      meant
        .flatMap((l) => l.ranges ?? [])
        .map(parseRange)
        .filter((range) => range !== undefined),
    );
    this.#countries = new Set(meant.flatMap((l) => l.countries ?? []).map((country) => country.toUpperCase()));
    this.#unknownCountry = meant.some((l) => l.includeUnknownCountries === true && (l.countries?.length ?? 0) > 0);
  }

  has({ address, country }: Place): boolean {
    if (this.#everywhere) return true;
    if (address !== undefined && this.#addresses.has(address)) return true;
    return country === undefined ? this.#unknownCountry : this.#countries.has(country);
  }
}
