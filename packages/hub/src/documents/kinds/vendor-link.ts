import { z } from 'zod';
import { isoTime } from '../../platform/clock.ts';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    vendorLink: true;
  }
}

/** A secret that was replaced, and until when it is accepted beside the new one. */
export interface FormerSecret {
  /** With the data key, as the secrets. */
  readonly sealed: string;
  /** Milliseconds since 1970; from then on it is refused. */
  readonly acceptedUntil: number;
}

/** How a connector gets its reports from its vendor; its id is the connector's. */
export interface VendorLinkBody {
  /** `Vendor.id`. */
  readonly vendor: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Sealed with the data key, one by one, by the names of their settings. */
  readonly secrets: Readonly<Record<string, string>>;
  /** By the name of the setting. Left out where no secret was replaced. */
  readonly former?: Readonly<Record<string, FormerSecret>> | undefined;
}

const body: z.ZodType<VendorLinkBody> = z.object({
  vendor: z.string(),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.string()),
  former: z.record(z.string(), z.object({ sealed: z.string(), acceptedUntil: z.number() })).optional(),
});

/** Which secrets are set, and until when former ones are accepted. */
function audited({
  vendor,
  enabled,
  settings,
  secrets,
  former = {},
}: VendorLinkBody): Readonly<Record<string, unknown>> {
  const formerAccepted = Object.entries(former).map(
    ([name, { acceptedUntil }]) => `${name} until ${isoTime(acceptedUntil)}`,
  );
  return { vendor, enabled, settings, set: Object.keys(secrets).sort(), formerAccepted: formerAccepted.sort() };
}

/** One that cannot be read does not run. */
export const vendorLinkDocument = defineDocument({
  kind: 'vendorLink',
  name: 'link to a vendor',
  body,
  effectOf: () => 'none',
  isTold: false,
  audited,
});
