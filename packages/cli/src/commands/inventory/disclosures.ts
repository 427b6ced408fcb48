import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { alone, text, wholeNumber } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { csv } from '../../output/csv.ts';
import { table, type Column } from '../../output/table.ts';
import { connectorIdHere } from '../shared/find.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { withQuery } from '../shared/odata.ts';
import { instant } from '../shared/paint.ts';

interface Disclosure {
  readonly seq: number;
  readonly disclosureId: string;
  readonly dateTime: string;
  readonly connectorId: string;
  readonly recipient: string;
  readonly kind: string;
  readonly channel: string;
  readonly fields: readonly string[];
  readonly deviceCount: number;
  readonly itemCount: number;
}

export const disclosures = command({
  name: 'disclosures',
  summary: 'List which partner was given which inventory, and when',
  description:
    'Every hand-over is written down before it happens, and kept for 1,095 days unless SALLYPORT_KEEP_DISCLOSURES says otherwise. "inventory disclosed" tells whose devices one hand-over held, "inventory show" who was given one device.',
  flags: {
    connector: text('PARTNER', 'Only what this partner was given'),
    from: text(
      'TIME',
      'From then on: a date such as 2026-03-01 (0:00 UTC), or a time such as 2026-03-01T08:00:00+01:00',
    ),
    to: text('TIME', 'Before then; a date is not included itself'),
    csv: alone('As comma-separated values, for a spreadsheet or an auditor; then all of them unless --top is given'),
    top: wholeNumber('COUNT', 'Maximum number of rows, the newest first. Default: 100', [1, 10_000_000]),
  },
  examples: [
    { line: 'sallyport inventory disclosures --connector lookout --from 2026-03-01' },
    {
      line: 'sallyport inventory disclosures --from 2026-03-01 --to 2026-04-01 --csv > march.csv',
      says: 'everything of March',
    },
  ],
  async run({ flags }, { hub, style }) {
    const times = { from: instantFrom('--from', flags.from), to: instantFrom('--to', flags.to) };
    const client = await hub();
    const connectorId = flags.connector === undefined ? undefined : await connectorIdHere(client, flags.connector);
    const rows = await read(
      client,
      { connectorId, ...times },
      flags.top ?? (flags.csv ? Number.POSITIVE_INFINITY : 100),
    );
    return {
      json: rows,
      text: flags.csv
        ? csv(rows, SHEET)
        : table(rows, columns(await connectorNames(client)), style, 'No inventory was handed over.'),
    };
  },
});

const columns = (named: (id: string) => string | undefined): readonly Column<Disclosure>[] => [
  { title: 'NUMBER', cell: (row) => row.seq },
  { title: 'TIME', cell: (row) => instant(row.dateTime) },
  { title: 'WHAT', cell: (row) => row.kind },
  { title: 'DEVICES', cell: (row) => row.deviceCount },
  { title: 'ITEMS', cell: (row) => row.itemCount },
  { title: 'HOW', cell: (row) => row.channel },
  { title: 'RECIPIENT', cell: (row) => row.recipient },
  { title: 'PARTNER', cell: (row) => named(row.connectorId) },
];

/** Names of columns as the API has them. */
const SHEET: readonly Pick<Column<Disclosure>, 'title' | 'cell'>[] = [
  ...(['seq', 'disclosureId', 'dateTime', 'connectorId', 'recipient', 'kind', 'channel'] as const).map((title) => ({
    title,
    cell: (row: Disclosure) => row[title],
  })),
  { title: 'fields', cell: (row) => row.fields.join(' ') },
  ...(['deviceCount', 'itemCount'] as const).map((title) => ({ title, cell: (row: Disclosure) => row[title] })),
];

async function read(
  client: HubClient,
  query: Readonly<Record<string, string | undefined>>,
  most: number,
): Promise<readonly Disclosure[]> {
  const rows: Disclosure[] = [];
  for (let before: number | null | undefined; before !== null && rows.length < most; ) {
    const page: { readonly value: readonly Disclosure[]; readonly nextBefore: number | null } = await client.get(
      withQuery('/admin/v1/inventory-disclosures', { ...query, before, limit: Math.min(most - rows.length, 1_000) }),
    );
    rows.push(...page.value);
    before = page.nextBefore;
  }
  return rows;
}

function instantFrom(flag: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isDate = /^\d{4}-\d{2}-\d{2}$/u.test(given);
  const at =
    isDate || /T.*(?:Z|[+-]\d{2}:\d{2})$/iu.test(given)
      ? Date.parse(isDate ? `${given}T00:00:00Z` : given)
      : Number.NaN;
  if (Number.isNaN(at))
    throw new UsageError(
      `${flag} takes a date such as 2026-03-01, or a time with its zone such as 2026-03-01T08:00:00Z, not "${given}".`,
    );
  return new Date(at).toISOString();
}
