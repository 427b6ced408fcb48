import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { facts, table } from '../../output/table.ts';
import { deviceNames } from '../shared/device-names.ts';
import { stateColour } from '../shared/paint.ts';
import { MERGE_RULES } from './list.ts';
import { METHODS, RULE_FLAGS, ruleOf } from './rule-flags.ts';

interface Preview {
  readonly devices: number;
  readonly changed: number;
  readonly closing: number;
  readonly opening: number;
  readonly levelChanged: number;
  readonly samples: readonly { readonly deviceId: string; readonly from: string; readonly to: string }[];
}

export const preview = command({
  name: 'preview',
  summary: 'Say how many devices a rule would change, before it is made',
  description: `Nothing is stored. With --replaces and without --method: what if that rule were deleted. ${METHODS}`,
  flags: { ...RULE_FLAGS, replaces: text('ID', 'Id of the rule that this one would replace. Default: it would be a new one') },
  examples: [
    { line: 'sallyport merge-rule preview --method quorum --at-least 2' },
    { line: 'sallyport merge-rule preview --replaces 0c6c0a1e-0000-4000-8000-000000000000' },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const rule = flags.method === undefined && flags.replaces !== undefined ? null : await ruleOf(client, flags);
    const found = await client.post<Preview>(`${MERGE_RULES}/preview`, { rule, ...(flags.replaces === undefined ? {} : { replaces: flags.replaces }) });
    const device = await deviceNames(client, found.samples.map(({ deviceId }) => deviceId));
    const paint = stateColour(style);
    return {
      json: found,
      text: [
        facts([
          ['Devices', found.devices], ['Compliance would change', found.changed], ['Would lose access', found.closing],
          ['Would get it back', found.opening], ['Level would change', found.levelChanged],
        ], style),
        table(found.samples, [
          { title: 'DEVICE', cell: (sample) => device(sample.deviceId) },
          { title: 'NOW', cell: (sample) => sample.from, paint },
          { title: 'THEN', cell: (sample) => sample.to, paint },
        ], style, 'The compliance of no device would change.'),
      ].join('\n'),
    };
  },
});
