import { z } from 'zod';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    inventorySource: true;
  }
}

/** `nanomdm`: the webhook of NanoMDM or MicroMDM. `androidManagement`: devices of the Android Management API. */
export const SOURCE_KINDS = ['nanomdm', 'androidManagement'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What a push of Pub/Sub says in Google's token. */
export interface ExpectedPush {
  /** `audience` of the push subscription. */
  readonly audience: string;
  /** Mail address of the service account that the subscription signs with. */
  readonly serviceAccount: string;
}

/** Where inventories of apps and certificates come from. */
export interface InventorySourceBody {
  readonly displayName: string;
  readonly kind: SourceKind;
  readonly enabled: boolean;
  /** The key of the signature, sealed with the data key. */
  readonly sealedSecret: string;
  /** Android: pushes of Pub/Sub are let in by Google's token, too. */
  readonly pubsub?: ExpectedPush | undefined;
}

const body: z.ZodType<InventorySourceBody> = z.object({
  displayName: z.string(),
  kind: z.enum(SOURCE_KINDS),
  enabled: z.boolean(),
  sealedSecret: z.string(),
  pubsub: z.object({ audience: z.string(), serviceAccount: z.string() }).optional(),
});

/** What one that cannot be read sends is refused. */
export const inventorySourceDocument = defineDocument({
  kind: 'inventorySource',
  name: 'inventory source',
  body,
  effectOf: () => 'none',
  isTold: true,
  hides: ['sealedSecret'],
});
