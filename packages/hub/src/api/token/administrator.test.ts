import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import { applicationDocument } from '../../platform/application.ts';
import { secretMatches } from '../../platform/secrets.ts';
import { testPipeline, type TestPipeline } from '../../pipeline/testing.ts';
import { ensureAdministrator, type AdministratorOptions } from './administrator.ts';

let dir = '';
let hub: TestPipeline;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-admin-'));
  hub = await testPipeline();
});
afterEach(async () => {
  await hub.close();
  await rm(dir, { recursive: true });
});

const start = (options: Partial<AdministratorOptions> = {}) =>
  ensureAdministrator({
    dataDir: dir,
    documents: hub.store.documents,
    configuration: hub.configuration,
    clock: hub.clock,
    baseUrl: 'https://localhost:8443',
    caFile: '/data/tls/ca.pem',
    reset: false,
    ...options,
  });
const readFileJson = async () => JSON.parse(await readFile(join(dir, 'admin.json'), 'utf8'));
const applications = async () =>
  (await hub.store.documents.list('application')).map((row) => applicationDocument.parse(row.body));

test('the first start makes the tenant, the file and a client with every permission', async () => {
  const made = await start();
  const file = await readFileJson();
  expect(made).toEqual({
    tenantId: file.tenantId,
    file: join(dir, 'admin.json'),
    notes: [expect.stringContaining('new and empty hub')],
  });
  expect(Object.keys(file)).toEqual(['tenantId', 'clientId', 'clientSecret', 'baseUrl', 'tokenEndpoint', 'caFile']);
  expect(file.tokenEndpoint).toBe(`https://localhost:8443/${file.tenantId}/oauth2/v2.0/token`);
  expect((await stat(join(dir, 'admin.json'))).mode & 0o777).toBe(0o600);
  const [application] = await applications();
  expect(application).toMatchObject({ appId: file.clientId, permissions: PERMISSIONS });
  expect(secretMatches(file.clientSecret, application!.passwordCredentials[0]!.hash)).toBe(true);
  expect(JSON.stringify(await hub.store.audit.list(10, 0))).not.toContain(application!.passwordCredentials[0]!.hash);
});

test('the second start keeps everything, and follows a new public URL', async () => {
  const made = await start();
  const file = await readFileJson();
  expect(await start()).toEqual({ ...made, notes: [] });
  await start({ baseUrl: 'https://hub.example.com', caFile: undefined });
  expect(await readFileJson()).toEqual({
    ...file,
    baseUrl: 'https://hub.example.com',
    tokenEndpoint: `https://hub.example.com/${file.tenantId}/oauth2/v2.0/token`,
    caFile: null,
  });
  expect(await applications()).toHaveLength(1);
});

describe('of two hubs that set up a new database at once', () => {
  let other = '';
  beforeEach(async () => {
    other = await mkdtemp(join(tmpdir(), 'sallyport-admin-'));
  });
  afterEach(() => rm(other, { recursive: true }));
  const both = () => Promise.all([start(), start({ dataDir: other })]);

  test('with the same credentials, one makes the administrator, and both have it', async () => {
    await start();
    await copyFile(join(dir, 'admin.json'), join(other, 'admin.json'));
    const { tenantId } = await readFileJson();
    await hub.close();
    hub = await testPipeline();
    expect(await both()).toMatchObject([
      { tenantId, file: join(dir, 'admin.json') },
      { tenantId, file: join(other, 'admin.json') },
    ]);
    expect(await applications()).toHaveLength(1);
  });

  test('with none, one makes the administrator, and the other says that it has no credentials', async () => {
    const made = await both();
    expect(new Set(made.map(({ tenantId }) => tenantId)).size).toBe(1);
    expect(made.map(({ file }) => file).filter((file) => file !== undefined)).toHaveLength(1);
    expect(made.flatMap(({ notes }) => notes).toSorted()).toEqual([
      expect.stringContaining('--reset-administrator'),
      expect.stringContaining('new and empty hub'),
    ]);
    expect(await applications()).toHaveLength(1);
    expect([dir, other].filter((folder) => existsSync(join(folder, 'admin.json')))).toHaveLength(1);
  });
});

describe('when folder and database do not match', () => {
  test('a new database takes over tenant and administrator of the folder', async () => {
    const { tenantId } = await start();
    const file = await readFileJson();
    await hub.close();
    hub = await testPipeline();
    expect(await start()).toMatchObject({ tenantId, notes: [expect.stringContaining('database is new')] });
    expect(await readFileJson()).toEqual(file);
    expect(secretMatches(file.clientSecret, (await applications())[0]!.passwordCredentials[0]!.hash)).toBe(true);
  });

  test('a folder without the file gets no new secret', async () => {
    const { tenantId } = await start();
    await unlink(join(dir, 'admin.json'));
    expect(await start()).toEqual({
      tenantId,
      file: undefined,
      notes: [expect.stringContaining('--reset-administrator')],
    });
    await expect(readFileJson()).rejects.toThrow();
  });

  test('a file of another tenant stops the start', async () => {
    await start();
    const file = await readFileJson();
    await writeFile(
      join(dir, 'admin.json'),
      JSON.stringify({ ...file, tenantId: 'ffffffff-ffff-4fff-8fff-ffffffffffff' }),
    );
    await expect(start()).rejects.toThrow(/belong together/);
  });

  test('a broken file stops the start without being quoted', async () => {
    await writeFile(join(dir, 'admin.json'), '{"clientSecret":"hunter2",');
    const error = await start().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('cannot be read');
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('hunter2');
  });

  test('a secret that was removed is told of, and not put back', async () => {
    await start();
    const [row] = await hub.store.documents.list('application');
    await hub.configuration.write('test', async (tx) => {
      await tx.documents.put('application', row!.id, { ...row!.body, passwordCredentials: [] }, 1);
    });
    expect((await start()).notes.join()).toContain('do not open the hub any more');
    expect((await applications())[0]!.passwordCredentials).toEqual([]);
  });
});

test('a reset makes a new secret, ends the old one and gives back every permission', async () => {
  await start();
  const before = await readFileJson();
  const [row] = await hub.store.documents.list('application');
  await hub.configuration.write('test', async (tx) => {
    await tx.documents.put('application', row!.id, { ...row!.body, permissions: [] }, 1);
  });
  await unlink(join(dir, 'admin.json'));
  await start({ reset: true });
  const after = await readFileJson();
  expect(after).toMatchObject({ tenantId: before.tenantId, clientId: before.clientId });
  expect(after.clientSecret).not.toBe(before.clientSecret);
  const [application] = await applications();
  expect(application).toMatchObject({
    permissions: PERMISSIONS,
    passwordCredentials: [{ hint: after.clientSecret.slice(0, 3) }],
  });
});

test('a start that was cut short after the file is finished by the next one', async () => {
  const broken = {
    ...hub.configuration,
    write: async () => {
      throw new Error('power cut');
    },
  };
  await expect(start({ configuration: broken })).rejects.toThrow('power cut');
  const file = await readFileJson();
  expect((await start()).tenantId).toBe(file.tenantId);
  expect((await applications())[0]).toMatchObject({ appId: file.clientId });
});
