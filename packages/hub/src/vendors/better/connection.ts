import { keptInstant, keptJson } from '../kit/kept-json.ts';
import type { Page } from '../kit/page-walk.ts';
import { PageWalk } from '../kit/page-walk.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import { VendorError } from '../kit/vendor-error.ts';
import type { WorkspaceClient, WorkspaceCredentials } from './client.ts';
import { createWorkspaceClient } from './client.ts';
import { rowsOf } from './rows.ts';
import type { BetterSettings } from './settings.ts';
import type { BetterRow, Table } from './wire.ts';
import { columnsOf, instantIn } from './wire.ts';

/** How far back rows are read the first time. */
const LOOK_BACK_MS = 30 * 24 * 60 * 60_000;
/** Rows are not readable in exactly the order of their arrival. Those read twice have one effect. */
const OVERLAP_MS = 60 * 60_000;
/** A row may carry a time that lies this far before its arrival; further back is not searched. */
const MAX_LATE_MS = 14 * 24 * 60 * 60_000;
/** A column of ours: when the row arrived in the workspace. */
const ARRIVED = 'SallyportArrived';
const PAGE_SIZE = 10_000;
/** The most rows that the API gives at once. */
const MAX_PAGE_SIZE = 500_000;

/** A page begins with rows that arrived at `since`, and holds at most `take` rows. */
interface Place {
  readonly since: number;
  readonly take: number;
}

interface RowsPage extends Page<Place> {
  readonly content: readonly BetterRow[];
  readonly newest: number | undefined;
}

/** Reads new rows of the tables that BETTER writes: incidents first, so that a device's word finds them. */
export function connectBetter(
  credentials: WorkspaceCredentials,
  settings: Pick<BetterSettings, 'pollMinutes' | 'deviceTable' | 'incidentTable'>,
  tools: VendorTools,
): VendorConnection {
  const client = createWorkspaceClient(credentials, tools);
  const names: Readonly<Record<Table, string>> = { incident: settings.incidentTable, device: settings.deviceTable };
  const walks = new Map<Table, PageWalk<Place, RowsPage>>();
  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      for (const table of ['incident', 'device'] as const) {
        const walk = walks.get(table) ?? (await newWalk(table, feed));
        walks.set(table, walk);
        await walk.run(feed.signal, async ({ content, newest }) => {
          await feed.take(content);
          await moveTo(feed, table, newest);
        });
        walks.delete(table);
      }
    },

    async test(signal) {
      const [row] = await client.query(
        `${arrivedSince(names.device, tools.clock.now() - LOOK_BACK_MS)} | summarize Rows = count()`,
        signal,
      );
      const count = Number(row?.Rows);
      return count > 0
        ? 'Log Analytics answers and shows rows of BETTER.'
        : `Log Analytics answers; the table ${names.device} holds no rows of the last 30 days, or has another name.`;
    },
  };

  async function newWalk(table: Table, feed: Feed): Promise<PageWalk<Place, RowsPage>> {
    const last = keptInstant((await keptJson(feed))[table]);
    const since = last === undefined ? tools.clock.now() - LOOK_BACK_MS : last - OVERLAP_MS;
    return new PageWalk<Place, RowsPage>({ since, take: PAGE_SIZE }, (place, signal) =>
      rowsPage(client, table, names[table], place, signal),
    );
  }
}

async function rowsPage(
  client: WorkspaceClient,
  table: Table,
  name: string,
  place: Place,
  signal: AbortSignal,
): Promise<RowsPage> {
  const { since, take } = place;
  const answered = await client.query(`${arrivedSince(name, since)} | sort by ${ARRIVED} asc | take ${take}`, signal);
  const arrivals = answered.flatMap((row) => instantIn(columnsOf({ arrived: row[ARRIVED] }), 'arrived') ?? []);
  const [oldest, newest] = [arrivals[0], arrivals.at(-1)];
  const rows = answered.map(({ [ARRIVED]: _, ...row }) => row);
  const content = rowsOf(table, rows, (columns) => instantIn(columns, 'timegenerated'));
  return { content, newest, next: rows.length < take ? undefined : nextPlace(place, oldest, newest) };
}

/** From the last row's time on, which reads some again; a page that is all of one time is asked for larger. */
function nextPlace({ since, take }: Place, oldest: number | undefined, newest: number | undefined): Place {
  if (newest !== undefined && newest !== oldest) return { since: newest, take: PAGE_SIZE };
  if (take >= MAX_PAGE_SIZE) throw new VendorError('bad_answer', `Log Analytics gave ${take} rows of one time.`);
  return { since: newest ?? since, take: Math.min(take * 2, MAX_PAGE_SIZE) };
}

async function moveTo(feed: Feed, table: Table, newest: number | undefined): Promise<void> {
  const kept = await keptJson(feed);
  const before = keptInstant(kept[table]);
  if (newest !== undefined && (before === undefined || newest > before))
    await feed.cursor.set(JSON.stringify({ ...kept, [table]: newest }));
}

/** The rows of a table that arrived since; none where there is no such table yet, because it comes into being with its first row. */
function arrivedSince(table: string, since: number): string {
  const time = (at: number) => `datetime(${new Date(at).toISOString()})`;
  return (
    `union isfuzzy=true (datatable(TimeGenerated:datetime, ${ARRIVED}:datetime)[]), ` +
    `(${table} | where TimeGenerated >= ${time(since - MAX_LATE_MS)} | extend ${ARRIVED} = coalesce(ingestion_time(), TimeGenerated) | where ${ARRIVED} >= ${time(since)})`
  );
}
