import { afterEach, expect, test } from 'vitest';
import { expectNothingLost } from './checks.ts';
import { HubUnderLoad } from './hub-under-load.ts';

const ROUNDS = 3;
let load: HubUnderLoad | undefined;
afterEach(async () => {
  await load?.end();
});

test('a hub that is told to stop answers what it has been asked, resets no connection, and ends with 0', async () => {
  load = await HubUnderLoad.start();
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = load.acknowledged;
    load.startReporting();
    while (load.acknowledged < before + 100) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await load.hub.stop()).toBe(0);
    // Who comes after that finds nobody there, which is no broken promise.
    expect(load.reporters.flatMap(({ broken }) => broken).filter((code) => code !== 'ECONNREFUSED')).toEqual([]);
    expect(load.reporters.flatMap(({ refusals }) => refusals)).toEqual([]);
    await load.restart();
    await load.stopReporting();
    await expectNothingLost(load);
  }
}, 90_000);
