import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newServerCertificate } from '../../device-ca/certificates.ts';
import { freePort } from '../../machine/free-port.ts';
import { nginxConfig } from './nginx-config.ts';

export interface NginxOptions {
  readonly hubUrl: string;
  readonly hubCaFile: string;
  readonly doorId: string;
  readonly doorKey: string;
  readonly deviceCaPem: string;
  readonly backendUrl: string;
  /** What `sallyport door pages` prints. */
  readonly pages: string;
  readonly passClientHeaders?: boolean;
  readonly defaultBuffers?: boolean;
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
  const { cert, key, caPem } = await newServerCertificate('localhost');
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const config = nginxConfig({
    ...options,
    folder,
    port,
    deviceCaFile: await write('device-ca.pem', options.deviceCaPem),
    pagesFile: await write('pages.conf', options.pages),
    certificateFile: await write('server.pem', cert),
    keyFile: await write('server.key', key),
    passClientHeaders: options.passClientHeaders ?? false,
    defaultBuffers: options.defaultBuffers ?? false,
    isRoot: isRoot(),
  });
  return { ...(await launch(folder, config)), url: `https://localhost:${port}`, caPem };
}

export type ExampleOptions = Pick<NginxOptions, 'hubUrl' | 'doorKey' | 'deviceCaPem'> & {
  readonly dataDir: string;
  /** `undefined`: none were made, and the example has its own. */
  readonly pages: string | undefined;
};

/** A real nginx with `docs/examples/nginx.conf`, word for word but for the ports and where it logs. Its door is `front`. */
export async function startExample({
  hubUrl,
  doorKey,
  deviceCaPem,
  pages,
  dataDir,
}: ExampleOptions): Promise<RunningNginx> {
  const root = await mkdtemp(join(tmpdir(), 'sallyport-nginx-'));
  const folder = join(root, 'gateway');
  await mkdir(folder);
  await symlink(dataDir, join(root, 'data'));
  await writeFile(join(folder, 'device-ca.pem'), deviceCaPem);
  if (pages !== undefined) await writeFile(join(folder, 'pages.conf'), pages);
  await writeFile(join(folder, 'door-key.conf'), `proxy_set_header X-Sallyport-Door-Key ${doorKey};`, { mode: 0o600 });
  const port = await freePort('127.0.0.1');
  const example = (await readFile(new URL('../../../../../docs/examples/nginx.conf', import.meta.url), 'utf8'))
    .replaceAll('8443', new URL(hubUrl).port)
    .replaceAll('8444', String(port))
    .replaceAll('8090', String(await freePort('127.0.0.1')))
    .replace('error_log error.log;', 'error_log stderr notice;');
  const running = await launch(folder, `daemon off;\nworker_processes 1;\n${isRoot() ? 'user root;' : ''}\n${example}`);
  return {
    ...running,
    url: `https://localhost:${port}`,
    caPem: await readFile(join(dataDir, 'tls/ca.pem'), 'utf8'),
    stop: () => running.stop().finally(() => rm(root, { recursive: true, force: true })),
  };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function launch(folder: string, config: string): Promise<Pick<RunningNginx, 'log' | 'stop'>> {
  const configFile = join(folder, 'nginx.conf');
  await writeFile(configFile, config, { mode: 0o600 });
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
  await Promise.race([
    ready,
    exited.then(() => {
      throw new Error(`nginx ended at once:\n${lines.join('\n')}`);
    }),
  ]);
  return {
    log: () => lines.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
