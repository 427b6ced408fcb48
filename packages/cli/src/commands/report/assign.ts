import { word, words } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { requiredText } from '../../frame/flags.ts';
import { connectorIdHere, findDevice } from '../shared/find.ts';

export const assign = command({
  name: 'assign',
  summary: 'Assign waiting reports to a device',
  args: { device: word('DEVICE', 'Id, name or serial number'), reports: words('REPORT', 'Ids of reports, as "report waiting" shows them') },
  flags: { connector: requiredText('PARTNER', 'Whose reports they are') },
  examples: [{ line: 'sallyport report assign "Ada\'s phone" evt-1 evt-2 --connector lookout' }],
  async run({ args, flags }, { hub }) {
    const client = await hub();
    const connectorId = await connectorIdHere(client, flags.connector);
    const { id, deviceName } = await findDevice(client, args.device);
    const { assigned } = await client.post<{ readonly assigned: number }>('/admin/v1/reports/assign', {
      deviceId: id, reports: args.reports.map((reportId) => ({ connectorId, reportId })),
    });
    return { json: { assigned }, text: `${assigned} of ${args.reports.length} reports were applied to ${deviceName ?? id}.\n` };
  },
});
