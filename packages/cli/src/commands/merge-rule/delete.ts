import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { segment } from '../shared/odata.ts';
import { MERGE_RULES } from './list.ts';

export const deleteRule = command({
  name: 'delete',
  summary: 'Delete a merge rule',
  args: { rule: word('ID', 'Id of the rule') },
  examples: [{ line: 'sallyport merge-rule delete 0c6c0a1e-0000-4000-8000-000000000000' }],
  async run({ args }, { hub }) {
    const { opened, closed } = await (await hub()).change('DELETE', `${MERGE_RULES}/${segment(args.rule)}`);
    return {
      json: { deleted: args.rule, opened, closed },
      text: `Deleted the rule ${args.rule}.\n${accessEffect({ opened, closed })}`,
    };
  },
});
