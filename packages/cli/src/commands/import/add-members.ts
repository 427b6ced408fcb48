import type { HubClient, Resource } from '@sallyport/contracts/client/index.ts';
import { GROUPS } from '../shared/find.ts';

/** As many as Graph takes in one request. */
const MOST_BINDS = 20;

/** One member as the file names it. */
export interface NamedMember {
  readonly name: string;
  /** `members[3]` */
  readonly field: string;
}

/** Adds those members that the group has not yet. */
export async function addMissingMembers(hub: HubClient, groupId: string, members: readonly string[]): Promise<void> {
  const present = new Set(
    (await hub.all<{ readonly id: string }>(`${GROUPS}/${groupId}/members`)).map((member) => member.id),
  );
  const missing = [...new Set(members)].filter((member) => !present.has(member));
  for (let i = 0; i < missing.length; i += MOST_BINDS) {
    await hub.patch(`${GROUPS}/${groupId}`, {
      'members@odata.bind': missing
        .slice(i, i + MOST_BINDS)
        .map((member) => `${hub.baseUrl}/v1.0/directoryObjects/${member}`),
    });
  }
}

/** What a group's item says of its members, in `members` (ids, names or objects) and `members@odata.bind`. */
export function membersNamed(group: Resource): readonly NamedMember[] {
  return ['members', 'members@odata.bind'].flatMap((property) => {
    const members = group[property];
    return !Array.isArray(members)
      ? []
      : members.flatMap((member: unknown, index) => {
          const name = nameOf(member);
          return name === undefined ? [] : [{ name, field: `${property}[${index}]` }];
        });
  });
}

function nameOf(member: unknown): string | undefined {
  if (typeof member === 'string') return member.split('/').at(-1);
  const { id, userPrincipalName } = (member ?? {}) as Resource;
  const name = id ?? userPrincipalName;
  return typeof name === 'string' ? name : undefined;
}
