import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { table } from '../../output/table.ts';
import { deviceNames } from '../shared/device-names.ts';

interface DisclosedDevice {
  readonly managedDeviceId: string;
  readonly scope: string;
  readonly itemCount: number;
}

export const disclosed = command({
  name: 'disclosed',
  summary: 'List whose devices one hand-over held, also those that are gone',
  args: { number: word('NUMBER', 'Of the hand-over, as "inventory disclosures" shows it') },
  examples: [{ line: 'sallyport inventory disclosed 4711' }],
  async run({ args }, { hub, style }) {
    if (!/^\d+$/u.test(args.number)) throw new UsageError(`NUMBER is a whole number, not "${args.number}".`);
    const client = await hub();
    const { value } = await client.get<{ readonly value: readonly DisclosedDevice[] }>(
      `/admin/v1/inventory-disclosures/${args.number}/devices`,
    );
    const device = await deviceNames(
      client,
      value.map(({ managedDeviceId }) => managedDeviceId),
    );
    return {
      json: value,
      text: table(
        value,
        [
          { title: 'DEVICE', cell: ({ managedDeviceId }) => device(managedDeviceId) },
          { title: 'SCOPE', cell: (device) => device.scope },
          { title: 'HOW MANY', cell: (device) => device.itemCount },
        ],
        style,
        'It held no devices.',
      ),
    };
  },
});
