import { z } from 'zod';

/**
 * What a document of kind `application` holds: a client of our API. Its id is the Graph object id; clients
 * know it by `appId`. `permissions` is what its tokens carry as `roles`.
 */
const passwordCredentialDocument = z.object({
  keyId: z.string(),
  displayName: z.string().nullable(),
  /** The first characters of the secret. */
  hint: z.string(),
  /** See `secrets.ts`; never leaves the hub. */
  hash: z.string(),
  /** ISO 8601. */
  startDateTime: z.string(),
  endDateTime: z.string(),
});

export const applicationDocument = z.object({
  appId: z.string(),
  displayName: z.string(),
  permissions: z.array(z.string()),
  /** The connector that a partner's client speaks for. */
  mobileThreatDefenseConnectorId: z.string().nullable(),
  identifierUris: z.array(z.string()),
  passwordCredentials: z.array(passwordCredentialDocument),
  /** Of a client that asks for decisions: the trust set whose CAs vouch for the device certificates that it hands on. `null`: none do. */
  deviceTrustSet: z.string().nullable().default(null),
  /** Types of obligations that it fulfils although its requests do not say so. */
  supportedObligations: z.array(z.string()).default([]),
  /** Members of `context` that cannot be used are refused, and not taken for unknown. */
  strictContext: z.boolean().default(false),
});

export type PasswordCredentialDocument = z.infer<typeof passwordCredentialDocument>;
export type ApplicationDocument = z.infer<typeof applicationDocument>;

/** A stored application; `undefined` where it cannot be read. */
export function readApplication(body: unknown): ApplicationDocument | undefined {
  return applicationDocument.safeParse(body).success ? (body as ApplicationDocument) : undefined;
}
