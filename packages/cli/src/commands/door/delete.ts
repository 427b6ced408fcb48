import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { DOORS } from './list.ts';

export const deleteDoor = command({
  name: 'delete',
  summary: 'Delete a door; its gateway lets nobody in from then on',
  args: { door: word('DOOR', 'Id of the door') },
  examples: [{ line: 'sallyport door delete front' }],
  async run({ args }, { hub }) {
    await (await hub()).delete(`${DOORS}/${segment(args.door)}`);
    return { json: { deleted: args.door }, text: `Deleted the door ${args.door}.\n` };
  },
});
