import pg from 'pg';
import type { CustomTypesConfig } from 'pg';
import type { StoreLog } from '../listeners.ts';

const INT8 = 20;

/** Numbers of ours fit a double: milliseconds since 1970, counts, row numbers. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** @param url `postgres://user:password@host:port/database`, with the options of libpq. */
export function connectionOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'sallyport',
    types,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    // A statement that waits this long for another node has met a node that hangs.
    lock_timeout: 15_000,
    // The network swallowed the question or the answer.
    query_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
  };
}

export function openPool(url: string, connections: number, log: StoreLog | undefined): pg.Pool {
  const pool = new pg.Pool({ ...connectionOptions(url), max: connections });
  // A connection that breaks while nobody uses it; the pool replaces it.
  pool.on('error', (error) => log?.error({ err: error }, 'a connection to PostgreSQL broke'));
  // One that breaks in the middle of a transaction also rejects the statement that waits, or the next one.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
