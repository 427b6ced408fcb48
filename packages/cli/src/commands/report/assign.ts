import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { word, words } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { requiredText } from '../../frame/flags.ts';
import { plain } from '../../output/plain.ts';
import { deviceNames } from '../shared/device-names.ts';
import { connectorIdHere, findDevice } from '../shared/find.ts';

interface Assigned {
  readonly assigned: number;
  readonly notAssigned: readonly {
    readonly reportId: string;
    readonly problem: 'unknown' | 'settled';
    readonly deviceId: string | null;
  }[];
}

export const assign = command({
  name: 'assign',
  summary: 'Assign waiting reports to a device',
  description: 'Exit code 1 when one of them could not be assigned; the others are applied all the same.',
  args: {
    device: word('DEVICE', 'Id, name or serial number'),
    reports: words('REPORT', 'Ids of reports, as "report waiting" shows them'),
  },
  flags: { connector: requiredText('PARTNER', 'Whose reports they are') },
  examples: [{ line: 'sallyport report assign "Ada\'s phone" evt-1 evt-2 --connector lookout' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const connectorId = await connectorIdHere(client, flags.connector);
    const { id, deviceName } = await findDevice(client, args.device);
    const reportIds = [...new Set(args.reports)];
    const result = await client.post<Assigned>('/admin/v1/reports/assign', {
      deviceId: id,
      reports: reportIds.map((reportId) => ({ connectorId, reportId })),
    });
    const problems = await problemsOf(client, result, flags.connector);
    return {
      json: result,
      text: `${problems.map((problem) => `${style.bad('problem')}  ${plain(problem)}\n`).join('')}${appliedText(result, reportIds.length, plain(deviceName ?? id))}`,
      exit: problems.length > 0 ? EXIT.failed : EXIT.ok,
    };
  },
});

async function problemsOf(client: HubClient, { notAssigned }: Assigned, partner: string): Promise<readonly string[]> {
  const named = await deviceNames(
    client,
    notAssigned.flatMap(({ deviceId }) => deviceId ?? []),
  );
  return notAssigned.map(({ reportId, problem, deviceId }) => {
    if (problem === 'unknown')
      return `${reportId}: ${partner} has sent no report with this id. "sallyport report waiting" lists those that can be assigned.`;
    return deviceId === null
      ? `${reportId}: does not wait any more.`
      : `${reportId}: does not wait any more; it is about ${named(deviceId)}.`;
  });
}

/** Under an id of the partner that the named reports told, others may have waited. */
function appliedText({ assigned, notAssigned }: Assigned, named: number, device: string): string {
  const ofNamed = named - notAssigned.length;
  const others = assigned - ofNamed;
  return `${ofNamed} of ${named} reports were applied to ${device}${others > 0 ? `, and ${others} more of the same record of the partner` : ''}.\n`;
}
