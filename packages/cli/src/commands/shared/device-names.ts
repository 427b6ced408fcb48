import { RequestRefused, type DeviceResource, type HubClient } from '@sallyport/contracts/client/index.ts';
import { DEVICES } from './find.ts';
import { literal, withQuery } from './odata.ts';

/** Ids in one question, and at most so many that names are looked up for: nobody reads more. */
const AT_ONCE = 50;
const MOST = 1_000;

/** What people call the devices of a list, with the person; who has no name, or may not be read, is called by the id. */
export async function deviceNames(hub: HubClient, ids: readonly string[]): Promise<(id: string) => string> {
  const names = new Map<string, string>();
  const unique = [...new Set(ids)].slice(0, MOST);
  try {
    for (let from = 0; from < unique.length; from += AT_ONCE) {
      const $filter = `id in (${unique
        .slice(from, from + AT_ONCE)
        .map(literal)
        .join(',')})`;
      for (const device of await hub.all<DeviceResource>(withQuery(DEVICES, { $filter })))
        names.set(device.id, nameOf(device));
    }
  } catch (error) {
    if (!(error instanceof RequestRefused && error.status === 403)) throw error;
  }
  return (id) => names.get(id) ?? id;
}

function nameOf({ id, deviceName, userPrincipalName }: DeviceResource): string {
  if (!deviceName) return id;
  return userPrincipalName ? `${deviceName} (${userPrincipalName})` : deviceName;
}
