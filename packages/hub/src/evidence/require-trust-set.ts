import { z } from 'zod';
import { invalidField } from '@sallyport/contracts';
import type { Transaction } from '../store/store.ts';

/** What doors and clients name a trust set by. */
export const trustSetId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u, 'must be 1 to 63 lower-case letters, digits and hyphens');

/** A door or client must not name a set that is not there: it would believe nobody. @throws HubError `invalid_request` */
export async function requireTrustSet(
  tx: Pick<Transaction, 'documents'>,
  id: string | null,
  field: string,
): Promise<void> {
  if (id === null || (await tx.documents.get('trustSet', id)) !== undefined) return;
  throw invalidField(field, `names "${id.slice(0, 100)}", which is no trust set; GET /admin/v1/trust-sets lists them`);
}
