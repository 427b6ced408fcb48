import type { HubClient } from '@sallyport/contracts/client/index.ts';
import type { ValuesOf } from '../../frame/flags.ts';
import { oneOf, text, texts, wholeNumber } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { findConnector, findGroup } from '../shared/find.ts';

export const RULE_FLAGS = {
  method: oneOf(['strictest', 'primary', 'quorum', 'every'], 'How partners are merged'),
  partner: texts('PARTNER', 'For primary, in order: who decides'),
  atLeast: wholeNumber('COUNT', 'For quorum: how many must agree', [1, 100]),
  silentPartner: oneOf(
    ['keepWorse', 'ignore', 'keepLast', 'raise', 'block'],
    'What a partner without a sign of life counts for; ignore opens the devices that it closed. Default: keepWorse (its bad news stays for as long as "signal-limits get" says)',
  ),
  platform: oneOf(['android', 'iOS', 'macOS', 'windows', 'linux'], 'Only for devices of this platform'),
  group: text('GROUP', 'Only for users or devices of this group'),
  priority: wholeNumber(
    'NUMBER',
    'Among rules that fit equally well, the lowest is used. Default: 100',
    [0, 1_000_000],
  ),
};

export const METHODS =
  "strictest: the worst level counts. primary: the first usable partner in the order decides. quorum: so many must agree. every: all must report (Intune's way).";

/** The rule that the flags describe, as the API takes it. */
export async function ruleOf(client: HubClient, flags: ValuesOf<typeof RULE_FLAGS>): Promise<object> {
  const { method } = flags;
  if (method === undefined) throw new UsageError('--method is missing: strictest, primary, quorum or every.');
  const order: string[] = [];
  for (const partner of flags.partner) order.push((await findConnector(client, partner)).id);
  return {
    method,
    priority: flags.priority ?? 100,
    ...(order.length === 0 ? {} : { order }),
    ...(flags.atLeast === undefined ? {} : { atLeast: flags.atLeast }),
    ...(flags.silentPartner === undefined ? {} : { silentPartner: flags.silentPartner }),
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    ...(flags.group === undefined ? {} : { groupId: (await findGroup(client, flags.group)).id }),
  };
}
