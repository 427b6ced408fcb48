import { isTimeZone, type Organization } from '@sallyport/core';

/** The one document of its kind. */
export const ORGANIZATION_ID = 'default';

/** An `organization` document as it is stored. Where nothing was ever set, times are told in the zone of the machine that the hub runs on. */
export function toOrganization(body: Readonly<Record<string, unknown>> | undefined): Organization {
  const { helpDesk, timeZone, deviceManagementApp } = body ?? {};
  const { name, phone, email, url } = (typeof helpDesk === 'object' && helpDesk !== null ? helpDesk : {}) as Readonly<Record<string, unknown>>;
  const zone = textOf(timeZone);
  return {
    helpDesk: { name: textOf(name), phone: textOf(phone), email: textOf(email), url: textOf(url) },
    timeZone: isTimeZone(zone) ? zone : new Intl.DateTimeFormat().resolvedOptions().timeZone,
    managementApp: textOf(deviceManagementApp),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
