import type { GroupResource, HubClient } from '@sallyport/contracts/client/index.ts';
import { RequestRefused } from '@sallyport/contracts/client/index.ts';
import { DEVICES, findUser, GROUPS } from '../shared/find.ts';
import { isGuid } from '../shared/odata.ts';

/** The id of a user by any name, or of whatever a GUID stands for (a user, a group or a device). */
export async function memberId(client: HubClient, name: string): Promise<string> {
  if (!isGuid(name)) return (await findUser(client, name)).id;
  for (const path of ['/v1.0/users', GROUPS, DEVICES]) {
    if ((await client.find(`${path}/${name}`)) !== undefined) return name.toLowerCase();
  }
  throw new Error(`There is no user, group or device with the id ${name}.`);
}

/** Answers how many were new. */
export async function addMembers(
  client: HubClient,
  { id }: GroupResource,
  members: readonly string[],
): Promise<number> {
  let added = 0;
  for (const member of members) {
    try {
      await client.post(`${GROUPS}/${id}/members/$ref`, {
        '@odata.id': `${client.baseUrl}/v1.0/directoryObjects/${member}`,
      });
      added += 1;
    } catch (error) {
      // Graph refuses what is a member already; for us that is what was wanted.
      if (!(error instanceof RequestRefused && error.message.includes('already exist'))) throw error;
    }
  }
  return added;
}
