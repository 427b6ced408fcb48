/**
 * npm run bench [-- --only NAME[,NAME]] [--quick]
 *
 * Measures what the objectives speak of, each beside a peer or a floor of the same run, prints tables and
 * writes bench/results/latest.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureDecisions } from './decisions/measure.ts';
import { measureDoors } from './doors/measure.ts';
import { measureFleet } from './fleet/measure.ts';
import { measureHttp } from './http/measure.ts';
import { measureIntake } from './intake/measure.ts';
import type { BenchOptions, PartResult } from './shared/figure.ts';
import { describeMachine, machineNote } from './shared/machine.ts';
import { tableOf } from './shared/table.ts';

const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<PartResult>>> = {
  decisions: measureDecisions,
  http: measureHttp,
  doors: measureDoors,
  intake: measureIntake,
  fleet: measureFleet,
};

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
const wanted = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const machine = describeMachine();
console.log(`${machineNote(machine)}${values.quick ? ' Quick: not to be quoted.' : ''}\n`);
const results: PartResult[] = [];
for (const name of wanted) {
  const started = performance.now();
  const result = await (PARTS[name] as (typeof PARTS)[string])({ quick: values.quick });
  results.push(result);
  console.log(tableOf(result));
  console.log(`(${name}: ${Math.round((performance.now() - started) / 1_000)} s)\n`);
}

const folder = new URL('./results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL('latest.json', folder),
  `${JSON.stringify({ at: new Date().toISOString(), quick: values.quick, machine, results }, null, 2)}\n`,
);
const missed = results.flatMap(({ figures }) => figures).filter(({ objective }) => objective?.met === false);
console.log(
  missed.length === 0 ? 'Every objective that was measured is met.' : `${missed.length} objectives are missed.`,
);
