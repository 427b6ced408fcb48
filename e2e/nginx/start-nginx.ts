import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@sallyport/hub/platform/free-port.ts';
import { ensureServerTls } from '@sallyport/hub/platform/tls.ts';
import { nginxConfig } from './nginx-config.ts';

export interface NginxOptions {
  readonly hubUrl: string;
  readonly hubCaFile: string;
  readonly doorId: string;
  readonly doorKey: string;
  readonly deviceCaPem: string;
  readonly backendUrl: string;
  readonly passClientHeaders?: boolean;
}

export interface RunningNginx {
  readonly url: string;
  /** What clients must trust to reach it. */
  readonly caPem: string;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Where Debian's packages nginx and nginx-light put it. */
const NGINX = '/usr/sbin/nginx';

export function hasNginx(): boolean {
  return existsSync(NGINX);
}

/** A real nginx with a Sallyport door, on a free port of the loopback, with all its files in a temporary folder. */
export async function startNginx(options: NginxOptions): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-nginx-'));
  try {
    return await start(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(folder: string, options: NginxOptions): Promise<RunningNginx> {
  const port = await freePort('127.0.0.1');
  const tlsFolder = join(folder, 'tls');
  await mkdir(tlsFolder);
  const { caPem = '' } = await ensureServerTls(tlsFolder, ['localhost'], Date.now());
  const deviceCaFile = join(folder, 'device-ca.pem');
  await writeFile(deviceCaFile, options.deviceCaPem);
  const configFile = join(folder, 'nginx.conf');
  await writeFile(configFile, nginxConfig({
    ...options, folder, port, deviceCaFile, certificateFile: join(tlsFolder, 'server.pem'), keyFile: join(tlsFolder, 'server.key'),
    passClientHeaders: options.passClientHeaders ?? false, isRoot: process.getuid?.() === 0,
  }), { mode: 0o600 });

  const child = spawn(NGINX, ['-p', folder, '-c', configFile, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr });
  const ready = new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      // The listening sockets were bound before the first worker starts.
      if (line.includes('start worker process ')) resolve();
    });
  });
  await Promise.race([ready, exited.then(() => { throw new Error(`nginx ended at once:\n${lines.join('\n')}`); })]);
  return {
    url: `https://localhost:${port}`,
    caPem,
    log: () => lines.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
