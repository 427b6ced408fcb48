import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';

export const DOORS = '/admin/v1/doors';

export const list = command({
  name: 'list',
  summary: 'List the doors',
  examples: [{ line: 'sallyport door list' }],
  async run(_, { hub, style }) {
    const doors = await (await hub()).all<DoorResource>(DOORS);
    return {
      json: doors,
      text: table(
        doors,
        [
          { title: 'ID', cell: (door) => door.id },
          { title: 'NAME', cell: (door) => door.displayName },
          { title: 'ENABLED', cell: (door) => door.enabled },
          { title: 'ADDRESS', cell: (door) => door.url },
          { title: 'KEY', cell: (door) => `${door.hint}...` },
        ],
        style,
        'There are no doors yet. "sallyport door create --help" tells how to make one.',
      ),
    };
  },
});
