import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { newServerCertificate } from '@sallyport/simulators/certificates';
import { DataFolders } from '../fleet/data-folder.ts';
import { fleetOf } from '../fleet/people.ts';
import { startBenchHub, type BenchHub } from '../hub/bench-hub.ts';
import { isInstalled, startProgram } from '../hub/hub-process.ts';
import { send } from '../hub/token.ts';
import { atLeast, type BenchOptions, type Figure, type PartResult } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';
import type { Echo } from './echo-server.ts';
import { makeQuestions } from './questions.ts';
import { measureWhileReportsComeIn } from './while-reports-come-in.ts';
import { runWrk, writeRequests, type LoadFigures } from './wrk.ts';

const DEVICES = 10_000;
const QUESTIONS = 50_000;
const PATH = '/access/v1/evaluation';
const CONNECTIONS = [64, 8] as const;
const WANTED_SHARE = 0.9;

/**
 * Decisions over HTTP: the whole hub, with token, permission, log and metrics, beside a bare node:http that
 * reads the same bytes and answers the same bytes. One core for the server, the other for the load.
 */
export async function measureHttp({ quick }: BenchOptions): Promise<PartResult> {
  if (!isInstalled('wrk'))
    return {
      part: 'http',
      title: 'Decisions over HTTP',
      figures: [],
      notes: ['Not measured: wrk is missing (apt-get install wrk).'],
    };
  const folders = new DataFolders();
  try {
    const figures: Figure[] = [];
    const notes: string[] = [];
    for (const tls of ['proxy', 'own'] as const) {
      const hub = await startBenchHub({ dataDir: await folders.withFleet(DEVICES), tls });
      try {
        const folder = await folders.empty();
        await mkdir(folder);
        figures.push(...(await besideEcho(hub, tls === 'own' ? 'https' : 'http', folder, quick, notes)));
        if (tls === 'proxy') figures.push(...(await measureWhileReportsComeIn(hub, folder, quick)));
      } finally {
        await hub.stop();
      }
    }
    return { part: 'http', title: 'Decisions over HTTP', figures, notes };
  } finally {
    await folders.remove();
  }
}

async function besideEcho(
  hub: BenchHub,
  scheme: 'http' | 'https',
  folder: string,
  quick: boolean,
  notes: string[],
): Promise<Figure[]> {
  const questions = makeQuestions(QUESTIONS, fleetOf(DEVICES));
  const headers = { authorization: hub.evaluator, 'content-type': 'application/json' };
  const answer = await middlingAnswer(hub, questions, headers);
  if (scheme === 'http')
    notes.push(
      `Questions of about ${questions[0]?.length} bytes, ${QUESTIONS.toLocaleString('en')} different ones; the answer that is echoed has ${answer.body.length} bytes, as ours have in the middle.`,
    );
  const echo = await startProgram(new URL('./echo-server.ts', import.meta.url), [], {
    ECHO: JSON.stringify({
      ...answer,
      tls: scheme === 'https' ? await throwawayCertificate() : undefined,
    } satisfies Echo),
  });
  try {
    const script = await writeRequests(folder, questions, headers);
    const urls = { sallyport: hub.url, echo: echo.line.split(' ')[1] as string };
    const runs = new Map<string, LoadFigures[]>();
    for (let round = 0; round < (quick ? 1 : 5); round += 1) {
      for (const connections of CONNECTIONS) {
        for (const who of ['echo', 'sallyport'] as const) {
          const key = `${connections} ${who}`;
          const load = {
            url: urls[who],
            path: PATH,
            connections,
            seconds: quick ? 1 : 3,
            script,
            core: cpus().length > 1 ? 1 : undefined,
          };
          // The first run of each is thrown away: the server's code is still being compiled.
          if (round === 0) await runWrk({ ...load, seconds: 2 });
          runs.set(key, [...(runs.get(key) ?? []), await runWrk(load)]);
        }
      }
    }
    return CONNECTIONS.flatMap((connections) =>
      figuresOf(scheme, connections, runs.get(`${connections} sallyport`) ?? [], runs.get(`${connections} echo`) ?? []),
    );
  } finally {
    await echo.stop();
  }
}

function figuresOf(
  scheme: string,
  connections: number,
  ours: readonly LoadFigures[],
  echo: readonly LoadFigures[],
): Figure[] {
  const name = `${scheme}, ${connections} connections`;
  const value = spreadOf(ours.map((run) => run.perSecond));
  const floor = spreadOf(echo.map((run) => run.perSecond));
  // Round by round, since the two of a round had the same machine.
  const share = spreadOf(ours.map((run, i) => run.perSecond / (echo[i] as LoadFigures).perSecond));
  const unit = 'requests/s';
  return [
    { name, who: 'node echo', unit, value: floor, better: 'more', note: latencyNote(echo) },
    {
      name,
      who: 'sallyport',
      unit,
      value,
      better: 'more',
      beside: { who: 'node echo', ratio: share.median },
      objective: atLeast(share.median, WANTED_SHARE, '>= 90 % of the echo'),
      note: latencyNote(ours),
    },
  ];
}

function latencyNote(runs: readonly LoadFigures[]): string {
  const middle = (pick: (run: LoadFigures) => number): string => spreadOf(runs.map(pick)).median.toFixed(2);
  return `p50 ${middle((run) => run.p50Ms)} ms, p99 ${middle((run) => run.p99Ms)} ms with every connection busy`;
}

/** An answer of ours of middling length, with our headers. Node adds Date and Connection by itself on both sides. */
async function middlingAnswer(
  hub: BenchHub,
  questions: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<Pick<Echo, 'headers' | 'body'>> {
  const answers = [];
  for (const question of questions.slice(0, 400)) {
    const answer = await send(new URL(PATH, hub.url), 'POST', headers, question);
    if (answer.status !== 200) throw new Error(`The hub answers ${answer.status}: ${answer.body}`);
    answers.push(answer);
  }
  const mean = answers.reduce((sum, { body }) => sum + body.length, 0) / answers.length;
  const byDistance = answers.toSorted((a, b) => Math.abs(a.body.length - mean) - Math.abs(b.body.length - mean));
  const { body, rawHeaders } = byDistance[0] as (typeof answers)[number];
  const own = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && !/^(date|connection|keep-alive)$/i.test(name) ? [name, rawHeaders[i + 1] as string] : [],
  );
  return { headers: own, body };
}

/** Of the same kind as the hub's own. */
async function throwawayCertificate(): Promise<{ cert: string; key: string }> {
  return newServerCertificate('127.0.0.1');
}
