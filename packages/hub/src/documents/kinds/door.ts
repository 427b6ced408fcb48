import { z } from 'zod';
import type { ClientAppType } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    door: true;
  }
}

/** Gateways that there is an adapter for. */
export type DoorKind = 'nginx';

/** Which application a request is for. */
export interface ApplicationRule {
  /** Exact, or `*.example.com` for any name below; absent: every host. Lower case. */
  readonly host?: string | undefined;
  /** Whole path segments, compared in any letter case; absent: every path. */
  readonly pathPrefix?: string | undefined;
  /** Id or name of the application. */
  readonly application: string;
  readonly clientAppType?: ClientAppType | undefined;
}

export interface DoorBody {
  readonly kind: DoorKind;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly secretHash: string;
  /** Of the secret that was replaced, which is accepted until `formerSecretUntil` (milliseconds since 1970). */
  readonly formerSecretHash?: string | null | undefined;
  readonly formerSecretUntil?: number | null | undefined;
  /** The first characters of the secret, so that people can tell two apart. */
  readonly hint: string;
  readonly applications: readonly ApplicationRule[];
  /** For requests that no rule fits; `null`: such requests are denied. */
  readonly defaultApplication: string | null;
  /** PEM of the CAs that sign the devices' certificates: a trust set of this door alone. `null` where `trustSet` names one. */
  readonly deviceCa: string | null;
  /** Id of a trust set; absent in what was written before there were any. */
  readonly trustSet?: string | null | undefined;
  /** `device`: the primary user of the device; else the name of a header that the gateway itself sets after signing the user in. */
  readonly userFrom: string;
  /** Of messages, where the user's browser names no language that we have; English where there are no texts in it any more. */
  readonly language: string;
  /** Where nothing speaks against an access but that the hub has no recent information: `open` lets it through. */
  readonly failMode: 'closed' | 'open';
  /** Who decided so and why; required for `open`. */
  readonly failOpenReason: string | null;
}

const rule: z.ZodType<ApplicationRule> = z.object({
  host: z.string().optional(),
  pathPrefix: z.string().optional(),
  application: z.string(),
  clientAppType: z
    .enum(['browser', 'mobileAppsAndDesktopClients', 'exchangeActiveSync', 'easSupported', 'other'])
    .optional(),
});

const body: z.ZodType<DoorBody> = z.object({
  kind: z.literal('nginx'),
  displayName: z.string(),
  enabled: z.boolean(),
  secretHash: z.string(),
  formerSecretHash: z.string().nullish(),
  formerSecretUntil: z.number().nullish(),
  hint: z.string(),
  applications: z.array(rule),
  defaultApplication: z.string().nullable(),
  deviceCa: z.string().nullable(),
  trustSet: z.string().nullish(),
  userFrom: z.string(),
  language: z.string(),
  failMode: z.enum(['closed', 'open']),
  failOpenReason: z.string().nullable(),
});

/** One that cannot be read lets nobody in, as if there were no such door. */
export const doorDocument = defineDocument({
  kind: 'door',
  name: 'door',
  body,
  effectOf: () => 'none',
  isTold: true,
  hides: ['secretHash', 'formerSecretHash'],
});
