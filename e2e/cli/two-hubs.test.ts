import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HubClient, tokenEndpointAt, type EvaluationAnswer } from '@sallyport/contracts/client/index.ts';
import { startPostgres, type PostgresServer } from '@sallyport/hub/store/contract/postgres-server.ts';
import { startHub, type HubProcess } from '../shared/hub-process.ts';

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
  const addresses = hubs.map(({ output }) => `https://localhost:${/Server listening at https:\/\/127\.0\.0\.1:(\d+)/u.exec(output())?.[1] ?? ''}`);
  const { tenantId, clientId, clientSecret } = (hubs[0] as HubProcess).admin;
  // Each gets its tokens from the other hub.
  clients = addresses.map((baseUrl, i) => new HubClient({ baseUrl, tokenEndpoint: tokenEndpointAt(addresses[1 - i] as string, tenantId), clientId, clientSecret, ca }));
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
    const { decision, context } = await hub.post<EvaluationAnswer>('/access/v1/evaluation', { subject: { type: 'user', id: 'ada@example.com' }, action: { name: 'access' }, resource: { type: 'application', id: 'Exchange' } });
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
