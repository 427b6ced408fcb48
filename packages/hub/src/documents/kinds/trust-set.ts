import { z } from 'zod';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    trustSet: true;
  }
}

/** CAs whose device certificates count wherever the set is named. */
export interface TrustSetBody {
  readonly displayName: string;
  /** PEM of the CAs that sign the devices' certificates themselves. */
  readonly certificateAuthorities: string;
}

const body: z.ZodType<TrustSetBody> = z.object({ displayName: z.string(), certificateAuthorities: z.string() });

/** One that cannot be read vouches for nobody. */
export const trustSetDocument = defineDocument({
  kind: 'trustSet',
  name: 'trust set',
  body,
  effectOf: () => 'none',
  isTold: true,
});
