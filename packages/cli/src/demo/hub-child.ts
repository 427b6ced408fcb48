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

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A hub as its users start it: `sallyport serve` in a process of its own, here on a free port. Its log goes to `folder/hub.log`. */
export async function startHubChild(folder: string): Promise<HubChild> {
  const settings = ['--data', join(folder, 'data'), '--listen', 'localhost:0', '--outbound-allow', '127.0.0.1'];
  // Settings of the surroundings are for another hub.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
  const child = spawn(process.execPath, [MAIN, 'serve', ...settings], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, 'hub.log'));
  child.stderr.pipe(log);
  const exited = once(child, 'exit');
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
  });
  const baseUrl = await Promise.race([ready, exited.then(([code]) => { throw new Error(`The hub ended with ${String(code)} before it was ready; see ${folder}/hub.log.`); })]);
  return {
    baseUrl,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
