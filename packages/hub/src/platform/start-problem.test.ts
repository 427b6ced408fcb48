import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePrivateFolder } from './private-files.ts';
import { startProblem } from './start-problem.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-start-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function problemOfListening(host: string, port: number): Promise<string> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    throw new Error('it listens');
  } catch (error) {
    return startProblem(error, { listen: { host, port }, dataDir: dir });
  } finally {
    server.close();
  }
}

async function problemOfFolder(dataDir: string): Promise<string> {
  try {
    await makePrivateFolder(dataDir);
    throw new Error('it was made');
  } catch (error) {
    return startProblem(error, { listen: { host: 'localhost', port: 0 }, dataDir });
  }
}

test('a port that is taken is told with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  expect(await problemOfListening('127.0.0.1', port)).toBe(
    `Another program listens on 127.0.0.1:${port} already. Stop it, or choose another address with --listen.`,
  );
  taken.close();
});

test('the port of syslog is told as such', () => {
  const error = Object.assign(new Error('listen EADDRINUSE'), {
    code: 'EADDRINUSE',
    syscall: 'listen',
    address: '127.0.0.1',
    port: 6514,
  });
  const settings = {
    listen: { host: 'localhost', port: 8443 },
    syslogListen: { host: '127.0.0.1', port: 6514 },
    dataDir: dir,
  };
  expect(startProblem(error, settings)).toBe(
    'Another program listens on 127.0.0.1:6514 already. Stop it, or choose another address with --syslog-listen.',
  );
});

test('an address of another machine is told', async () => {
  expect(await problemOfListening('192.0.2.55', 8443)).toContain('192.0.2.55 is no address of this machine');
});

test('a data folder that is a file, or below one, is told', async () => {
  const file = join(dir, 'file');
  await writeFile(file, '');
  expect(await problemOfFolder(file)).toBe(
    `The data folder ${file} is, or lies in, a file and not a folder. Choose another with --data.`,
  );
  expect(await problemOfFolder(join(file, 'below'))).toContain('is, or lies in, a file');
});

test.skipIf(process.platform !== 'linux')(
  'a place where nothing can be made is told, and not tried for ever',
  async () => {
    expect(await problemOfFolder('/proc/sallyport/data')).toContain(
      'The data folder /proc/sallyport/data cannot be made there',
    );
  },
);

test('folders are made with those above them, and an existing one is left as it is', async () => {
  await makePrivateFolder(join(dir, 'a', 'b', 'c'));
  await makePrivateFolder(join(dir, 'a', 'b', 'c'));
});

test('a database that is none, and one that cannot be written, are told with their folder', () => {
  const settings = { listen: { host: 'h', port: 1 }, dataDir: dir };
  expect(startProblem(new Error('SQLite: file is not a database'), settings)).toBe(
    `The database in ${dir} cannot be used (SQLite: file is not a database). Put back its file from your backup, or choose another folder with --data.`,
  );
  const readOnly = Object.assign(new Error('attempt to write a readonly database'), {
    code: 'ERR_SQLITE_ERROR',
    errcode: 1544,
  });
  expect(startProblem(readOnly, settings)).toBe(
    `The data folder ${dir} may not be written by this user. Choose another with --data.`,
  );
  const damaged = Object.assign(new Error('database disk image is malformed'), {
    code: 'ERR_SQLITE_ERROR',
    errcode: 11,
  });
  expect(startProblem(damaged, settings)).toContain(
    `The database in ${dir} cannot be used (database disk image is malformed)`,
  );
});

test('a wrong name or password for PostgreSQL is told with the setting', () => {
  const refused = Object.assign(new Error('password authentication failed for user "hub"'), { code: '28P01' });
  expect(startProblem(refused, { listen: { host: 'h', port: 1 }, dataDir: dir })).toBe(
    'PostgreSQL refuses: password authentication failed for user "hub". Look at --database or SALLYPORT_DATABASE_URL.',
  );
});

test('other errors say what they say', () => {
  expect(
    startProblem(new Error('The database is of a later version.'), { listen: { host: 'h', port: 1 }, dataDir: dir }),
  ).toBe('The database is of a later version.');
});
