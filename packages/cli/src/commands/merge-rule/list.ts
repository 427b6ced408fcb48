import type { MergeRuleResource } from '@sallyport/contracts/client/index.ts';
import { amountOf } from '@sallyport/core';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { groupNames } from '../shared/group-names.ts';
import { SIGNAL_LIMITS, type SignalLimitsResource } from '../signal-limits/limits-text.ts';

export const MERGE_RULES = '/admin/v1/merge-rules';

export const list = command({
  name: 'list',
  summary: 'List the rules by which several partners become one level',
  examples: [{ line: 'sallyport merge-rule list' }],
  async run(_, { hub, style }) {
    const client = await hub();
    const [rules, named, group, { badNewsDays }] = await Promise.all([
      client.all<MergeRuleResource>(MERGE_RULES),
      connectorNames(client),
      groupNames(client),
      client.get<SignalLimitsResource>(SIGNAL_LIMITS),
    ]);
    return {
      json: rules,
      text: table(
        rules,
        [
          { title: 'PRIORITY', cell: (rule) => rule.priority },
          { title: 'PLATFORM', cell: (rule) => rule.platform ?? 'all' },
          { title: 'GROUP', cell: (rule) => (rule.groupId === null ? 'everybody' : group(rule.groupId)) },
          {
            title: 'METHOD',
            cell: (rule) =>
              [rule.method, rule.atLeast, rule.order?.map(named).join(' then ')]
                .filter((part) => part !== undefined)
                .join(' '),
          },
          { title: 'SILENT PARTNER', cell: (rule) => rule.silentPartner },
          { title: 'ID', cell: (rule) => rule.id },
        ],
        style,
        `There are no rules: the strictest partner decides, and bad news of silent partners stays for ${amountOf(badNewsDays, 'days')}.`,
      ),
    };
  },
});
