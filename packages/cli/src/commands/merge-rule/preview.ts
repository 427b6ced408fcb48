import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { previewText, type Preview } from '../shared/preview.ts';
import { MERGE_RULES } from './list.ts';
import { METHODS, RULE_FLAGS, ruleOf } from './rule-flags.ts';

export const preview = command({
  name: 'preview',
  summary: 'Say how many devices a rule would change, before it is made',
  description: `Nothing is stored. With --replaces and without --method: what if that rule were deleted. ${METHODS}`,
  flags: {
    ...RULE_FLAGS,
    replaces: text('ID', 'Id of the rule that this one would replace. Default: it would be a new one'),
  },
  examples: [
    { line: 'sallyport merge-rule preview --method quorum --at-least 2' },
    { line: 'sallyport merge-rule preview --replaces 0c6c0a1e-0000-4000-8000-000000000000' },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const rule = flags.method === undefined && flags.replaces !== undefined ? null : await ruleOf(client, flags);
    const found = await client.post<Preview>(`${MERGE_RULES}/preview`, {
      rule,
      ...(flags.replaces === undefined ? {} : { replaces: flags.replaces }),
    });
    return { json: found, text: await previewText(found, client, style) };
  },
});
