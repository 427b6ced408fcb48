import { World } from './testing-world.ts';

/** The world whose first days an earlier version of the hub has seen (`upgrade-fixture.db.gz`). */
export const DAYS_BEFORE = 6;

export function upgradeWorld(): World {
  return new World({
    devices: 400,
    seed: 99,
    start: Date.parse('2026-03-02T00:00:00Z'),
    attacks: 0,
    awayOnDay: 14,
    newWordOnDay: 9,
    withdrawalOnDay: 17,
    liveliness: 3,
  });
}
