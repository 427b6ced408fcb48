import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a program of ours in a process of its own and reads the JSON that it prints last. */
export async function runForJson<T>(
  program: URL,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  signal?.addEventListener('abort', () => child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const lastLine = Buffer.concat(chunks).toString('utf8').trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`${fileURLToPath(program)} ${args.join(' ')} ended with ${code ?? ended}.`);
  return JSON.parse(lastLine) as T;
}
