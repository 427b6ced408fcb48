import { DataFolders } from './fleet/data-folder.ts';
import { fleetOf } from './fleet/people.ts';
import { startBenchHub } from './hub/bench-hub.ts';
import { makeQuestions } from './http/questions.ts';
import { runWrk, writeRequests } from './http/wrk.ts';
import { mkdir, readFile } from 'node:fs/promises';
const folders = new DataFolders();
const hub = await startBenchHub({ dataDir: await folders.withFleet(10_000), tls: 'proxy', nodeOptions: process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/bench2/prof', '--cpu-prof-interval=200'] : [] });
const folder = await folders.empty(); await mkdir(folder);
const script = await writeRequests(folder, makeQuestions(50_000, fleetOf(10_000)), { authorization: hub.evaluator, 'content-type': 'application/json' });
const cpu = async () => { const f = (await readFile(`/proc/${hub.pid}/stat`, 'utf8')).split(' '); return (Number(f[13]) + Number(f[14])) * 10_000; };
const load = { url: hub.url, path: '/access/v1/evaluation', connections: 32, seconds: 3, script, core: 1 };
await runWrk(load);
for (let i = 0; i < 3; i++) { const c = await cpu(); const r = await runWrk(load); console.log(Math.round(r.perSecond), 'rps', ((await cpu() - c) / r.perSecond / 3).toFixed(2), 'us cpu'); }
await hub.stop(); await folders.remove();
