import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryStore } from '../pipeline/testing.ts';
import type { Store } from '../store/store.ts';
import { startForgetting } from './forget-events.ts';
import { startInventoryUpkeep } from '../inventory/share/inventory-upkeep.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-02T09:00:00Z');
const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let store: Store;
beforeEach(async () => {
  store = await temporaryStore();
  await store.transaction(async (tx) => {
    await tx.devices.put([
      {
        id: PHONE,
        createdAt: NOW,
        modifiedAt: NOW,
        resource: { id: PHONE, deviceName: 'phone', operatingSystem: 'Android', osVersion: '14' },
      },
    ]);
    await tx.history.append([{ deviceId: PHONE, at: NOW, event: { kind: 'partnersAgree' } }]);
  });
});
afterEach(() => store.close());

const history = async () => (await store.history.ofDevice(PHONE, 10)).length;

test('a clock that may be 500 days ahead deletes nothing, and one that is confirmed deletes what is old', async () => {
  const transactions = vi.spyOn(store, 'transaction');
  const forget = async (mayDelete: boolean): Promise<void> => {
    const clock = { now: () => NOW + 500 * DAY, mayDelete };
    const forgetting = startForgetting(store, clock, log);
    const upkeep = startInventoryUpkeep({ store, clock, log, keepDisclosuresDays: 30 });
    await upkeep.stop();
    if (mayDelete) await vi.waitFor(async () => expect(await history()).toBe(0));
    forgetting.stop();
  };
  await forget(false);
  expect([transactions.mock.calls.length, await history()]).toEqual([0, 1]);
  await forget(true);
});
