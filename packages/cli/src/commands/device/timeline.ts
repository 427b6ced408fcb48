import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { wholeNumber } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { findDevice } from '../shared/find.ts';
import { readPages } from '../shared/pages.ts';
import { instant } from '../shared/paint.ts';

/** As the API answers it: what else there is depends on `kind`. */
interface Entry {
  readonly kind: string;
  /** The other record of the same phone. */
  readonly deviceId?: string;
  readonly dateTime: string;
  readonly partner?: string;
  readonly from?: string | null;
  readonly to?: string;
  readonly views?: readonly { readonly partner: string; readonly state: string }[];
  readonly reasons?: readonly { readonly code: string; readonly partner?: string }[];
  readonly causedBy?: readonly { readonly partner: string }[];
  readonly partners?: readonly { readonly partner: string }[];
  readonly title?: string | null;
  readonly type?: string;
  readonly severity?: string | null;
  readonly status?: string;
  readonly flag?: string | null;
  readonly reportId?: string;
}

export const timeline = command({
  name: 'timeline',
  summary: 'See what happened to a device: reports, findings, levels and compliance',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  flags: { top: wholeNumber('COUNT', 'Maximum number of rows, the newest first. Default: 50', [1, 100_000]) },
  examples: [{ line: 'sallyport device timeline "Ada\'s phone" --top 20' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const { id } = await findDevice(client, args.device);
    const entries = await readPages<Entry>(client, `/admin/v1/devices/${id}/timeline`, {}, flags.top ?? 50);
    return {
      json: entries,
      text: table(
        entries,
        [
          { title: 'TIME', cell: (entry) => instant(entry.dateTime) },
          { title: 'WHAT', cell: (entry) => NAMES[entry.kind] ?? entry.kind, paint: entryColour(style) },
          { title: 'DETAILS', cell: detailsOf },
          { title: 'PARTNER', cell: partnersOf },
        ],
        style,
        'Nothing has happened to this device yet.',
      ),
    };
  },
});

const NAMES: Readonly<Record<string, string>> = {
  report: 'report',
  levelChanged: 'level',
  mergedLevelChanged: 'merged level',
  complianceChanged: 'compliance',
  findingOpened: 'finding opened',
  findingChanged: 'finding changed',
  findingResolved: 'finding resolved',
  findingNoted: 'finding noted',
  identityConflictStarted: 'identity conflict',
  identityConflictEnded: 'conflict ended',
  holdStarted: 'hold',
  holdEnded: 'hold ended',
  partnersDisagree: 'partners disagree',
  partnersAgree: 'partners agree',
  partnerRemoved: 'partner ended',
  superseded: 'superseded',
  supersedes: 'supersedes',
  reinstated: 'reinstated',
};

const DETAILS: Readonly<Record<string, string>> = {
  identityConflictStarted:
    'an older record of the partner reports worse than the newest; "sallyport device why" shows both',
  identityConflictEnded: 'no older record of a partner reports worse any more',
  holdStarted:
    'bad news about this device or another closes it; "sallyport device why" shows the report, "sallyport report assign" settles it',
  holdEnded: 'nothing is held against this device any more',
};

function entryColour({
  dim,
  bad,
  good,
}: {
  dim(text: string): string;
  bad(text: string): string;
  good(text: string): string;
}): (cell: string) => string {
  return (cell) =>
    cell.startsWith('report')
      ? dim(cell)
      : cell.startsWith('finding opened')
        ? bad(cell)
        : cell.startsWith('finding resolved')
          ? good(cell)
          : cell;
}

function partnersOf({
  partner,
  causedBy = [],
  reasons = [],
  partners = [],
  kind,
  views = [],
}: Entry): string | undefined {
  const names = new Set(
    [
      partner,
      ...partners.map((one) => one.partner),
      ...(kind === 'holdStarted' ? views.map((one) => one.partner) : []),
      ...causedBy.map((one) => one.partner),
      ...reasons.map((one) => one.partner),
    ].filter((name) => name !== undefined),
  );
  return names.size === 0 ? undefined : [...names].join(', ');
}

function detailsOf({
  kind,
  deviceId,
  from,
  to,
  views = [],
  reasons = [],
  causedBy,
  title,
  type,
  severity,
  status,
  flag,
  reportId,
}: Entry): string {
  if (kind === 'report')
    return `${reportId ?? ''}: ${status ?? ''}${flag === null || flag === undefined ? '' : ` (${flag})`}`;
  if (deviceId !== undefined) return deviceId;
  if (kind.startsWith('finding'))
    return `${title ?? type ?? ''}${severity === null || severity === undefined ? '' : `, ${severity}`}`;
  const told = DETAILS[kind];
  if (told !== undefined) return told;
  if (kind.startsWith('partners')) return views.map(({ partner, state }) => `${partner}: ${state}`).join(', ');
  const why =
    causedBy?.length === 0
      ? 'no new report; caused by a rule, a group or a silent partner'
      : [...new Set(reasons.map(({ code }) => code))].join(', ');
  return `${from ?? 'nothing'} -> ${to ?? ''}${why === '' ? '' : ` (${why})`}`;
}
