import type { DataKey } from '../../platform/data-key.ts';
import type { VendorLinkBody } from '../../documents/kinds/vendor-link.ts';
import type { Vendor } from '../../vendors/vendor.ts';
import { secretNames } from '../../vendors/vendor.ts';
import { openFormer, type FormerSettings } from './former-secrets.ts';
import { openSecrets, sealSecret } from './sealed-secrets.ts';

/** A link ready for use: its secrets opened, its settings parsed. In memory only. */
export interface OpenLink {
  readonly connectorId: string;
  readonly vendor: Vendor;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** For what vendors send us: settings that were right before. */
  readonly former?: readonly FormerSettings[];
}

/** All settings with which a call of the vendor may fit now: those of the link first. */
export function settingsAccepted({ settings, former = [] }: OpenLink, now: number): readonly OpenLink['settings'][] {
  return [settings, ...former.filter(({ acceptedUntil }) => now < acceptedUntil).map((one) => one.settings)];
}

/** Throws, with a message for administrators, when the settings no longer fit or the secrets cannot be opened. */
export function openLink(connectorId: string, body: VendorLinkBody, vendor: Vendor, dataKey: DataKey): OpenLink {
  const parsed = vendor.settings.safeParse({ ...body.settings, ...openSecrets(connectorId, body.secrets, dataKey) });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`The setting ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  }
  return {
    connectorId,
    vendor,
    enabled: body.enabled,
    settings: parsed.data,
    former: openFormer(connectorId, body.former, parsed.data, dataKey),
  };
}

/** Settings that passed the vendor's schema, with the secrets taken out and sealed. */
export function sealLink(
  connectorId: string,
  vendor: Vendor,
  enabled: boolean,
  settings: Readonly<Record<string, unknown>>,
  dataKey: DataKey,
): VendorLinkBody {
  const names = new Set(secretNames(vendor));
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    vendor: vendor.id,
    enabled,
    settings: Object.fromEntries(given.filter(([name]) => !names.has(name))),
    secrets: Object.fromEntries(
      given
        .filter(([name]) => names.has(name))
        .map(([name, value]) => [name, sealSecret(connectorId, name, String(value), dataKey)]),
    ),
  };
}
