import type { MergeRuleResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { MERGE_RULES } from './list.ts';
import { METHODS, RULE_FLAGS, ruleOf } from './rule-flags.ts';

export const create = command({
  name: 'create',
  summary: 'Make a rule for merging what several partners say of a device',
  description: `${METHODS} "merge-rule preview" says beforehand how many devices change.`,
  flags: RULE_FLAGS,
  examples: [
    { line: 'sallyport merge-rule create --method primary --partner lookout --partner zimperium' },
    { line: 'sallyport merge-rule create --method strictest --silent-partner block --group Executives' },
  ],
  async run({ flags }, { hub }) {
    const client = await hub();
    const { resource: rule, ...effect } = await client.change<MergeRuleResource>(
      'POST',
      MERGE_RULES,
      await ruleOf(client, flags),
    );
    const warning = rule.warning === undefined ? '' : `${rule.warning}\n`;
    return {
      json: { ...rule, ...effect },
      text: `Made the rule ${rule.id}: ${rule.method}.\n${warning}${accessEffect(effect)}`,
    };
  },
});
