import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../../cli/src/main.ts');

/** What `admin.json` holds. */
export interface Admin {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly baseUrl: string;
  readonly tokenEndpoint: string;
  readonly caFile: string;
}

export interface HubProcess {
  readonly baseUrl: string;
  readonly admin: Admin;
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a power cut for the process. */
  kill(): Promise<void>;
}

/** Starts `sallyport serve` as its users do: a process of its own, here on a free port of the loopback interface. */
export async function startHub(
  dataDir: string,
  options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv; readonly listen?: string } = {},
): Promise<HubProcess> {
  const args = [MAIN, 'serve', '--data', dataDir, '--listen', options.listen ?? 'localhost:0', ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close') as Promise<[number | null]>;
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const baseUrl = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const ready = /^ready (\S+)$/m.exec(text);
      if (ready !== null) resolve(ready[1] as string);
    });
    exited.then(([code]) => reject(new Error(`The hub ended with ${code} before it was ready:\n${text}`)), reject);
  });
  return {
    baseUrl,
    child,
    output: () => text,
    admin: JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8')) as Admin,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
