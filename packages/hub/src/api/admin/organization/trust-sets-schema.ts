import { z } from 'zod';
import { isoTime } from '../../../platform/clock.ts';
import type { TrustSetBody } from '../../../documents/kinds/trust-set.ts';
import type { DocumentRow } from '../../../store/store.ts';
import { trustSetId } from '../../../evidence/require-trust-set.ts';
import { parseDeviceCas } from '../../../evidence/device-ca.ts';
import { unreadableView } from '../../../http/admin-documents.ts';

/** What administrators write and read of trust sets. */

const MOST_CAS = 200;

const fields = {
  displayName: z.string().trim().min(1).max(256),
  certificateAuthorities: z
    .string()
    .max(1_048_576)
    .describe(`PEM of at most ${MOST_CAS} CAs that sign the devices' certificates themselves.`),
};

export const trustSetCreate = z.strictObject({
  id: trustSetId.describe('What doors and clients name the set by.'),
  ...fields,
});
export const trustSetPatch = z.strictObject(fields).partial();

export const trustSetView = z.object({
  id: trustSetId,
  ...fields,
  authorities: z.array(
    z.object({
      subject: z.string(),
      sha256: z.string().describe('Fingerprint in hexadecimal.'),
      validUntil: z.iso.datetime(),
    }),
  ),
  usedBy: z.object({
    doors: z.array(z.string()).describe('Ids.'),
    clients: z.array(z.object({ id: z.string(), displayName: z.string() })),
  }),
  createdDateTime: z.iso.datetime(),
  modifiedDateTime: z.iso.datetime(),
});
export const trustSetOrUnreadable = z.union([trustSetView, unreadableView]);
export const trustSetList = z.object({ value: z.array(trustSetOrUnreadable) });

export type TrustSetView = z.infer<typeof trustSetView>;

/** @throws HubError `invalid_request` that names the field */
export function checkTrustSet(body: TrustSetBody): TrustSetBody {
  parseDeviceCas(body.certificateAuthorities, 'certificateAuthorities', MOST_CAS);
  return body;
}

export function toTrustSetView(
  { displayName, certificateAuthorities }: TrustSetBody,
  { id, createdAt, modifiedAt }: Omit<DocumentRow, 'body'>,
  usedBy: TrustSetView['usedBy'],
): TrustSetView {
  const authorities = parseDeviceCas(certificateAuthorities, 'certificateAuthorities', Infinity).map(
    ({ certificate, notAfter }) => ({
      subject: certificate.subject.replaceAll('\n', ', '),
      sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      validUntil: isoTime(notAfter),
    }),
  );
  return {
    id,
    displayName,
    certificateAuthorities,
    authorities,
    usedBy,
    createdDateTime: isoTime(createdAt),
    modifiedDateTime: isoTime(modifiedAt),
  };
}
