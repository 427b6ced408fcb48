import { expect, test } from 'vitest';
import { testPipeline, type TestPipeline } from '../testing.ts';
import { furnishMonth } from './testing-hub.ts';
import { live } from './testing-month.ts';
import { World, type WorldOptions } from './testing-world.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const STEPS = 30 * 8;
const MONTH = { seed: 20_260_302, start: START, attacks: 0, awayOnDay: 15, newWordOnDay: 9, withdrawalOnDay: 17 };

/** The nightly run is of a whole organisation. In a small fleet more happens to each device, so that of everything enough does. */
function sized(devices: number): Pick<WorldOptions, 'devices' | 'liveliness'> {
  const { SALLYPORT_MONTH_DEVICES: nightly } = process.env;
  return nightly === undefined ? { devices, liveliness: 3 } : { devices: Number(nightly), liveliness: 1 };
}

async function month(options: WorldOptions): Promise<{ world: World; hub: TestPipeline }> {
  const hub = await testPipeline();
  hub.clock.at = START;
  await furnishMonth(hub, Math.ceil(options.devices / 2));
  return { hub, world: new World(options) };
}

test('in a month without an attack nobody stays shut out for longer than an hour after the cause is gone, or without one', async () => {
  const { hub, world } = await month({ ...MONTH, ...sized(400) });
  const { wrong, everClosed } = await live(hub, world, STEPS);
  expect(wrong.slice(0, 3)).toEqual([]);
  // Else the month would have proved little.
  expect(everClosed.size).toBeGreaterThan(world.devices.length / 20);
  await hub.close();
}, 3_600_000);

test('of fifty attacks in it all close, and stay closed while they last; nothing else does', async () => {
  const { hub, world } = await month({ ...MONTH, ...sized(600), attacks: 50 });
  const { wrong } = await live(hub, world, STEPS);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(world.attacked.size).toBeGreaterThanOrEqual(50);
  await hub.close();
}, 3_600_000);
