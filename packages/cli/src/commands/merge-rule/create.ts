import type { MergeRuleResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { oneOf, text, texts, wholeNumber } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { findConnector, findGroup } from '../shared/find.ts';
import { MERGE_RULES } from './list.ts';

export const create = command({
  name: 'create',
  summary: 'Make a rule for merging what several partners say of a device',
  description: 'strictest: the worst level counts. primary: the first usable partner in the order decides. quorum: so many must agree. every: all must report (Intune\'s way).',
  flags: {
    method: oneOf(['strictest', 'primary', 'quorum', 'every'], 'How partners are merged'),
    partner: texts('PARTNER', 'For primary, in order: who decides'),
    atLeast: wholeNumber('COUNT', 'For quorum: how many must agree', [1, 100]),
    silentPartner: oneOf(['ignore', 'keepLast', 'raise', 'block'], 'What a partner without a sign of life counts for. Default: ignore'),
    platform: oneOf(['android', 'iOS', 'macOS', 'windows', 'linux'], 'Only for devices of this platform'),
    group: text('GROUP', 'Only for users or devices of this group'),
    priority: wholeNumber('NUMBER', 'Among rules that fit equally well, the lowest is used. Default: 100', [0, 1_000_000]),
  },
  examples: [
    { line: 'sallyport merge-rule create --method primary --partner lookout --partner zimperium' },
    { line: 'sallyport merge-rule create --method strictest --silent-partner block --group Executives' },
  ],
  async run({ flags }, { hub }) {
    const client = await hub();
    const { method } = flags;
    if (method === undefined) throw new UsageError('--method is missing: strictest, primary, quorum or every.');
    const order: string[] = [];
    for (const partner of flags.partner) order.push((await findConnector(client, partner)).id);
    const rule = await client.post<MergeRuleResource>(MERGE_RULES, {
      method,
      priority: flags.priority ?? 100,
      ...(order.length === 0 ? {} : { order }),
      ...(flags.atLeast === undefined ? {} : { atLeast: flags.atLeast }),
      ...(flags.silentPartner === undefined ? {} : { silentPartner: flags.silentPartner }),
      ...(flags.platform === undefined ? {} : { platform: flags.platform }),
      ...(flags.group === undefined ? {} : { groupId: (await findGroup(client, flags.group)).id }),
    });
    return { json: rule, text: `Made the rule ${rule.id}: ${rule.method}. Devices are evaluated again.\n` };
  },
});
