import type { GroupResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { GROUPS } from '../shared/find.ts';

export const list = command({
  name: 'list',
  summary: 'List groups',
  examples: [{ line: 'sallyport group list' }],
  async run(_, { hub, style }) {
    const groups = await (await hub()).all<GroupResource>(GROUPS);
    return {
      json: groups,
      text: table(
        groups,
        [
          { title: 'NAME', cell: (group) => group.displayName },
          { title: 'DESCRIPTION', cell: (group) => group.description },
          { title: 'ID', cell: (group) => group.id },
        ],
        style,
        'No groups.',
      ),
    };
  },
});
