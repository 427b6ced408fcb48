import { z } from 'zod';
import type { InventoryKind } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    inventoryPush: true;
  }
}

/** Where inventories are pushed to; its id is the connector's. */
export interface InventoryPushBody {
  readonly url: string;
  readonly enabled: boolean;
  readonly kinds: readonly InventoryKind[];
  /** The key of the signature, sealed with the data key. */
  readonly sealedSecret: string;
}

const body: z.ZodType<InventoryPushBody> = z.object({
  url: z.string(),
  enabled: z.boolean(),
  kinds: z.array(z.enum(['apps', 'certificates'])),
  sealedSecret: z.string(),
});

/** To one that cannot be read nothing is pushed. */
export const inventoryPushDocument = defineDocument({
  kind: 'inventoryPush',
  name: 'inventory push',
  body,
  effectOf: () => 'none',
  isTold: true,
  hides: ['sealedSecret'],
});
