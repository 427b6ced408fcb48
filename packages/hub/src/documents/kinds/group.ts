import { z } from 'zod';
import { defineDocument } from '../document-type.ts';

/** Its members are kept in a table of their own, and are what rules ask about. */
export const groupDocument = defineDocument({ kind: 'group', name: 'group', body: z.looseObject({}), effectOf: () => 'none', isTold: true });
