import { runForJson } from '../shared/child.ts';
import { atLeast, type BenchOptions, type Figure, type PartResult } from '../shared/figure.ts';
import { spreadOf } from '../shared/statistics.ts';
import type { Agreement, Speed } from './engine-process.ts';
import { ENGINES } from './engines/index.ts';
import { allowed, applies, makePolicies, makeSignIns } from './scenario.ts';

const PROGRAM = new URL('./engine-process.ts', import.meta.url);
const SIZES = [10, 100, 1_000] as const;
const OURS = 'sallyport';
const WANTED: Readonly<Record<number, number>> = { 100: 2_500_000, 1_000: 2_000_000 };
/** Requests on which an engine must agree before it is timed. */
const AGREE_ON = 2_000;

/** Decisions in process: ours beside four engines from the registry and the plainest loop, on the same cases. */
export async function measureDecisions({ quick }: BenchOptions): Promise<PartResult> {
  const rounds = quick ? 1 : 5;
  const engines = Object.keys(ENGINES);
  const notes = SIZES.map(describeTask);
  for (const size of SIZES) {
    for (const name of engines)
      await requireAgreement(name, size, quick && size === 1_000 && name !== OURS ? 200 : AGREE_ON);
  }
  if (quick) notes.push('Quick: at 1,000 policies the peers were checked on 200 sign-ins only.');

  const speeds = new Map<string, Speed[]>();
  for (let round = 0; round < rounds; round += 1) {
    // Another order each round, so that nobody always comes after the same neighbour.
    for (const size of SIZES) {
      for (const name of rotated(engines, round)) {
        const speed = await runForJson<Speed>(PROGRAM, ['time', name, String(size), quick ? '0.3' : '0.6']);
        const key = `${name} ${size}`;
        speeds.set(key, [...(speeds.get(key) ?? []), speed]);
      }
    }
  }
  return {
    part: 'decisions',
    title: 'Decisions in process',
    figures: SIZES.flatMap((size) => figuresOf(size, engines, speeds)),
    notes,
  };
}

async function requireAgreement(name: string, size: number, requests: number): Promise<void> {
  const { asked, wrong } = await runForJson<Agreement>(PROGRAM, ['check', name, String(size), String(requests)]);
  if (wrong > 0)
    throw new Error(
      `${name} answered ${wrong} of ${asked} sign-ins wrongly with ${size} policies; timing it would mean nothing.`,
    );
}

function figuresOf(size: number, engines: readonly string[], speeds: ReadonlyMap<string, readonly Speed[]>): Figure[] {
  const ofEngine = (name: string): readonly Speed[] => speeds.get(`${name} ${size}`) ?? [];
  const ours = spreadOf(ofEngine(OURS).map((s) => s.perSecond)).median;
  return engines.map((name) => {
    const value = spreadOf(ofEngine(name).map((s) => s.perSecond));
    const wanted = name === OURS ? WANTED[size] : undefined;
    const share = Math.min(...ofEngine(name).map((s) => s.coreShare));
    return {
      name: `${size.toLocaleString('en')} policies`,
      who: name,
      unit: 'decisions/s',
      value,
      better: 'more' as const,
      ...(name === OURS ? {} : { beside: { who: OURS, ratio: value.median / ours } }),
      ...(wanted === undefined ? {} : { objective: atLeast(value.median, wanted, `>= ${wanted / 1e6} M/s`) }),
      // Others on the machine took the core away.
      ...(share < 0.9 ? { note: `had a core only ${Math.round(share * 100)} % of the time in one round` } : {}),
    };
  });
}

function describeTask(size: number): string {
  const policies = makePolicies(size);
  const signIns = makeSignIns(5_000);
  const applying =
    signIns.reduce((sum, signIn) => sum + policies.filter((policy) => applies(policy, signIn)).length, 0) /
    signIns.length;
  const share = signIns.filter((signIn) => allowed(policies, signIn)).length / signIns.length;
  return `${size.toLocaleString('en')} policies: ${applying.toFixed(2)} apply to a sign-in on average, ${(share * 100).toFixed(1)} % are granted.`;
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
