import type { Resource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { findGroup, GROUPS } from '../shared/find.ts';

export const members = command({
  name: 'members',
  summary: 'List the members of a group',
  args: { group: word('GROUP', 'Name or id') },
  examples: [{ line: 'sallyport group members Staff' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const { id } = await findGroup(client, args.group);
    const found = await client.all(`${GROUPS}/${id}/members`);
    const text = (member: Resource, name: string): string | null =>
      typeof member[name] === 'string' ? member[name] : null;
    return {
      json: found,
      text: table(
        found,
        [
          { title: 'KIND', cell: (member) => text(member, '@odata.type')?.replace('#microsoft.graph.', '') },
          { title: 'NAME', cell: (member) => text(member, 'userPrincipalName') ?? text(member, 'displayName') },
          { title: 'ID', cell: (member) => text(member, 'id') },
        ],
        style,
        'The group has no members.',
      ),
    };
  },
});
