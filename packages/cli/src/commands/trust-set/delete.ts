import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { TRUST_SETS } from './list.ts';

export const deleteSet = command({
  name: 'delete',
  summary: 'Delete a trust set that no door and no client uses',
  args: { set: word('SET', 'Id of the set') },
  examples: [{ line: 'sallyport trust-set delete trial' }],
  async run({ args }, { hub }) {
    await (await hub()).delete(`${TRUST_SETS}/${segment(args.set)}`);
    return { json: { deleted: args.set }, text: `Deleted the trust set ${args.set}.\n` };
  },
});
