import type { OrganizationResource } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';

export const ORGANIZATION = '/admin/v1/organization';

export function organizationText(
  { helpDesk, timeZone, timeZoneInUse, deviceManagementApp }: OrganizationResource,
  style: Style,
): string {
  return facts(
    [
      ['Help desk', helpDesk.name],
      ['Telephone', helpDesk.phone],
      ['Mail', helpDesk.email],
      ['Page', helpDesk.url],
      ['Time zone', timeZone ?? `${timeZoneInUse} (of the hub's machine)`],
      ['Device management app', deviceManagementApp],
    ],
    style,
  );
}
