import type { DataKey } from '../../platform/data-key.ts';
import type { FormerSecret, VendorLinkBody } from '../../documents/kinds/vendor-link.ts';
import { incomingNames, type Vendor } from '../../vendors/vendor.ts';
import { openSecret, sealSecret } from './sealed-secrets.ts';

/**
 * A secret that a vendor shows to us cannot be changed on both sides at the same moment. So the one that was replaced
 * is accepted beside the new one for a while.
 */

/** How long a secret that was replaced is still accepted: time to change it at the vendor, and to send again what failed. */
const FORMER_ACCEPTED_MS = 24 * 60 * 60_000;

/** By the name of the setting. */
type FormerSecrets = Readonly<Record<string, FormerSecret>>;

/** Settings that were right before: those of the link with a former secret in its place. In memory only. */
export interface FormerSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly acceptedUntil: number;
}

/**
 * What stays accepted when a link gets `settings`: each incoming secret that they replace, and what stayed accepted
 * before of those that they do not change. A secret that is taken away takes its former one with it.
 */
export function formerAfter(
  connectorId: string,
  vendor: Vendor,
  before: VendorLinkBody | undefined,
  settings: Readonly<Record<string, unknown>>,
  dataKey: DataKey,
  now: number,
): FormerSecrets {
  if (before?.vendor !== vendor.id) return {};
  return Object.fromEntries(
    incomingNames(vendor).flatMap((name) => {
      const old = openIfPossible(connectorId, name, before.secrets[name], dataKey);
      if (settings[name] === undefined || old === undefined) return [];
      if (settings[name] !== old)
        return [
          [
            name,
            { sealed: sealSecret(connectorId, placeOf(name), old, dataKey), acceptedUntil: now + FORMER_ACCEPTED_MS },
          ],
        ];
      const former = stillAccepted(before.former, now)[name];
      return former === undefined ? [] : [[name, former]];
    }),
  );
}

/** Throws for a secret that was sealed with another key or for another link. */
export function openFormer(
  connectorId: string,
  former: FormerSecrets | undefined,
  settings: Readonly<Record<string, unknown>>,
  dataKey: DataKey,
): readonly FormerSettings[] {
  return Object.entries(former ?? {}).map(([name, { sealed, acceptedUntil }]) => ({
    settings: { ...settings, [name]: openSecret(connectorId, placeOf(name), sealed, dataKey) },
    acceptedUntil,
  }));
}

export function stillAccepted(former: FormerSecrets | undefined, now: number): FormerSecrets {
  return Object.fromEntries(Object.entries(former ?? {}).filter(([, { acceptedUntil }]) => now < acceptedUntil));
}

/** One that another data key sealed is accepted no more; to replace it must be possible all the same. */
function openIfPossible(
  connectorId: string,
  name: string,
  sealed: string | undefined,
  dataKey: DataKey,
): string | undefined {
  try {
    return sealed === undefined ? undefined : openSecret(connectorId, name, sealed, dataKey);
  } catch {
    return undefined;
  }
}

/** Another place than that of the secret itself. */
function placeOf(name: string): string {
  return `former/${name}`;
}
