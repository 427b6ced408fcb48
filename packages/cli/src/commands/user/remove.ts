import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findUser, USERS } from '../shared/find.ts';

export const remove = command({
  name: 'remove',
  summary: 'Remove a user; all their access ends at once',
  args: { user: word('USER', 'Id, user principal name or mail') },
  examples: [{ line: 'sallyport user remove ada@example.com' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, userPrincipalName } = await findUser(client, args.user);
    await client.delete(`${USERS}/${id}`);
    return { json: { removed: id }, text: `Removed the user ${userPrincipalName}.\n` };
  },
});
