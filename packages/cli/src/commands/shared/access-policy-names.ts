import { RequestRefused, type HubClient } from '@sallyport/contracts/client/index.ts';

/** What people call conditional access policies, by id; who may not read them sees the ids. */
export async function accessPolicyNames(hub: HubClient): Promise<(id: string) => string> {
  try {
    const policies = await hub.all<{ readonly id: string; readonly displayName: string }>(
      '/v1.0/identity/conditionalAccess/policies',
    );
    const names = new Map(policies.map(({ id, displayName }) => [id, displayName]));
    return (id) => names.get(id) ?? id;
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 403) return (id) => id;
    throw error;
  }
}
