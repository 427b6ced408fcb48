import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Load {
  readonly url: string;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** Made by `writeRequests`. */
  readonly script: string;
  /** The core that the load comes from, where there are several. */
  readonly core?: number | undefined;
}

export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Writes what wrk sends: the bodies one after the other, made into requests before the clock runs. */
export async function writeRequests(
  folder: string,
  bodies: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const list = join(folder, 'bodies.txt');
  const script = join(folder, 'requests.lua');
  await writeFile(list, `${bodies.join('\n')}\n`);
  await writeFile(
    script,
    `
local requests = {}
local sent = 0
function init(args)
  wrk.method = 'POST'
${Object.entries(headers)
  .map(([name, value]) => `  wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}\n`)
  .join('')}
  for line in io.lines(${JSON.stringify(list)}) do requests[#requests + 1] = wrk.format(nil, nil, nil, line) end
end
function request()
  sent = sent % #requests + 1
  return requests[sent]
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('RESULT %d %d %d %d %d', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`,
  );
  return script;
}

/** Keeps all connections busy for a while. Throws when an answer was not 2xx. */
export async function runWrk({ url, path, connections, seconds, script, core }: Load): Promise<LoadFigures> {
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, `${url}${path}`];
  const [program = '', ...args] = core === undefined ? wrk : ['taskset', '-c', String(core), ...wrk];
  const { stdout } = await promisify(execFile)(program, args);
  const [, requests, microseconds, p50, p99, errors] = (
    /^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(stdout) ?? []
  ).map(Number);
  if (requests === undefined || errors !== 0) throw new Error(`wrk saw ${errors ?? 'unknown'} errors:\n${stdout}`);
  return {
    perSecond: requests / ((microseconds as number) / 1e6),
    p50Ms: (p50 as number) / 1e3,
    p99Ms: (p99 as number) / 1e3,
  };
}
