import { partnerOfConnector } from '@sallyport/contracts/graph/partners.ts';
import type { Store } from '../../../store/store.ts';

/** What people know a partner by. */
export type PartnerNames = (connectorId: string) => string;

/** By the id of its connector: the name at this hub, else the one it is known by everywhere, else the id itself. A connector that is gone has a name only when its partner is known. */
export async function partnerNames({ documents }: Pick<Store, 'documents'>): Promise<PartnerNames> {
  const connectors = await documents.list('mobileThreatDefenseConnector');
  const here = new Map(
    connectors.map(({ id, body: { partnerDisplayName: name } }) => [
      id,
      typeof name === 'string' && name !== '' ? name : undefined,
    ]),
  );
  return (connectorId) => here.get(connectorId) ?? partnerOfConnector(connectorId)?.name ?? connectorId;
}
