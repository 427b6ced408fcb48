import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  HubClient,
  RequestRefused,
  tokenEndpointAt,
  type EvaluationAnswer,
} from '@sallyport/contracts/client/index.ts';
import { startPostgres, type PostgresServer } from '@sallyport/simulators/postgres';
import { startHub, type HubProcess } from '@sallyport/simulators/hub';

/** Two hubs on one PostgreSQL, set up as the operator's manual says. */

const PUBLIC = 'https://sallyport.example.com';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-two-'));
let server: PostgresServer;
const hubs: HubProcess[] = [];
let clients: HubClient[] = [];

beforeAll(async () => {
  server = await startPostgres();
  const env = { SALLYPORT_DATABASE_URL: await server.createDatabase(), SALLYPORT_PUBLIC_URL: PUBLIC };
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  hubs.push(await startHub(first, { env, listen: 'localhost:0' }));
  mkdirSync(second);
  for (const name of ['keys', 'admin.json']) cpSync(join(first, name), join(second, name), { recursive: true });
  hubs.push(await startHub(second, { env, listen: 'localhost:0' }));
  const ca = ['first', 'second'].map((name) => readFileSync(join(folder, name, 'tls/ca.pem'), 'utf8')).join('');
  const addresses = hubs.map(
    ({ output }) =>
      `https://localhost:${/Server listening at https:\/\/127\.0\.0\.1:(\d+)/u.exec(output())?.[1] ?? ''}`,
  );
  const { tenantId, clientId, clientSecret } = (hubs[0] as HubProcess).admin;
  // Each gets its tokens from the other hub.
  clients = addresses.map(
    (baseUrl, i) =>
      new HubClient({
        baseUrl,
        tokenEndpoint: tokenEndpointAt(addresses[1 - i] as string, tenantId),
        clientId,
        clientSecret,
        ca,
      }),
  );
}, 120_000);
afterAll(async () => {
  for (const client of clients) client.close();
  for (const hub of hubs) await hub.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what one is told, the other decides by', async () => {
  const [one, other] = clients as [HubClient, HubClient];
  const decide = async (hub: HubClient): Promise<string> => {
    const { decision, context } = await hub.post<EvaluationAnswer>('/access/v1/evaluation', {
      subject: { type: 'user', id: 'ada@example.com' },
      action: { name: 'access' },
      resource: { type: 'application', id: 'Exchange' },
    });
    return `${decision} ${context.reasons[0]?.code ?? ''}`;
  };
  expect(await decide(other)).toBe('false user_unknown');
  await one.post('/v1.0/users', { userPrincipalName: 'ada@example.com', displayName: 'Ada' });
  await expect.poll(() => decide(other)).toBe('true no_policy_applies');
  expect(await decide(one)).toBe('true no_policy_applies');
});

test('a token of one is taken by the other', async () => {
  const [one, other] = clients as [HubClient, HubClient];
  expect(await one.get('/v1.0/users')).toMatchObject({ value: [{ userPrincipalName: 'ada@example.com' }] });
  expect(await other.get('/v1.0/users')).toMatchObject({ value: [{ userPrincipalName: 'ada@example.com' }] });
});

/** Who asks the same of both hubs at the same moment; how each answers: `done`, or the status of the refusal. */
async function bothAtOnce(ask: (hub: HubClient, which: number) => Promise<unknown>): Promise<(number | string)[]> {
  return Promise.all(
    clients.map(async (hub, which) => {
      try {
        await ask(hub, which);
        return 'done';
      } catch (error) {
        if (error instanceof RequestRefused) return error.status;
        throw error;
      }
    }),
  );
}

const ROUNDS = [1, 2, 3, 4, 5];

test('what may be there once is given by one of them, when both are asked at once', async () => {
  const [one] = clients as [HubClient, HubClient];
  for (const n of ROUNDS) {
    const [entraId, id] = [randomUUID(), randomUUID()];
    const answers = [
      await bothAtOnce((hub) =>
        hub.post('/v1.0/users', { userPrincipalName: `twin-${n}@example.com`, displayName: 'Twin' }),
      ),
      await bothAtOnce((hub, which) =>
        hub.post('/v1.0/users', {
          userPrincipalName: `twin-${n}-${which}@example.com`,
          mail: `twins-${n}@example.com`,
          displayName: 'Twin',
        }),
      ),
      await bothAtOnce((hub) => hub.post('/v1.0/applications', { displayName: `Twin ${n}` })),
      await bothAtOnce((hub) =>
        hub.post('/v1.0/deviceManagement/managedDevices', { operatingSystem: 'Android', azureADDeviceId: entraId }),
      ),
      await bothAtOnce((hub, which) =>
        which === 0
          ? hub.post('/v1.0/groups', { id, displayName: 'Twins' })
          : hub.post('/v1.0/deviceManagement/managedDevices', { id, operatingSystem: 'iOS' }),
      ),
    ];
    for (const answer of answers) expect(answer.toSorted()).toEqual([409, 'done']);
  }
  expect(await one.get("/v1.0/users/$count?$filter=startswith(userPrincipalName,'twin-')")).toBe('10');
  expect(await one.get("/v1.0/deviceManagement/managedDevices/$count?$filter=operatingSystem eq 'Android'")).toBe('5');
});

test('a name that one gave up is free at the other at once', async () => {
  const [one, other] = clients as [HubClient, HubClient];
  const make = (hub: HubClient): Promise<{ id: string }> =>
    hub.post('/v1.0/users', { userPrincipalName: 'wanted@example.com', displayName: 'Wanted' });
  for (const [giver, taker] of [
    [one, other],
    [other, one],
    [one, other],
  ] as const) {
    const { id } = await make(giver);
    await giver.delete(`/v1.0/users/${id}`);
    const { id: next } = await make(taker);
    expect(next).not.toBe(id);
    await taker.delete(`/v1.0/users/${next}`);
  }
});

test('changes of different properties of a phone at both at once are both kept', async () => {
  const [one, other] = clients as [HubClient, HubClient];
  const { id } = await one.post<{ id: string }>('/v1.0/deviceManagement/managedDevices', {
    operatingSystem: 'Android',
  });
  const path = `/v1.0/deviceManagement/managedDevices/${id}`;
  for (const n of ROUNDS) {
    expect(
      await bothAtOnce((hub, which) =>
        hub.patch(path, which === 0 ? { deviceName: `phone ${n}` } : { notes: `note ${n}` }),
      ),
    ).toEqual(['done', 'done']);
    expect(await other.get(`${path}?$select=deviceName,notes`)).toMatchObject({
      deviceName: `phone ${n}`,
      notes: `note ${n}`,
    });
  }
});
