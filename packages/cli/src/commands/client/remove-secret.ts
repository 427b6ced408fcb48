import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { APPLICATIONS, findApplication } from '../shared/find.ts';

export const removeSecret = command({
  name: 'remove-secret',
  summary: 'Take a secret away from a client; no new tokens are made with it',
  args: {
    client: word('CLIENT', 'Name or client id'),
    keyId: word('KEYID', 'keyId of the secret, as "client list --json" shows it'),
  },
  examples: [{ line: 'sallyport client remove-secret gateway 4b1d7a52-0000-4000-8000-000000000000' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, displayName } = await findApplication(client, args.client);
    await client.post(`${APPLICATIONS}/${id}/removePassword`, { keyId: args.keyId });
    return { json: { removed: args.keyId }, text: `Removed the secret ${args.keyId} of ${displayName}.\n` };
  },
});
