import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetOf } from '../fleet/people.ts';
import type { BenchHub } from '../hub/bench-hub.ts';
import { atMost, type Figure } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';
import type { PacedFigures } from './paced-client.ts';
import { makeQuestions } from './questions.ts';
import { makeReports } from './reports.ts';
import { runPaced } from './run-paced.ts';

const DEVICES = 10_000;
const DECISIONS = 10_000;
const REPORTS = 1_000;

/** 10,000 decisions a second at a steady pace, while 1,000 reports a second are taken in durably. */
export async function measureWhileReportsComeIn(hub: BenchHub, folder: string, quick: boolean): Promise<Figure[]> {
  const { hostname: host, port } = new URL(hub.url);
  const questions = join(folder, 'paced-questions.txt');
  await writeFile(questions, makeQuestions(50_000, fleetOf(DEVICES)).join('\n'));
  const rounds: { decisions: PacedFigures; reports: PacedFigures }[] = [];
  const seconds = quick ? 3 : 8;
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const reports = join(folder, `reports-${round}.txt`);
    await writeFile(
      reports,
      makeReports(REPORTS * (seconds + 6), DEVICES, `round-${round}`)
        .map((report) => `{"reports":[${report}]}`)
        .join('\n'),
    );
    const common = { host, port: Number(port), warmUp: 1 };
    const json = { 'content-type': 'application/json' };
    // The reports begin before the decisions and end after them.
    const [taken, decided] = await Promise.all([
      runPaced({
        ...common,
        bodies: reports,
        path: '/partner/v1/device-health',
        headers: { ...json, authorization: hub.partners[0] as string },
        connections: 16,
        perSecond: REPORTS,
        seconds: seconds + 2,
      }),
      runPaced({
        ...common,
        bodies: questions,
        path: '/access/v1/evaluation',
        headers: { ...json, authorization: hub.evaluator },
        connections: 64,
        perSecond: DECISIONS,
        seconds,
      }),
    ]);
    if (taken.notOk + decided.notOk > 0)
      throw new Error(`Some answers were no success: ${JSON.stringify({ taken, decided })}`);
    rounds.push({ decisions: decided, reports: taken });
  }
  return figuresOf(rounds);
}

function figuresOf(rounds: readonly { readonly decisions: PacedFigures; readonly reports: PacedFigures }[]): Figure[] {
  const of = (pick: (figures: PacedFigures) => number, which: 'decisions' | 'reports') =>
    spreadOf(rounds.map((round) => pick(round[which])));
  const name = '10 k decisions/s and 1 k reports/s';
  const p99 = of((f) => f.p99Ms, 'decisions');
  const common = { who: 'sallyport', unit: 'ms', better: 'less' as const };
  return [
    { ...common, name: `${name}: decision p50`, value: of((f) => f.p50Ms, 'decisions') },
    {
      ...common,
      name: `${name}: decision p99`,
      value: p99,
      objective: atMost(p99.median, 5, '<= 5 ms'),
      note: `${Math.round(of((f) => f.perSecond, 'decisions').median).toLocaleString('en')} decisions/s were answered`,
    },
    {
      ...common,
      name: `${name}: report p99`,
      value: of((f) => f.p99Ms, 'reports'),
      note: `${Math.round(of((f) => f.perSecond, 'reports').median).toLocaleString('en')} reports/s were acknowledged`,
    },
  ];
}
