import { command } from '../../frame/command.ts';
import { wholeNumber } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { deviceNames } from '../shared/device-names.ts';
import { withQuery } from '../shared/odata.ts';
import { instant } from '../shared/paint.ts';

interface Disagreements {
  readonly count: number;
  readonly value: readonly {
    readonly deviceId: string;
    readonly mergedState: string;
    readonly views: readonly {
      readonly connectorId: string;
      readonly state: string;
      readonly observedDateTime: string;
    }[];
  }[];
}

export const disagreements = command({
  name: 'disagreements',
  summary: 'List devices of which partners say different things',
  description:
    'As they happen, they are also told at /admin/v1/events and counted in the metric sallyport_partner_disagreements.',
  flags: { top: wholeNumber('COUNT', 'Maximum number of devices. Default: 100', [1, 1_000]) },
  examples: [{ line: 'sallyport merge-rule disagreements' }],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const found = await client.get<Disagreements>(withQuery('/admin/v1/disagreements', { limit: flags.top ?? 100 }));
    const rows = found.value.flatMap(({ deviceId, mergedState, views }) =>
      views.map((view) => ({ deviceId, mergedState, ...view })),
    );
    const [named, device] = await Promise.all([
      connectorNames(client),
      deviceNames(
        client,
        found.value.map(({ deviceId }) => deviceId),
      ),
    ]);
    const more =
      found.count > found.value.length ? `${found.count - found.value.length} more devices are not shown.\n` : '';
    return {
      json: found,
      text:
        table(
          rows,
          [
            { title: 'DEVICE', cell: (row) => device(row.deviceId) },
            { title: 'MERGED', cell: (row) => row.mergedState },
            { title: 'PARTNER', cell: (row) => named(row.connectorId) },
            { title: 'REPORTS', cell: (row) => row.state },
            { title: 'OBSERVED', cell: (row) => instant(row.observedDateTime) },
          ],
          style,
          'The partners agree about every device.',
        ) + more,
    };
  },
});
