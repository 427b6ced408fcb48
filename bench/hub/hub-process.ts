import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@sallyport/simulators/machine';

/** The real program, as an operator starts it. */
const PROGRAM = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
/** As in `npm start` and `npx sallyport`: helper threads of the engine for the other cores only. */
const NODE_FLAGS = ['--v8-pool-size=0'];
const PUBLIC_URL = 'https://hub.example';

export interface HubProcess {
  /** Where to connect to; what it calls itself is another address when a proxy is pretended. */
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the line `ready`. */
  readonly readyMs: number;
  /** SIGTERM, then waits. Throws unless the exit code is 0. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface HubOptions {
  readonly dataDir: string;
  /** `proxy`: plain HTTP, so that floors can be as plain. */
  readonly tls: 'own' | 'proxy';
  readonly nodeOptions?: readonly string[] | undefined;
}

export async function startHub({ dataDir, tls, nodeOptions = [] }: HubOptions): Promise<HubProcess> {
  const port = await freePort('127.0.0.1');
  const args = ['serve', '--data', dataDir, '--listen', `127.0.0.1:${port}`];
  if (tls === 'proxy') args.push('--tls-terminated-by-proxy', '--public-url', PUBLIC_URL);
  mkdirSync(dataDir, { recursive: true });
  // With the log that a hub keeps unless told otherwise, since writing it is part of the work.
  const log = join(dataDir, 'bench.log');
  const logFile = openSync(log, 'a');
  const started = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, ...nodeOptions, PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', logFile],
  });
  closeSync(logFile);
  endWithUs(child);
  await readyLine(child, log);
  return {
    url: `${tls === 'own' ? 'https' : 'http'}://127.0.0.1:${port}`,
    pid: child.pid as number,
    readyMs: performance.now() - started,
    async stop() {
      const code = await end(child, 'SIGTERM');
      if (code !== 0) throw new Error(`The hub ended with ${code}.`);
    },
    async kill() {
      await end(child, 'SIGKILL');
    },
  };
}

/** A program of ours that prints a line when it is ready. */
export async function startProgram(
  program: URL,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly line: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  endWithUs(child);
  const line = await readyLine(child);
  return {
    line,
    async stop() {
      await end(child, 'SIGTERM');
    },
  };
}

export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}

async function readyLine(child: ChildProcess, log = 'what it wrote above'): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    if (!line.startsWith('ready')) continue;
    child.stdout?.resume();
    return line;
  }
  throw new Error(`A program ended before it was ready (${child.exitCode ?? child.signalCode}); see ${log}.`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}

/** A run that is cut short must leave no server behind. */
function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}
