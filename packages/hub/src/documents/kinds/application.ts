import { z } from 'zod';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    application: true;
  }
}

/** An application, and everything that rules and doors may call it. */
export interface NamedApplication {
  readonly id: string;
  readonly displayName: string;
  /** In small letters. */
  readonly names: readonly string[];
}

const body = z.looseObject({
  appId: z.string(),
  displayName: z.string(),
  identifierUris: z.array(z.string()).nullish(),
});

function toApplication({ appId, displayName, identifierUris }: z.infer<typeof body>): NamedApplication {
  const names = [appId, displayName, ...(identifierUris ?? [])].map((name) => name.toLowerCase());
  return { id: canonicalId(appId), displayName, names };
}

/** A name that means no application is denied. */
export const applicationDocument = defineDocument({
  kind: 'application',
  name: 'application',
  body,
  toRule: toApplication,
  effectOf: () => 'access',
  isTold: true,
  hides: ['passwordCredentials'],
});
