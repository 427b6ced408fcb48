import type { UserResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { USERS } from '../shared/find.ts';

export const create = command({
  name: 'create',
  summary: 'Make a user by hand; a directory comes in with "sallyport import"',
  args: { upn: word('USERPRINCIPALNAME', 'Such as ada@example.com') },
  flags: {
    name: text('NAME', 'What people call them. Default: the part before the @'),
    mail: text('ADDRESS', 'Default: the user principal name'),
    language: text('TAG', 'Preferred language, such as sv-SE'),
    id: text('GUID', 'Its id, where it has one elsewhere; else one is made'),
  },
  examples: [{ line: 'sallyport user create ada@example.com --name "Ada Lovelace" --language sv-SE' }],
  async run({ args, flags }, { hub }) {
    const user = await (await hub()).post<UserResource>(USERS, {
      ...(flags.id === undefined ? {} : { id: flags.id }),
      userPrincipalName: args.upn,
      displayName: flags.name ?? args.upn.split('@', 1)[0],
      mail: flags.mail ?? args.upn,
      accountEnabled: true,
      ...(flags.language === undefined ? {} : { preferredLanguage: flags.language }),
    });
    return { json: user, text: `Made the user ${user.userPrincipalName} (${user.id}).\n` };
  },
});
