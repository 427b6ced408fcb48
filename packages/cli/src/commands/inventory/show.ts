import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { facts, table } from '../../output/table.ts';
import { findDevice } from '../shared/find.ts';
import { instant } from '../shared/paint.ts';

interface DeviceApps {
  readonly collectedDateTime: string | null;
  readonly source: string | null;
  readonly apps: readonly {
    readonly appId: string | null;
    readonly name: string | null;
    readonly shortVersion: string | null;
    readonly version: string | null;
    readonly managed: boolean | null;
    readonly validated: boolean | null;
  }[];
}

interface GivenTo {
  readonly partner: string;
  readonly kind: string;
  readonly scope: string;
  readonly itemCount: number;
  readonly times: number;
  readonly firstDateTime: string;
  readonly lastDateTime: string;
}

export const show = command({
  name: 'show',
  summary: 'Show the apps of a device, and which partners were given them',
  description:
    'Of a personal device only managed apps are shown, whatever partners may see. A dash means that the device did not tell. --json has all facts of each app.',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport inventory show "Ada\'s phone"' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const { id, deviceName } = await findDevice(client, args.device);
    const [kept, { value: givenTo }] = await Promise.all([
      client.get<DeviceApps>(`/admin/v1/devices/${id}/apps`),
      client.get<{ readonly value: readonly GivenTo[] }>(`/admin/v1/devices/${id}/inventory-disclosures`),
    ]);
    const about = facts(
      [
        ['Device', deviceName],
        ['Id', id],
        ['Collected', instant(kept.collectedDateTime)],
        ['Source', kept.source],
      ],
      style,
    );
    const apps = table(
      kept.apps,
      [
        { title: 'APP', cell: (app) => app.name },
        { title: 'VERSION', cell: (app) => app.shortVersion ?? app.version },
        { title: 'MANAGED', cell: (app) => app.managed },
        { title: 'VALIDATED', cell: (app) => app.validated },
        { title: 'APP ID', cell: (app) => app.appId },
      ],
      style,
      kept.collectedDateTime === null
        ? 'No inventory of this device was collected. "sallyport inventory sources" shows where inventories come from.'
        : 'No apps that may be shown.',
    );
    return { json: { deviceId: id, ...kept, givenTo }, text: `${about}\n${apps}\n${givenTable(givenTo, style)}` };
  },
});

function givenTable(rows: readonly GivenTo[], style: Parameters<typeof table>[2]): string {
  return table(
    rows,
    [
      { title: 'GIVEN TO', cell: (row) => row.partner },
      { title: 'WHAT', cell: (row) => row.kind },
      { title: 'SCOPE', cell: (row) => row.scope },
      { title: 'HOW MANY', cell: (row) => row.itemCount },
      { title: 'TIMES', cell: (row) => row.times },
      { title: 'FIRST', cell: (row) => instant(row.firstDateTime) },
      { title: 'LAST', cell: (row) => instant(row.lastDateTime) },
    ],
    style,
    'No partner was ever given the inventory of this device.',
  );
}
