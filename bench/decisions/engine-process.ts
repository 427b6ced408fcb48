/** One engine at one size, in a process of its own: engine-process.ts check|time ENGINE POLICIES REQUESTS|SECONDS */
import { performance } from 'node:perf_hooks';
import { ENGINES } from './engines/index.ts';
import type { Engine } from './engines/engine.ts';
import { allowed, makePolicies, makeSignIns } from './scenario.ts';

export interface Agreement {
  readonly asked: number;
  readonly wrong: number;
}

export interface Speed {
  readonly perSecond: number;
  /** The share of the time in which this thread had a core: less than 1 where others were busy too. */
  readonly coreShare: number;
}

const SIGN_INS = 20_000;

const [task, name = '', policyCount, amount] = process.argv.slice(2);
const makeEngine = ENGINES[name];
if (makeEngine === undefined) throw new Error(`There is no engine ${name}.`);
const policies = makePolicies(Number(policyCount));
const signIns = makeSignIns(SIGN_INS);
const engine = await makeEngine(policies, signIns);
console.log(JSON.stringify(task === 'check' ? await check(Number(amount)) : await time(Number(amount) * 1_000)));

async function check(requests: number): Promise<Agreement> {
  let wrong = 0;
  for (let i = 0; i < requests; i += 1) {
    if ((await engine.decide(i)) !== allowed(policies, signIns[i] as (typeof signIns)[number])) wrong += 1;
  }
  return { asked: requests, wrong };
}

async function time(ms: number): Promise<Speed> {
  // Waiting for what is no promise would cost the fast ones more than their decision.
  const waits = engine.decide(0) instanceof Promise;
  const run = waits ? runAsync : runSync;
  const warm = await run(engine, ms * 0.5, 1);
  // Looking at the clock costs as much as a fast decision, so it is done about once a millisecond.
  return run(engine, ms, Math.max(1, Math.round(warm.perSecond / 1_000)));
}

async function runAsync(asked: Engine, ms: number): Promise<Speed> {
  const watch = startWatch();
  let count = 0;
  while (watch.elapsedMs() < ms) {
    await asked.decide(count % SIGN_INS);
    count += 1;
  }
  return watch.speed(count);
}

function runSync(asked: Engine, ms: number, step: number): Speed {
  const watch = startWatch();
  let count = 0;
  let granted = 0;
  while (watch.elapsedMs() < ms) {
    for (let i = 0; i < step; i += 1) {
      if (asked.decide(count % SIGN_INS) === true) granted += 1;
      count += 1;
    }
  }
  // Uses the answers, so that making them cannot be optimised away.
  if (granted > count) throw new Error('More was granted than asked.');
  return watch.speed(count);
}

function startWatch(): { elapsedMs(): number; speed(count: number): Speed } {
  const start = performance.now();
  const cpu = process.threadCpuUsage();
  const elapsedMs = (): number => performance.now() - start;
  return {
    elapsedMs,
    speed(count) {
      const elapsed = elapsedMs();
      const { user, system } = process.threadCpuUsage(cpu);
      return { perSecond: count / (elapsed / 1_000), coreShare: (user + system) / 1_000 / elapsed };
    },
  };
}
