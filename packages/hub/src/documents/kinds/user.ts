import { z } from 'zod';
import type { UserFacts } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';
import { text } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    user: true;
  }
}

const body = z.object({
  userPrincipalName: text,
  mail: text,
  accountEnabled: z.boolean().nullish(),
  preferredLanguage: text,
});

/** Without the user's groups. Whose account does not say that it is switched off can sign in. */
function toUser(stored: z.infer<typeof body>, id: string): Omit<UserFacts, 'groupIds'> {
  const userPrincipalName = stored.userPrincipalName ?? id;
  return {
    id,
    userPrincipalName,
    // Mostly the same words, which are then kept once: there may be hundreds of thousands.
    mail: stored.mail === userPrincipalName ? userPrincipalName : stored.mail,
    accountEnabled: stored.accountEnabled !== false,
    preferredLanguage: stored.preferredLanguage,
  };
}

/** Of a user that cannot be read nobody knows anything: as if there were none. */
export const userDocument = defineDocument({
  kind: 'user',
  name: 'user',
  body,
  toRule: toUser,
  effectOf: ({ id }) => ({ ofUser: id }),
  isTold: true,
});
