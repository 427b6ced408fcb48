import { afterAll, beforeAll } from 'vitest';
import { startPostgres } from '../contract/postgres-server.ts';
import type { PostgresServer } from '../contract/postgres-server.ts';
import { storeContract } from '../contract/store-contract.ts';
import { openPostgresStore } from './postgres-store.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

storeContract('PostgreSQL', async () => openPostgresStore({ url: await server.createDatabase() }));
