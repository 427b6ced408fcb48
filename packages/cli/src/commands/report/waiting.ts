import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { oneOf, wholeNumber } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { withQuery } from '../shared/odata.ts';
import { instant } from '../shared/paint.ts';

interface WaitingReport {
  readonly seq: number;
  readonly connectorId: string;
  readonly reportId: string;
  readonly status: string;
  readonly keys: readonly { readonly type: string; readonly value: string }[];
  readonly threatState: string | null;
  readonly receivedDateTime: string;
}

export const waiting = command({
  name: 'waiting',
  summary: 'List reports that match no device, or several',
  description: 'They are kept and applied when their device appears; "report assign" says which device they are about.',
  flags: {
    status: oneOf(
      ['unmatched', 'ambiguous'],
      'unmatched: no device carries the keys; ambiguous: several do. Default: both',
    ),
    top: wholeNumber('COUNT', 'Maximum number of rows, the oldest first. Default: 100', [1, 100_000]),
  },
  examples: [{ line: 'sallyport report waiting' }],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const [reports, named] = await Promise.all([read(client, flags.status, flags.top ?? 100), connectorNames(client)]);
    return {
      json: reports,
      text: table(
        reports,
        [
          { title: 'RECEIVED', cell: (report) => instant(report.receivedDateTime) },
          { title: 'STATUS', cell: (report) => report.status },
          { title: 'THREAT', cell: (report) => report.threatState },
          {
            title: 'DEVICE KEYS',
            cell: (report) => report.keys.map(({ type, value }) => `${type} ${value}`).join(', '),
          },
          { title: 'PARTNER', cell: (report) => named(report.connectorId) },
          { title: 'REPORT', cell: (report) => report.reportId },
        ],
        style,
        'No report waits for its device.',
      ),
    };
  },
});

async function read(client: HubClient, status: string | undefined, most: number): Promise<readonly WaitingReport[]> {
  const reports: WaitingReport[] = [];
  for (let after: number | null = 0; after !== null && reports.length < most; ) {
    const page: { readonly value: readonly WaitingReport[]; readonly nextAfter: number | null } = await client.get(
      withQuery('/admin/v1/reports', { status, after, limit: Math.min(most - reports.length, 1_000) }),
    );
    reports.push(...page.value);
    after = page.nextAfter;
  }
  return reports;
}
