import type { IncludeExclude, NamedLocation } from '../vocabulary/access.ts';
import { isInRange, parseRange, type Address, type Range } from './ip-range.ts';

interface CompiledLocation {
  readonly isTrusted: boolean;
  readonly ranges: readonly Range[];
  readonly countries: ReadonlySet<string>;
  readonly includeUnknownCountries: boolean;
}

/** Entra's id for "MFA trusted IPs", which is no readable object; we hold it to mean the trusted locations. */
const MFA_TRUSTED_IPS = '00000000-0000-0000-0000-000000000000';

/** The named locations, ready to be asked about one request after the other. */
export class Locations {
  readonly #byId: ReadonlyMap<string, CompiledLocation>;
  readonly #trusted: readonly CompiledLocation[];

  constructor(locations: readonly NamedLocation[]) {
    this.#byId = new Map(locations.map((l) => [l.id, compile(l)]));
    this.#trusted = [...this.#byId.values()].filter((l) => l.isTrusted);
  }

  /** Whether a policy's location condition takes in a place. Who tells no address is nowhere in particular. */
  match(condition: IncludeExclude, address: Address | undefined, country: string | undefined): boolean {
    const isAt = (id: string): boolean => this.#isAt(id, address, country);
    return condition.include.some(isAt) && !condition.exclude.some(isAt);
  }

  #isAt(id: string, address: Address | undefined, country: string | undefined): boolean {
    if (id === 'All') return true;
    if (id === 'AllTrusted' || id === MFA_TRUSTED_IPS) return this.#trusted.some((l) => contains(l, address, country));
    const location = this.#byId.get(id);
    return location !== undefined && contains(location, address, country);
  }
}

function compile(location: NamedLocation): CompiledLocation {
  return {
    isTrusted: location.isTrusted,
    ranges: (location.ranges ?? []).map(parseRange).filter((r) => r !== undefined),
    countries: new Set((location.countries ?? []).map((c) => c.toUpperCase())),
    includeUnknownCountries: location.includeUnknownCountries ?? false,
  };
}

function contains(location: CompiledLocation, address: Address | undefined, country: string | undefined): boolean {
  if (address !== undefined && location.ranges.some((range) => isInRange(address, range))) return true;
  if (location.countries.size === 0) return false;
  return country === undefined ? location.includeUnknownCountries : location.countries.has(country.toUpperCase());
}
