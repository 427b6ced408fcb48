import type { DataKey } from '../../platform/data-key.ts';
import type { InventorySourceBody } from '../../documents/kinds/inventory-source.ts';

/** A source ready for use. In memory only. */
export interface OpenSource extends InventorySourceBody {
  readonly id: string;
  readonly secret: string;
}

export function sealSource(id: string, secret: string, dataKey: DataKey): string {
  return dataKey.seal(secret, contextOf(id));
}

/** Throws when the secret was sealed with another key. */
export function openSource(id: string, source: InventorySourceBody, dataKey: DataKey): OpenSource {
  return { ...source, id, secret: dataKey.open(source.sealedSecret, contextOf(id)) };
}

function contextOf(id: string): string {
  return `inventorySource/${id}`;
}
