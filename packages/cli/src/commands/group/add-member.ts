import { word, words } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findGroup } from '../shared/find.ts';
import { addMembers, memberId } from './members.ts';

export const addMember = command({
  name: 'add-member',
  summary: 'Add members to a group; those that are in it already stay',
  args: {
    group: word('GROUP', 'Name or id'),
    members: words('USER', 'A user (any name), or the id of a group or device'),
  },
  examples: [{ line: 'sallyport group add-member Staff alan@example.com' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const group = await findGroup(client, args.group);
    const members: string[] = [];
    for (const name of args.members) members.push(await memberId(client, name));
    const added = await addMembers(client, group, members);
    return {
      json: { group: group.id, added },
      text: `${added} of ${members.length} were new in ${group.displayName}.${added < members.length ? ' The others were in it already.' : ''}\n`,
    };
  },
});
