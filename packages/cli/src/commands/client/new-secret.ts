import type { ApplicationResource, HubClient } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { APPLICATIONS } from '../shared/find.ts';
import { instant } from '../shared/paint.ts';

export interface NewSecret {
  readonly keyId: string;
  readonly secretText: string;
  readonly endDateTime: string;
}

export function addSecret(
  client: HubClient,
  { id }: ApplicationResource,
  displayName: string,
  until: string | undefined,
): Promise<NewSecret> {
  return client.post<NewSecret>(`${APPLICATIONS}/${id}/addPassword`, {
    passwordCredential: { displayName, ...(until === undefined ? {} : { endDateTime: endOf(until) }) },
  });
}

export function newClientText(application: ApplicationResource, secret: NewSecret, style: Style): string {
  return `${facts(
    [
      ['Name', application.displayName],
      ['Client id', application.appId],
      ['Client secret', secret.secretText],
      ['Secret ends', instant(secret.endDateTime)],
      ['Permissions', application.permissions.join(' ')],
      ['Connector', application.mobileThreatDefenseConnectorId],
    ],
    style,
  )}\n${style.warn('The secret is shown only now; the hub keeps a hash of it.')}\n`;
}

function endOf(date: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/u.test(date) ? Date.parse(`${date}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--secret-until must be a date like 2027-12-31, not "${date}".`);
  return new Date(at).toISOString();
}
