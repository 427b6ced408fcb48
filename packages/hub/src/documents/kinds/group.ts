import { z } from 'zod';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    group: true;
  }
}

/** Its members are kept in a table of their own, and are what rules ask about. */
export const groupDocument = defineDocument({
  kind: 'group',
  name: 'group',
  body: z.looseObject({}),
  effectOf: () => 'none',
  isTold: true,
});
