import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { connectorIdHere } from '../shared/find.ts';
import { linkPath } from './vendor-link.ts';

export const unlink = command({
  name: 'unlink',
  summary:
    'End the link of a connector to its vendor, with its secrets; what was reported stays until another vendor is linked',
  args: { connector: word('PARTNER', 'Short name of the partner, or the id of the connector') },
  examples: [{ line: 'sallyport connector unlink zimperium' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const id = await connectorIdHere(client, args.connector);
    await client.delete(linkPath(id));
    return { json: { unlinked: id }, text: `The connector ${args.connector} has no link to its vendor any more.\n` };
  },
});
