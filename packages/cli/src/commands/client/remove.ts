import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { APPLICATIONS, findApplication } from '../shared/find.ts';

export const remove = command({
  name: 'remove',
  summary: 'Remove a client; its tokens stop working',
  args: { client: word('CLIENT', 'Name or client id') },
  examples: [{ line: 'sallyport client remove gateway' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, appId, displayName } = await findApplication(client, args.client);
    await client.delete(`${APPLICATIONS}/${id}`);
    return { json: { removed: appId }, text: `Removed the client ${displayName} (${appId}).\n` };
  },
});
