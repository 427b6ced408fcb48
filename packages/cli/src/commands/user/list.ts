import type { UserResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { text, wholeNumber } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { USERS } from '../shared/find.ts';
import { withQuery } from '../shared/odata.ts';

export const list = command({
  name: 'list',
  summary: 'List users',
  flags: {
    filter: text('ODATA', 'Any $filter of Graph'),
    top: wholeNumber('COUNT', 'Maximum number of rows. Default: 100', [1, 100_000]),
  },
  examples: [{ line: 'sallyport user list --filter "startswith(displayName,\'A\')"' }],
  async run({ flags }, { hub, style }) {
    const most = flags.top ?? 100;
    const users = await (await hub()).all<UserResource>(
      withQuery(USERS, { $filter: flags.filter, $top: Math.min(most, 999) }),
      most,
    );
    return {
      json: users,
      text: table(
        users,
        [
          { title: 'NAME', cell: (user) => user.displayName },
          { title: 'USER PRINCIPAL NAME', cell: (user) => user.userPrincipalName },
          { title: 'MAIL', cell: (user) => user.mail },
          { title: 'LANGUAGE', cell: (user) => user.preferredLanguage },
          { title: 'ENABLED', cell: (user) => user.accountEnabled },
          { title: 'ID', cell: (user) => user.id },
        ],
        style,
        'No users.',
      ),
    };
  },
});
