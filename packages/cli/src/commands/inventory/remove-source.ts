import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findSource, SOURCES } from './source-text.ts';

export const removeSource = command({
  name: 'remove-source',
  summary: 'Remove a source; what came from it stays',
  args: { source: word('SOURCE', 'Name or id') },
  examples: [{ line: 'sallyport inventory remove-source NanoMDM' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, displayName = id } = await findSource(client, args.source);
    await client.delete(`${SOURCES}/${id}`);
    return { json: { removed: id }, text: `Removed the inventory source ${displayName} (${id}).\n` };
  },
});
