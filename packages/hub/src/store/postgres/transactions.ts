import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { SCHEMA } from '../migrations/migrate.ts';
import { CommitInDoubt } from '../store.ts';
import { codeOf, gaveWay, lostConnection, toStoreError } from './errors.ts';
import { PostgresTransaction } from './sessions.ts';

const ATTEMPTS = 6;
/** SQLSTATE of a transaction number that was never given. */
const INVALID_PARAMETER = '22023';

/**
 * Runs `work` in a transaction; again, when it had to give way to another node's.
 *
 * @throws StoreBusy when the database cannot be used now, or gave way each time.
 * @throws CommitInDoubt, a StoreBusy, when the server went away in the middle of the commit and did not come back
 * in time to be asked.
 */
export async function inTransaction<T>(pool: Pool, work: (session: PostgresTransaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(pool, work);
    } catch (error) {
      if (!gaveWay(error) || attempt === ATTEMPTS) throw toStoreError(error);
      // Apart from each other, so that the same two do not meet again.
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

async function attemptOnce<T>(pool: Pool, work: (session: PostgresTransaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const session = new PostgresTransaction(client);
  let broken = false;
  try {
    const id = await begin(client);
    const result = await work(session);
    session.checkUsable();
    await commit(client, pool, id);
    return result;
  } catch (error) {
    broken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    session.end();
    client.release(broken);
  }
}

/** Says which schema this version knows, for the database to refuse one that is too old; one message. */
const BEGIN = `begin; set local sallyport.schema = ${SCHEMA}; select pg_current_xact_id()::text as id`;

/** The transaction's number, by which the server remembers what became of it. */
async function begin(client: PoolClient): Promise<string> {
  const results = (await client.query(BEGIN)) as unknown as { rows: { id: string }[] }[];
  return results.at(-1)?.rows[0]?.id ?? '';
}

/**
 * When the connection breaks between the commit and its answer, the server is asked what became of it, so that
 * "nothing was kept" is true.
 */
async function commit(client: PoolClient, pool: Pool, id: string): Promise<void> {
  try {
    await client.query('commit');
  } catch (error) {
    if (!lostConnection(error)) throw error;
    const fate = await fateOf(pool, id);
    if (fate === 'unknown') throw new CommitInDoubt(error);
    if (fate !== 'committed') throw error;
  }
}

/** `unknown` when the server does not come back within some seconds. */
async function fateOf(pool: Pool, id: string): Promise<'committed' | 'aborted' | 'unknown'> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      const { rows } = await pool.query('select pg_xact_status($1::xid8) as status', [id]);
      const { status } = rows[0] as { status: string | null };
      if (status !== 'in progress') return status === 'committed' ? 'committed' : 'aborted';
    } catch (error) {
      // A server that lost its latest numbers in a crash says that this one is yet to come.
      if (!lostConnection(error)) return codeOf(error) === INVALID_PARAMETER ? 'aborted' : 'unknown';
    }
    await sleep(500);
  }
  return 'unknown';
}
