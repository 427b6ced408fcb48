import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { AttackedHub } from './attacked-hub.ts';
import { pathOf } from './routes.ts';

/** Everything that is a secret is made and used; then it is looked for wherever it must not be. */

const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const ZIMPERIUM = '08a8455c-48dd-45ff-ad82-7211355354f3';
const VENDOR_KEY = `lookout-application-key-${'k'.repeat(40)}`;

let hub: AttackedHub;
/** By what they are. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  hub = await AttackedHub.start();
  secrets.set('secret of the administrator', hub.admin.clientSecret);
  secrets.set('token of the administrator', hub.adminToken);
  for (const id of [LOOKOUT, ZIMPERIUM])
    await hub.must('/v1.0/deviceManagement/mobileThreatDefenseConnectors', { id, androidEnabled: true });
  const client = await hub.newClient('Client', ['User.Read.All']);
  secrets.set('secret of a client', client.secret);
  secrets.set('token of a client', client.token);
  const door = await hub.must('/admin/v1/doors', {
    displayName: 'Door',
    defaultApplication: 'Exchange',
    deviceCa: (await newDeviceAuthority()).cert,
  });
  secrets.set('key of a door', door.secret);
  const { secret } = await hub.must(`/admin/v1/doors/${door.id}/rotateSecret`, {});
  secrets.set('new key of a door', secret);
  await hub.must(
    `/admin/v1/connectors/${LOOKOUT}/vendor`,
    { vendor: 'lookout', enabled: true, settings: { baseUrl: 'https://vendor.invalid', applicationKey: VENDOR_KEY } },
    'PUT',
  );
  secrets.set('key for a vendor', VENDOR_KEY);
  for (const path of [
    '/keys/data.key',
    '/keys/data-key',
    '/keys/signing.json',
    '/tls/ca-key.pem',
    '/tls/ca.key',
    '/tls/server-key.pem',
    '/tls/server.key',
  ]) {
    const text = readIfThere(join(hub.dataDir, path));
    const private_ = /"d": ?"([^"]+)"/.exec(text)?.[1] ?? text.replace(/-----[^-]+-----/g, '').trim();
    if (private_ !== '') secrets.set(path, private_.split('\n')[0] as string);
  }

  // They are used, rightly and wrongly, and shown where they do not belong.
  await hub.call(`/doors/${door.id}`, { token: undefined, headers: { 'x-sallyport-door-key': secret } });
  await hub.call(`/doors/${door.id}`, { token: undefined, headers: { 'x-sallyport-door-key': `${secret}x` } });
  await hub.call('/v1.0/users', { token: `${client.token}x` });
  await hub.call(`/v1.0/users?access_token=${client.token}&client_secret=${client.secret}`);
  await hub.call(`/nowhere?token=${client.token}`);
  await hub.call('/v1.0/users', {
    body: {
      userPrincipalName: 'x@example.com',
      displayName: 'x',
      mailNickname: 'x',
      accountEnabled: true,
      passwordProfile: { password: client.secret },
    },
  });
  await hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor/test`, {
    body: { vendor: 'lookout', settings: { baseUrl: 'https://vendor.invalid', applicationKey: VENDOR_KEY } },
  });
  await hub.call(`/intake/${ZIMPERIUM}`, {
    token: undefined,
    body: { secret: client.secret },
    headers: { authorization: `Basic ${Buffer.from(`user:${client.secret}`).toString('base64')}` },
  });
  await hub.call(new URL(hub.admin.tokenEndpoint).pathname, {
    token: undefined,
    body: `grant_type=client_credentials&client_id=${client.clientId}&client_secret=${client.secret}x`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await hub.call(`/v1.0/applications/${client.objectId}`, { method: 'PATCH', body: { displayName: 'Client 2' } });
});
afterAll(() => hub.close());

test('there are enough secrets to look for', () => {
  expect([...secrets.keys()].length).toBeGreaterThan(8);
  for (const [what, secret] of secrets) expect(secret.length, what).toBeGreaterThan(15);
});

test('none of them is in the log', async () => {
  const log = await hub.log();
  expect(log.length).toBeGreaterThan(10);
  expect(foundIn(log.join('\n'))).toEqual([]);
});

test('none of them is in the answer of any route that reads', async () => {
  const { id: door } = (await hub.call('/admin/v1/doors')).json<{ value: { id: string }[] }>().value[0] as {
    id: string;
  };
  const { id: application } = (
    await hub.call("/v1.0/applications?$filter=displayName eq 'Client 2'".replaceAll(' ', '%20'))
  ).json<{ value: { id: string }[] }>().value[0] as { id: string };
  const ids: readonly (readonly [string, string])[] = [
    ['/doors', door],
    ['/applications', application],
    ['onnector', LOOKOUT],
    ['{tenant}', hub.admin.tenantId],
  ];
  let read = 0;
  for (const route of hub.routes.filter(({ method, access }) => method === 'GET' && access !== 'door')) {
    const id = ids.find(([part]) => route.path.includes(part))?.[1];
    const answer = await hub.call(pathOf(route, id));
    if (answer.status === 200) read += 1;
    expect(foundIn(answer.text), route.path).toEqual([]);
    expect(answer.text, `${route.path} shows a hash`).not.toMatch(/"(?:secretHash|hash)": ?"/);
  }
  expect(read).toBeGreaterThan(15);
});

test('none of them is in the clear in the database, and its hashes are no passwords', async () => {
  const database = new DatabaseSync(join(hub.dataDir, 'hub.db'), { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    for (const { name } of tables) {
      expect(
        foundIn(
          JSON.stringify(database.prepare(`select * from "${name}"`).all(), (_, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ),
        ),
        name,
      ).toEqual([]);
    }
  } finally {
    database.close();
  }
});

test('files that hold secrets are for their owner only', () => {
  for (const file of filesBelow(hub.dataDir)) {
    const holds = foundIn(readFileSync(file, 'latin1'));
    if (holds.length > 0) expect(statSync(file).mode & 0o077, `${file} holds the ${holds.join(', ')}`).toBe(0);
  }
  expect(statSync(join(hub.dataDir, 'hub.db')).mode & 0o077).toBe(0);
  expect(statSync(hub.dataDir).mode & 0o077).toBe(0);
});

function foundIn(text: string): readonly string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => what);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
