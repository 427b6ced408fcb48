import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findGroup, GROUPS } from '../shared/find.ts';
import { memberId } from './members.ts';

export const removeMember = command({
  name: 'remove-member',
  summary: 'Take a member out of a group',
  args: {
    group: word('GROUP', 'Name or id'),
    member: word('USER', 'A user (any name), or the id of a group or device'),
  },
  examples: [{ line: 'sallyport group remove-member Staff alan@example.com' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const group = await findGroup(client, args.group);
    const member = await memberId(client, args.member);
    await client.delete(`${GROUPS}/${group.id}/members/${member}/$ref`);
    return {
      json: { group: group.id, removed: member },
      text: `${args.member} is not in ${group.displayName} any more.\n`,
    };
  },
});
