import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '@sallyport/simulators/postgres';
import { expectNothingLost } from './checks.ts';
import { HubUnderLoad } from './hub-under-load.ts';

/** `npm run nightly` asks for more. */
const ROUNDS = Number(process.env['SALLYPORT_KILL_ROUNDS'] ?? 5);
const ROUND_LIMIT_MS = 20_000;

let load: HubUnderLoad | undefined;
let postgres: PostgresServer | undefined;

afterEach(async () => {
  await load?.end();
  load = undefined;
});
afterAll(async () => {
  await postgres?.stop();
});

describe('a hub that is killed in the middle of its work, again and again', () => {
  test(
    'has every acknowledged report once, the right postures, and tells its doors everything in order',
    async () => {
      load = await HubUnderLoad.start();
      await killInALoop(load, ROUNDS);
    },
    ROUND_LIMIT_MS * (ROUNDS + 2),
  );

  test(
    'does so on PostgreSQL',
    async () => {
      postgres = await startPostgres();
      load = await HubUnderLoad.start(await postgres.createDatabase());
      await killInALoop(load, ROUNDS);
    },
    ROUND_LIMIT_MS * (ROUNDS + 2),
  );
});

async function killInALoop(hub: HubUnderLoad, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const before = hub.acknowledged;
    hub.startReporting();
    // Not always at the same moment of a commit.
    await untilAcknowledged(hub, before + 100 + ((round * 37) % 200));
    await hub.hub.kill();
    await hub.restart();
    // The partners go on where they were, and finish what was in doubt.
    await hub.stopReporting();
    expect(hub.acknowledged).toBeGreaterThan(before);
    await expectNothingLost(hub);
  }
}

async function untilAcknowledged(hub: HubUnderLoad, count: number): Promise<void> {
  while (hub.acknowledged < count) await new Promise((resolve) => setTimeout(resolve, 1));
}
