import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { call, type Answer } from '@sallyport/simulators/hub';
import { mountSmallDisk } from '@sallyport/simulators/machine';
import { startPostgres } from '@sallyport/simulators/postgres';
import { expectNothingLost } from './checks.ts';
import { HubUnderLoad } from './hub-under-load.ts';

/** What a hub does while its database takes nothing: it says so, keeps deciding, and goes on by itself afterwards. */

const LIMIT_MS = 90_000;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Only root may mount the small disk. In CI that is a failure and no reason to skip. */
const disk = mountSmallDisk(24);

describe('a hub whose database cannot write', () => {
  test.skipIf(disk === undefined && process.env['CI'] !== 'true')(
    'since the disk is full, answers 503 and goes on when there is room',
    async () => {
      if (disk === undefined) throw new Error('A small disk cannot be mounted here.');
      cleanUps.push(() => disk.remove());
      const load = await started(undefined, disk.folder);
      await refusesAndRecovers(
        load,
        () => disk.fill(),
        () => disk.free(),
      );
    },
    LIMIT_MS,
  );

  test(
    'since another program holds it locked, answers 503 and goes on when it lets go',
    async () => {
      const load = await started();
      const other = new DatabaseSync(join(load.dataDir, 'hub.db'), { timeout: 5_000 });
      cleanUps.push(() => {
        if (other.isOpen) other.close();
      });
      await refusesAndRecovers(
        load,
        () => other.exec('begin exclusive'),
        () => other.exec('rollback'),
      );
    },
    LIMIT_MS,
  );

  test(
    'since PostgreSQL went down, answers 503 and goes on when it is back',
    async () => {
      const postgres = await startPostgres();
      cleanUps.push(() => postgres.stop());
      const load = await started(await postgres.createDatabase());
      await refusesAndRecovers(
        load,
        () => postgres.crash(),
        () => postgres.resume(),
      );
    },
    LIMIT_MS,
  );
});

async function started(databaseUrl?: string, dataRoot?: string): Promise<HubUnderLoad> {
  const load = await HubUnderLoad.start(databaseUrl, dataRoot);
  cleanUps.push(() => load.end());
  return load;
}

async function refusesAndRecovers(load: HubUnderLoad, breakIt: () => unknown, mendIt: () => unknown): Promise<void> {
  load.startReporting();
  await until(() => load.acknowledged > 60);
  await breakIt();
  await until(() => load.reporters.every(({ refusals }) => refusals.length > 0));

  const acknowledged = load.acknowledged;
  await expectDecisionsToGoOn(load);
  const ready = await call(`${load.hub.baseUrl}/readyz`, load.seeded.ca);
  expect(ready.status, ready.text).toBe(503);
  expect((await call(`${load.hub.baseUrl}/healthz`, load.seeded.ca)).status).toBe(200);
  expect(load.acknowledged, 'nothing is promised meanwhile').toBe(acknowledged);

  await mendIt();
  await until(() => load.acknowledged > acknowledged + 60);
  await load.stopReporting();
  for (const { refusals, broken } of load.reporters) {
    expect(refusals.map(({ status, text }) => `${status} ${status === 503 ? '' : text}`)).toEqual(
      refusals.map(() => '503 '),
    );
    expect(refusals.every(({ retryAfter }) => /^[1-9]\d*$/.test(retryAfter ?? ''))).toBe(true);
    expect(broken).toEqual([]);
  }
  await until(async () => (await call(`${load.hub.baseUrl}/readyz`, load.seeded.ca)).status === 200);
  await expectNothingLost(load);
  // And what is on the disk is whole, too.
  await load.hub.kill();
  await load.restart();
  await expectNothingLost(load);
}

async function expectDecisionsToGoOn(load: HubUnderLoad): Promise<void> {
  const { ca, evaluator, phones } = load.seeded;
  for (const { id, user } of phones.slice(0, 5)) {
    const answer = await call(`${load.hub.baseUrl}/access/v1/evaluation`, ca, {
      token: evaluator,
      body: {
        subject: { type: 'user', id: user, properties: { device_id: id } },
        action: { name: 'access' },
        resource: { type: 'application', id: 'Exchange' },
      },
    });
    expect(answer.status, `${answer.text}\n${logAbout(load, answer)}`).toBe(200);
    expect(answer.json()).toHaveProperty('decision');
  }
}

/** What the hub wrote about a request, for the message of a failure. */
function logAbout({ hub }: HubUnderLoad, { headers }: Answer): string {
  return hub
    .output()
    .split('\n')
    .filter((line) => line.includes(String(headers['request-id'])))
    .join('\n');
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
