import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFolders } from '../fleet/data-folder.ts';
import { fleetOf } from '../fleet/people.ts';
import { startBenchHub, type BenchHub } from '../hub/bench-hub.ts';
import { runPaced } from '../http/run-paced.ts';
import { makeQuestions } from '../http/questions.ts';
import { runForJson } from '../shared/child.ts';
import { atMost, type BenchOptions, type Figure, type PartResult } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';
import type { DoorsFigures, DoorsSettings } from './tell-doors.ts';

const DEVICES = 10_000;
const DECISIONS = 10_000;
const COUNTS = [10, 200] as const;
const CONDITIONS = ['idle', 'while 10 k decisions/s are asked'] as const;
const WANTED_MS = 100;
const PROGRAM = new URL('./tell-doors.ts', import.meta.url);

/** From a partner's report to the last of all subscribed doors. */
export async function measureDoors({ quick }: BenchOptions): Promise<PartResult> {
  const folders = new DataFolders();
  const hub = await startBenchHub({ dataDir: await folders.withFleet(DEVICES), tls: 'proxy' });
  try {
    const folder = await folders.empty();
    await mkdir(folder);
    const bodies = join(folder, 'questions.txt');
    await writeFile(bodies, makeQuestions(50_000, fleetOf(DEVICES)).join('\n'));
    const runs = new Map<string, DoorsFigures[]>();
    const rounds = quick ? 1 : 3;
    for (let round = 0; round < rounds; round += 1) {
      for (const doors of COUNTS) {
        for (const condition of CONDITIONS) {
          const settings = {
            hubUrl: hub.url,
            partner: hub.partners[0] as string,
            doors,
            reports: quick ? 80 : 400,
            run: `${round} ${doors} ${condition}`,
          };
          const measured =
            condition === 'idle' ? await tellDoors(settings) : await whileDeciding(hub, bodies, settings);
          const key = `${doors} ${condition}`;
          runs.set(key, [...(runs.get(key) ?? []), measured]);
        }
      }
    }
    const figures = COUNTS.flatMap((doors) =>
      CONDITIONS.flatMap((condition) => figuresOf(doors, condition, runs.get(`${doors} ${condition}`) ?? [])),
    );
    return {
      part: 'doors',
      title: 'From a report to the last of all doors',
      figures,
      notes: [
        'Each report changes the access of one phone; the next is sent when every door was told. p99 of one round is that of its reports.',
      ],
    };
  } finally {
    await hub.stop();
    await folders.remove();
  }
}

function tellDoors(settings: DoorsSettings): Promise<DoorsFigures> {
  return runForJson<DoorsFigures>(PROGRAM, [], [], { DOORS: JSON.stringify(settings) });
}

async function whileDeciding(hub: BenchHub, bodies: string, settings: DoorsSettings): Promise<DoorsFigures> {
  const { hostname: host, port } = new URL(hub.url);
  const enough = new AbortController();
  const deciding = runPaced(
    {
      host,
      port: Number(port),
      bodies,
      path: '/access/v1/evaluation',
      connections: 64,
      perSecond: DECISIONS,
      warmUp: 0,
      seconds: 60,
      headers: { authorization: hub.evaluator, 'content-type': 'application/json' },
    },
    enough.signal,
  );
  const figures = await tellDoors(settings);
  enough.abort();
  await deciding.catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  return figures;
}

function figuresOf(doors: number, condition: string, runs: readonly DoorsFigures[]): Figure[] {
  const figure = (what: string, pick: (run: DoorsFigures) => number): Figure => ({
    name: `${doors} doors, ${condition}: ${what}`,
    who: 'sallyport',
    unit: 'ms',
    better: 'less',
    value: spreadOf(runs.map(pick)),
  });
  const p99 = figure('acknowledged to told, p99', (run) => run.fromAcknowledged.p99);
  return [
    figure('sent to told, p50', (run) => run.fromSent.p50),
    figure('sent to told, p99', (run) => run.fromSent.p99),
    figure('acknowledged to told, p50', (run) => run.fromAcknowledged.p50),
    doors === 200 ? { ...p99, objective: atMost(p99.value.median, WANTED_MS, `<= ${WANTED_MS} ms`) } : p99,
  ];
}
