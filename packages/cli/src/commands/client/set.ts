import type { ApplicationResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { facts } from '../../output/table.ts';
import { APPLICATIONS, findApplication } from '../shared/find.ts';
import { withoutAbsent } from '../shared/without-absent.ts';
import { askingFlags, askingMembers } from './asking-flags.ts';

export const set = command({
  name: 'set',
  summary: 'Change a client: its name, and how the decisions that it asks for are made',
  description: 'What is not named stays as it is.',
  args: { client: word('CLIENT', 'Name or client id') },
  flags: { name: text('NAME', 'What people call the client'), ...askingFlags },
  examples: [
    {
      line: 'sallyport client set gateway --trust-set phones',
      says: 'believe the device certificates of these CAs when this gateway hands them on',
    },
    { line: 'sallyport client set gateway --steps-up on --strict-context on' },
  ],
  async run({ args, flags }, { hub, style }) {
    const changes = { ...withoutAbsent({ displayName: flags.name }), ...askingMembers(flags) };
    if (Object.keys(changes).length === 0)
      throw new UsageError('Say what to change: --name, --trust-set, --steps-up or --strict-context.');
    const client = await hub();
    const { id } = await findApplication(client, args.client);
    await client.patch(`${APPLICATIONS}/${id}`, changes);
    const after = await client.get<ApplicationResource>(`${APPLICATIONS}/${id}`);
    return {
      json: after,
      text: facts(
        [
          ['Name', after.displayName],
          ['Client id', after.appId],
          ['Trust set', after.deviceTrustSet ?? 'none'],
          ['Obligations', after.supportedObligations.join(' ')],
          ['Strict context', after.strictContext],
        ],
        style,
      ),
    };
  },
});
