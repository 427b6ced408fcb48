import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findSource, sourceText } from './source-text.ts';

export const source = command({
  name: 'source',
  summary: 'Show one source: where it pushes to, what came, and which devices nobody knows',
  args: { source: word('SOURCE', 'Name or id') },
  examples: [{ line: 'sallyport inventory source NanoMDM' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const found = await findSource(client, args.source);
    return { json: found, text: sourceText(found, client.baseUrl, style) };
  },
});
