import { readFile } from 'node:fs/promises';
import { DataFolders } from './data-folder.ts';
import { startHub } from '../hub/hub-process.ts';
import { runForJson } from '../shared/child.ts';
import { atMost, type BenchOptions, type Figure, type Objective, type PartResult } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';
import type { ReevaluationFigures } from './reevaluate-process.ts';

interface FleetRun {
  readonly devices: number;
  readonly readyMs: readonly number[];
  readonly residentBytes: number;
  readonly reevaluation: ReevaluationFigures;
}

const PROGRAM = new URL('./reevaluate-process.ts', import.meta.url);
const READY_WITHIN_MS: Readonly<Record<number, number>> = { 100_000: 1_000, 1_000_000: 10_000 };
const SECOND = 1_000;

/** What grows with the fleet: start, memory, and a policy change over all of it. */
export async function measureFleet({ quick }: BenchOptions): Promise<PartResult> {
  const folders = new DataFolders();
  try {
    const empty = await startHub({ dataDir: await folders.empty(), tls: 'proxy' });
    const base = await residentBytes(empty.pid);
    await empty.stop();
    const runs: FleetRun[] = [];
    for (const devices of quick ? [10_000, 100_000] : [100_000, 1_000_000])
      runs.push(await measureOne(folders, devices, quick));
    return {
      part: 'fleet',
      title: 'What grows with the fleet',
      figures: runs.flatMap((run, i) => figuresOf(run, runs[i - 1], base)),
      notes: [
        `Half as many people as devices, each in three groups. A hub without devices is resident with ${Math.round(base / 2 ** 20)} MiB, which is taken off the memory a device.`,
      ],
    };
  } finally {
    await folders.remove();
  }
}

async function measureOne(folders: DataFolders, devices: number, quick: boolean): Promise<FleetRun> {
  const dataDir = await folders.onlyFleet(devices);
  // The first start makes keys and certificates.
  await (await startHub({ dataDir, tls: 'proxy' })).stop();
  const readyMs: number[] = [];
  let resident = 0;
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const hub = await startHub({ dataDir, tls: 'proxy' });
    readyMs.push(hub.readyMs);
    resident = Math.max(resident, await residentBytes(hub.pid));
    await hub.stop();
  }
  const reevaluation = await runForJson<ReevaluationFigures>(PROGRAM, [dataDir]);
  await folders.removeOne(dataDir);
  return { devices, readyMs, residentBytes: resident, reevaluation };
}

/** The most that the process has had in memory since it started (Linux: VmHWM). */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

function figuresOf(run: FleetRun, smaller: FleetRun | undefined, base: number): Figure[] {
  const {
    devices,
    reevaluation: { unchanged, changed },
  } = run;
  const name = (what: string): string => `${devices.toLocaleString('en')} devices: ${what}`;
  const million = devices === 1_000_000;
  const perDevice = (run.residentBytes - base) / devices;
  const within = READY_WITHIN_MS[devices];
  const growth = (pick: (figures: ReevaluationFigures) => number): string | undefined =>
    smaller &&
    `${(pick(run.reevaluation) / pick(smaller.reevaluation)).toFixed(1)} times the ${smaller.devices.toLocaleString('en')} devices`;
  const ms = (what: string, value: readonly number[], objective?: Objective, note?: string): Figure => ({
    name: name(what),
    who: 'sallyport',
    unit: 'ms',
    better: 'less',
    value: spreadOf(value),
    ...(objective && { objective }),
    ...(note && { note }),
  });
  return [
    ms(
      'start until ready',
      run.readyMs,
      within === undefined ? undefined : atMost(spreadOf(run.readyMs).median, within, `<= ${within / SECOND} s`),
    ),
    {
      name: name('resident memory a device'),
      who: 'sallyport',
      unit: 'bytes',
      better: 'less',
      value: spreadOf([perDevice]),
      ...(million ? { objective: atMost(perDevice, 1_024, '<= 1 KiB') } : {}),
      note: `${Math.round(run.residentBytes / 2 ** 20).toLocaleString('en')} MiB in all at its most`,
    },
    ms(
      'policy change that changes nobody',
      [unchanged.ms],
      million ? atMost(unchanged.ms, 5 * SECOND, '<= 5 s') : undefined,
      growth((f) => f.unchanged.ms),
    ),
    ms(
      `policy change that changes ${changed.told.toLocaleString('en')}`,
      [changed.ms],
      million ? atMost(changed.ms, 5 * SECOND, '<= 5 s') : undefined,
      growth((f) => f.changed.ms),
    ),
    ms('longest wait of a decision meanwhile', [Math.max(unchanged.longestWaitMs, changed.longestWaitMs)]),
  ];
}
