import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { MERGE_RULES } from './list.ts';

export const deleteRule = command({
  name: 'delete',
  summary: 'Delete a merge rule',
  args: { rule: word('ID', 'Id of the rule') },
  examples: [{ line: 'sallyport merge-rule delete 0c6c0a1e-0000-4000-8000-000000000000' }],
  async run({ args }, { hub }) {
    await (await hub()).delete(`${MERGE_RULES}/${segment(args.rule)}`);
    return { json: { deleted: args.rule }, text: `Deleted the rule ${args.rule}.\n` };
  },
});
