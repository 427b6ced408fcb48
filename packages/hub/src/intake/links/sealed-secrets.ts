import type { VendorLinkBody } from '../../documents/kinds/vendor-link.ts';
import type { DataKey } from '../../platform/data-key.ts';

/** Each seal is bound to its place, so that it cannot be moved into another link's and sent elsewhere. */
export function sealSecret(connectorId: string, name: string, secret: string, dataKey: DataKey): string {
  return dataKey.seal(secret, context(connectorId, name));
}

/** Throws for a secret that was sealed with another key or for another link. */
export function openSecret(connectorId: string, name: string, sealed: string, dataKey: DataKey): string {
  return dataKey.open(sealed, context(connectorId, name));
}

/** As `openSecret`, for all of them. */
export function openSecrets(
  connectorId: string,
  sealed: VendorLinkBody['secrets'],
  dataKey: DataKey,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sealed).map(([name, value]) => [name, openSecret(connectorId, name, value, dataKey)]),
  );
}

function context(connectorId: string, name: string): string {
  return `vendorLink/${connectorId}/${name}`;
}
