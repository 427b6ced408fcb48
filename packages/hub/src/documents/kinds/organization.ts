import { z } from 'zod';
import type { Organization } from '@sallyport/core';
import { isTimeZone } from '@sallyport/texts';
import { defineDocument } from '../document-type.ts';
import { text } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    organization: true;
  }
}

/** The one document of its kind. */
export const ORGANIZATION_ID = 'default';

const helpDesk = z.looseObject({ name: text, phone: text, email: text, url: text }).nullish();
const body = z.looseObject({ helpDesk, timeZone: text, deviceManagementApp: text });

/** Where no zone was ever set, times are told in that of the machine that the hub runs on. */
function toOrganization({ helpDesk: desk, timeZone, deviceManagementApp }: z.infer<typeof body>): Organization {
  return {
    helpDesk: { name: desk?.name, phone: desk?.phone, email: desk?.email, url: desk?.url },
    timeZone: isTimeZone(timeZone) ? timeZone : new Intl.DateTimeFormat().resolvedOptions().timeZone,
    managementApp: deviceManagementApp,
  };
}

/** Where nothing was ever set. */
export const NO_ORGANIZATION: Organization = toOrganization(body.parse({}));

/** What texts for people say of the organisation. Without it they name no help desk. */
export const organizationDocument = defineDocument({
  kind: 'organization',
  name: 'organisation',
  body,
  toRule: toOrganization,
  effectOf: () => 'none',
  isTold: true,
});
