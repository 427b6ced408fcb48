import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface HubChild {
  readonly baseUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** As much of the log as tells why a hub did not start; the folder may be gone by then. */
const LAST_WORDS = 1_000;
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A hub as its users start it: `sallyport serve` in a process of its own, with its data in `folder/data`. Its log goes to `folder/hub.log`. */
export async function startHubChild(folder: string, more: readonly string[]): Promise<HubChild> {
  const settings = ['--data', join(folder, 'data'), ...more];
  // Settings of the surroundings are for another hub.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
  const child = spawn(process.execPath, [MAIN, 'serve', ...settings], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, 'hub.log'));
  child.stderr.pipe(log);
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-LAST_WORDS);
  });
  const exited = once(child, 'exit');
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
  });
  const failed = exited.then(([code]): never => {
    throw new Error(`The hub ended with ${String(code)} before it was ready. Its last words: ${lastWords}`);
  });
  const baseUrl = await Promise.race([ready, failed]);
  return {
    baseUrl,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
