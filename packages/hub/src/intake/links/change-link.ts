import { HubError } from '@sallyport/contracts';
import type { VendorLinkBody } from '../../documents/kinds/vendor-link.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { Outbound } from '../../platform/outbound.ts';
import '../../platform/zod-words.ts';
import type { Vendor } from '../../vendors/vendor.ts';
import { destinationNames, incomingNames, secretNames } from '../../vendors/vendor.ts';
import { openSecrets } from './sealed-secrets.ts';

export interface GivenLink {
  readonly vendor: Vendor;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The whole settings of a link from what an administrator sent: a secret that is left out stays as it was, one
 * that is null is taken away. A secret does not stay when the address it is sent to changes; otherwise who may
 * change the address could have it sent to a server of their own and read it there.
 *
 * @throws HubError `invalid_request` naming the field
 */
export function changedSettings(
  connectorId: string,
  given: GivenLink,
  before: VendorLinkBody | undefined,
  dataKey: DataKey,
): Readonly<Record<string, unknown>> {
  const { vendor } = given;
  const same = before?.vendor === vendor.id ? before : undefined;
  const kept = same === undefined ? {} : keptSecrets(connectorId, given, same, dataKey);
  const asked = Object.fromEntries(Object.entries(given.settings).filter(([, value]) => value !== null));
  const parsed = vendor.settings.strict().safeParse({ ...kept, ...asked });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join(
      '.',
    );
    throw new HubError('invalid_request', `settings.${path} ${issue?.message ?? 'is not valid'}.`, {
      field: `settings.${path}`,
    });
  }
  if (same !== undefined && isSentElsewhere(vendor, same, parsed.data)) {
    const missing = Object.keys(kept).find((name) => !incomingNames(vendor).includes(name));
    if (missing !== undefined) {
      throw new HubError(
        'invalid_request',
        `The address changes, so enter ${missing} again: a kept secret is never sent to another address.`,
        { field: `settings.${missing}` },
      );
    }
  }
  return parsed.data;
}

/**
 * Refuses an address that the hub may not call, as far as that shows without asking for its name. A link that is switched
 * off may keep the one that it has: otherwise a link whose address is no longer allowed could not be switched off.
 *
 * @throws HubError `invalid_request` naming the field, with the reason
 */
export function refuseAddresses(
  { vendor, settings, enabled }: GivenLink & { readonly enabled: boolean },
  before: VendorLinkBody | undefined,
  http: Pick<Outbound, 'refusal'>,
): void {
  for (const name of vendor.addressesCalled?.(settings) ?? destinationNames(vendor)) {
    const address = settings[name];
    // Not every destination is an address: some are the id of a tenant.
    if (typeof address !== 'string' || !URL.canParse(address)) continue;
    if (!enabled && before?.vendor === vendor.id && before.settings[name] === address) continue;
    const refusal = http.refusal(address);
    if (refusal !== undefined)
      throw new HubError('invalid_request', `settings.${name} cannot be called. ${refusal}`, {
        field: `settings.${name}`,
      });
  }
}

/** Whether the link would talk to another place than before; then its old place in the lists means nothing. */
export function isSentElsewhere(
  vendor: Vendor,
  before: VendorLinkBody,
  settings: Readonly<Record<string, unknown>>,
): boolean {
  return (
    before.vendor !== vendor.id || destinationNames(vendor).some((name) => before.settings[name] !== settings[name])
  );
}

/** Those that were neither given anew nor taken away. */
function keptSecrets(
  connectorId: string,
  { vendor, settings }: GivenLink,
  before: VendorLinkBody,
  dataKey: DataKey,
): Readonly<Record<string, string>> {
  const names = secretNames(vendor).filter(
    (name) => settings[name] === undefined && Object.hasOwn(before.secrets, name),
  );
  return openSecrets(
    connectorId,
    Object.fromEntries(names.map((name) => [name, before.secrets[name] as string])),
    dataKey,
  );
}
