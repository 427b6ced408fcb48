import type { GroupResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { text, texts } from '../../frame/flags.ts';
import { GROUPS } from '../shared/find.ts';
import { addMembers, memberId } from './members.ts';

export const create = command({
  name: 'create',
  summary: 'Make a group, with members if you like',
  args: { name: word('NAME', 'What people call the group') },
  flags: {
    member: texts('USER', 'A user (any name), or the id of a group or device'),
    description: text('TEXT', 'What it is for'),
  },
  examples: [{ line: 'sallyport group create Staff --member ada@example.com --member alan@example.com' }],
  async run({ args, flags }, { hub }) {
    const client = await hub();
    // Found before the group is made, so that a mistyped name leaves nothing behind.
    const members: string[] = [];
    for (const name of flags.member) members.push(await memberId(client, name));
    const group = await client.post<GroupResource>(GROUPS, {
      displayName: args.name,
      securityEnabled: true,
      mailEnabled: false,
      mailNickname: nickname(args.name),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    });
    const added = await addMembers(client, group, members);
    return {
      json: { ...group, members },
      text: `Made the group ${group.displayName} (${group.id}) with ${added} member${added === 1 ? '' : 's'}.\n`,
    };
  },
});

/** Graph wants one for every group; letters and digits are always allowed. */
function nickname(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z0-9]/gu, '')
      .slice(0, 60) || 'group'
  );
}
