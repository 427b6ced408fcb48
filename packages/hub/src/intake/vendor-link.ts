import type { DataKey } from '../platform/data-key.ts';
import type { DocumentRow } from '../store/store.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { secretNames } from '../vendors/vendor.ts';

/** The body of a `vendorLink` document; its id is the connector's. */
export interface VendorLinkBody {
  /** `Vendor.id`. */
  readonly vendor: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Sealed with the data key, one by one. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A link ready for use: its secrets opened, its settings parsed. In memory only. */
export interface OpenLink {
  readonly connectorId: string;
  readonly vendor: Vendor;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

export function linkBody(row: DocumentRow): VendorLinkBody {
  return row.body as unknown as VendorLinkBody;
}

/** Throws, with a message for administrators, when the settings no longer fit or the secrets cannot be opened. */
export function openLink(connectorId: string, body: VendorLinkBody, vendor: Vendor, dataKey: DataKey): OpenLink {
  const parsed = vendor.settings.safeParse({ ...body.settings, ...openSecrets(connectorId, body.secrets, dataKey) });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`The setting ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  }
  return { connectorId, vendor, enabled: body.enabled, settings: parsed.data };
}

/** Throws for a secret that was sealed with another key or for another link. */
export function openSecrets(connectorId: string, sealed: VendorLinkBody['secrets'], dataKey: DataKey): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sealed).map(([name, value]) => [name, dataKey.open(value, sealContext(connectorId, name))]));
}

/** Settings that passed the vendor's schema, with the secrets taken out and sealed. */
export function sealLink(connectorId: string, vendor: Vendor, enabled: boolean, settings: Readonly<Record<string, unknown>>, dataKey: DataKey): VendorLinkBody {
  const names = new Set(secretNames(vendor));
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    vendor: vendor.id,
    enabled,
    settings: Object.fromEntries(given.filter(([name]) => !names.has(name))),
    secrets: Object.fromEntries(given.filter(([name]) => names.has(name)).map(([name, value]) => [name, dataKey.seal(String(value), sealContext(connectorId, name))])),
  };
}

/** Binds a sealed secret to its place, so that it cannot be moved into another link's and sent elsewhere. */
function sealContext(connectorId: string, name: string): string {
  return `vendorLink/${connectorId}/${name}`;
}
