import { RequestRefused, type GroupResource, type HubClient } from '@sallyport/contracts/client/index.ts';
import { GROUPS } from './find.ts';

/** What people call groups, by id; who may not read them sees the ids. */
export async function groupNames(hub: HubClient): Promise<(id: string) => string> {
  try {
    const names = new Map((await hub.all<GroupResource>(GROUPS)).map(({ id, displayName }) => [id, displayName]));
    return (id) => names.get(id) ?? id;
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 403) return (id) => id;
    throw error;
  }
}
