import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { DOORS } from './list.ts';

export const pages = command({
  name: 'pages',
  summary: 'Print the pages that the gateway of a door shows to people, as a file for its configuration',
  description:
    'They are in every language of the hub and name the help desk of the organisation. Make the file again after an update of the hub, and after a change of the help desk.',
  args: { door: word('DOOR', 'Id of the door') },
  examples: [{ line: 'sallyport door pages front > sallyport-pages.conf' }],
  async run({ args }, { hub }) {
    const text = await (await hub()).get<string>(`${DOORS}/${segment(args.door)}/pages`);
    return { json: { pages: text }, text };
  },
});
