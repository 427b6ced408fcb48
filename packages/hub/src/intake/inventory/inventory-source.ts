import type { DataKey } from '../../platform/data-key.ts';
import type { DocumentRow } from '../../store/store.ts';
import type { ExpectedPush } from './google-token.ts';

export const SOURCE_KINDS = ['nanomdm', 'androidManagement'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The body of an `inventorySource` document. */
export interface InventorySourceBody {
  readonly displayName: string;
  /** `nanomdm`: the webhook of NanoMDM or MicroMDM. `androidManagement`: devices of the Android Management API. */
  readonly kind: SourceKind;
  readonly enabled: boolean;
  /** The key of the signature, sealed with the data key. */
  readonly sealedSecret: string;
  /** Android: pushes of Pub/Sub are let in by Google's token, too. */
  readonly pubsub?: ExpectedPush | undefined;
}

/** A source ready for use. In memory only. */
export interface OpenSource extends InventorySourceBody {
  readonly id: string;
  readonly secret: string;
}

export function sealSource(id: string, secret: string, dataKey: DataKey): string {
  return dataKey.seal(secret, contextOf(id));
}

/** Throws when the secret was sealed with another key. */
export function openSource({ id, body }: DocumentRow, dataKey: DataKey): OpenSource {
  const source = body as unknown as InventorySourceBody;
  return { ...source, id, secret: dataKey.open(source.sealedSecret, contextOf(id)) };
}

function contextOf(id: string): string {
  return `inventorySource/${id}`;
}
