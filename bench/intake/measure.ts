import { mkdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolders } from '../fleet/data-folder.ts';
import { startBenchHub } from '../hub/bench-hub.ts';
import { isInstalled, startProgram } from '../hub/hub-process.ts';
import { makeReports } from '../http/reports.ts';
import { runWrk, writeRequests, type LoadFigures } from '../http/wrk.ts';
import { atLeast, type BenchOptions, type Figure, type PartResult } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';

interface Shape {
  readonly connections: number;
  /** In one call. */
  readonly reports: number;
}

const DEVICES = 10_000;
const SHAPES: readonly Shape[] = [
  { connections: 1, reports: 1 },
  { connections: 16, reports: 1 },
  { connections: 64, reports: 1 },
  { connections: 16, reports: 100 },
];
const PATH = '/partner/v1/device-health';
const WANTED = 12_000;
/** More than can be taken, so that none is sent twice: a repetition would be cheaper. */
const MOST_PER_SECOND = 30_000;

/** Reports acknowledged a second, each durable and with all its consequences, beside the plainest durable server. */
export async function measureIntake({ quick }: BenchOptions): Promise<PartResult> {
  const title = 'Durable intake';
  if (!isInstalled('wrk'))
    return { part: 'intake', title, figures: [], notes: ['Not measured: wrk is missing (apt-get install wrk).'] };
  const folders = new DataFolders();
  const dataDir = await folders.withFleet(DEVICES);
  const hub = await startBenchHub({ dataDir, tls: 'proxy' });
  try {
    const scripts = await folders.empty();
    await mkdir(scripts);
    const runs = new Map<string, LoadFigures[]>();
    let acknowledged = 0;
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      for (const shape of SHAPES) {
        const seconds = quick ? 2 : 4;
        const script = await writeRequests(
          scripts,
          bodiesOf(shape, seconds, `${round}-${shape.connections}-${shape.reports}`),
          { authorization: hub.partners[0] as string, 'content-type': 'application/json' },
        );
        const load = {
          path: PATH,
          connections: shape.connections,
          seconds,
          script,
          core: cpus().length > 1 ? 1 : undefined,
        };
        const floor = await onFloor(await folders.empty(), (url) => runWrk({ ...load, url }));
        const ours = await runWrk({ ...load, url: hub.url });
        acknowledged += Math.round(ours.perSecond * seconds) * shape.reports;
        for (const [who, run] of [
          ['floor', floor],
          ['sallyport', ours],
        ] as const) {
          const key = `${nameOf(shape)} ${who}`;
          runs.set(key, [...(runs.get(key) ?? []), run]);
        }
      }
    }
    const kept = countReports(join(dataDir, 'hub.db'));
    // The seconds that wrk counts are not exact to the last request.
    if (kept < acknowledged * 0.999) throw new Error(`${acknowledged} reports were acknowledged and ${kept} are kept.`);
    return {
      part: 'intake',
      title,
      figures: SHAPES.flatMap((shape) => figuresOf(shape, runs)),
      notes: [
        `The floor is node:http and node:sqlite with two writes a report, one flush for all that arrive together, and nothing else. ${kept.toLocaleString('en')} reports were kept by the hub, no fewer than it acknowledged.`,
      ],
    };
  } finally {
    await hub.stop();
    await folders.remove();
  }
}

function bodiesOf({ reports }: Shape, seconds: number, run: string): readonly string[] {
  const all = makeReports(MOST_PER_SECOND * seconds, DEVICES, run);
  return Array.from(
    { length: Math.floor(all.length / reports) },
    (_, i) => `{"reports":[${all.slice(i * reports, (i + 1) * reports).join(',')}]}`,
  );
}

async function onFloor(folder: string, run: (url: string) => Promise<LoadFigures>): Promise<LoadFigures> {
  await mkdir(folder);
  const server = await startProgram(new URL('./floor-server.ts', import.meta.url), [join(folder, 'floor.db')]);
  try {
    return await run(server.line.split(' ')[1] as string);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

function countReports(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return (database.prepare('select count(*) as count from reports').get() as { count: number }).count;
  } finally {
    database.close();
  }
}

function nameOf({ connections, reports }: Shape): string {
  return `${connections} connection${connections === 1 ? '' : 's'}, ${reports === 1 ? 'one report' : `${reports} reports`} a call`;
}

function figuresOf(shape: Shape, runs: ReadonlyMap<string, readonly LoadFigures[]>): Figure[] {
  const name = nameOf(shape);
  const of = (who: string) => runs.get(`${name} ${who}`) ?? [];
  const rate = (who: string) => spreadOf(of(who).map((run) => run.perSecond * shape.reports));
  const value = rate('sallyport');
  const latency = (who: string): string =>
    `p50 ${spreadOf(of(who).map((r) => r.p50Ms)).median.toFixed(1)} ms, p99 ${spreadOf(of(who).map((r) => r.p99Ms)).median.toFixed(1)} ms a call`;
  const common = { name, unit: 'reports/s', better: 'more' as const };
  const wanted = shape.connections === 64 ? { objective: atLeast(value.median, WANTED, '>= 12 k/s') } : {};
  return [
    { ...common, who: 'floor', value: rate('floor'), note: latency('floor') },
    {
      ...common,
      who: 'sallyport',
      value,
      beside: { who: 'floor', ratio: value.median / rate('floor').median },
      note: latency('sallyport'),
      ...wanted,
    },
  ];
}
