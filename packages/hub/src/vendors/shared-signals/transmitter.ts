import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { jsonOf } from '../kit/answer.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { Cached } from './cached.ts';
import type { SharedSignalsSettings } from './settings.ts';

/** A key that was withdrawn is believed for this long at most, while the transmitter answers. */
const KEYS_MAX_AGE_MS = 5 * 60_000;
const METADATA_MAX_AGE_MS = 60 * 60_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 512 * 1024;

/** SSF 1.0, section 7.1. */
const metadataShape = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url().optional(),
  critical_subject_members: z.array(z.string()).optional(),
});
/** RFC 7517, section 5. */
const keysShape = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

export interface TransmitterMetadata {
  readonly keysUrl: string;
  /** An event with such a member in its subject must be dropped by who does not process it. */
  readonly criticalMembers: readonly string[];
}

/** What the transmitter publishes of itself. Fetched through the guarded client; see `Cached` for how long it is used. */
export interface Transmitter {
  metadata(): Promise<TransmitterMetadata>;
  keys(): Promise<JSONWebKeySet>;
  /** The keys anew, for a token signed with one that we have not seen; `undefined` while it is too early to ask. */
  newerKeys(): Promise<JSONWebKeySet | undefined>;
  /** Metadata and keys, whenever they were fetched last: for an administrator. Rejects when they cannot be had. */
  fetchKeysNow(): Promise<JSONWebKeySet>;
  /** When the keys were fetched last; `undefined`: they never were. */
  readonly keysKeptAt: number | undefined;
}

export function createTransmitter(
  settings: Pick<SharedSignalsSettings, 'issuer' | 'metadataUrl' | 'jwksUrl'>,
  { http, clock }: Pick<VendorTools, 'http' | 'clock'>,
): Transmitter {
  const { issuer, jwksUrl } = settings;
  const metadataUrl = settings.metadataUrl ?? standardMetadataUrl(issuer);

  async function fetch<T>(url: string, what: string, shape: z.ZodType<T>): Promise<T> {
    const answer = await asking(() =>
      http.request(url, { headers: { accept: 'application/json' }, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }),
    );
    requireSuccess(answer, `The transmitter (${what})`, clock.now());
    const parsed = shape.safeParse(jsonOf(answer, 'The transmitter'));
    if (!parsed.success) throw new VendorError('bad_answer', `The transmitter's ${what} cannot be read.`);
    return parsed.data;
  }

  async function fetchMetadata(): Promise<TransmitterMetadata> {
    const told = await fetch(metadataUrl, 'metadata', metadataShape);
    // SSF 1.0, section 7.2.4: otherwise one transmitter could speak for another.
    if (told.issuer !== issuer)
      throw new VendorError(
        'refused',
        `The transmitter at this address is "${told.issuer.slice(0, 200)}", not "${issuer}".`,
      );
    const keysUrl = jwksUrl ?? told.jwks_uri;
    if (keysUrl === undefined)
      throw new VendorError(
        'refused',
        'The transmitter does not say where its keys are. Enter the address of its keys.',
      );
    return { keysUrl, criticalMembers: told.critical_subject_members ?? [] };
  }

  const metadata = new Cached({ clock, fetch: fetchMetadata, maxAgeMs: METADATA_MAX_AGE_MS });
  const known: TransmitterMetadata | undefined =
    jwksUrl === undefined || settings.metadataUrl !== undefined ? undefined : { keysUrl: jwksUrl, criticalMembers: [] };
  const describe = async () => known ?? metadata.get();
  const keys = new Cached({
    clock,
    fetch: async () => (await fetch((await describe()).keysUrl, 'keys', keysShape)) as JSONWebKeySet,
    maxAgeMs: KEYS_MAX_AGE_MS,
  });
  return {
    metadata: describe,
    keys: () => keys.get(),
    newerKeys: () => keys.newer(),
    async fetchKeysNow() {
      if (known === undefined) await metadata.fetchNow();
      return keys.fetchNow();
    },
    get keysKeptAt() {
      return keys.keptAt;
    },
  };
}

/** SSF 1.0, section 7.2: between the host and the path of the issuer. */
export function standardMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/ssf-configuration${pathname.replace(/\/+$/, '')}`;
}
