import { invalidField } from '@sallyport/contracts';
import type { Transaction } from '../../store/store.ts';

/** A door or client must not name a set that is not there: it would believe nobody. @throws HubError `invalid_request` */
export async function requireTrustSet(tx: Pick<Transaction, 'documents'>, id: string | null, field: string): Promise<void> {
  if (id === null || (await tx.documents.get('trustSet', id)) !== undefined) return;
  throw invalidField(field, `names "${id.slice(0, 100)}", which is no trust set; GET /admin/v1/trust-sets lists them`);
}
