import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeviceKey, Signal } from '@sallyport/core';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

/** What is reported while a record is superseded goes on closing it when it is live again. */

const NEW = '9c0d5a00-0000-4000-8000-000000000002';
const DAY = 86_400_000;
const own = (value: string): DeviceKey => ({ type: 'vendorDeviceId', value });
const managed = (value: string): DeviceKey => ({ type: 'managedDeviceId', value });

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await hub.devices.put('test', record(PHONE, -40, -2));
});
afterEach(() => hub.close());

function record(id: string, enrolled: number, contact: number) {
  const at = hub.clock.now();
  const time = (days: number): string => new Date(at + days * DAY).toISOString();
  return phone(id, at, { serialNumber: 'SN-1', enrolledDateTime: time(enrolled), lastSyncDateTime: time(contact) });
}
async function take(keys: readonly DeviceKey[], state: Signal['state']): Promise<void> {
  hub.clock.advance(60_000);
  expect(await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys, at: hub.clock.now(), state })])).toMatchObject([
    { matched: true },
  ]);
}
const grants = () =>
  [PHONE, NEW].map(
    (value) =>
      hub.decider.decide({ user: ALICE, application: 'office365', device: { grade: 'claim', value } }).decision,
  );

const ENDS: readonly [string, () => Promise<unknown>][] = [
  ['its own contact', () => hub.devices.put('test', record(PHONE, -40, 0))],
  ['the removal of its successor', () => hub.devices.remove('test', NEW)],
  [
    'another serial number of its successor',
    () =>
      hub.devices.put('test', {
        ...record(NEW, -1, 0),
        resource: { ...record(NEW, -1, 0).resource, serialNumber: 'SN-2' },
      }),
  ],
  ['an administrator', () => hub.devices.reinstate('ada', PHONE)],
];

test.each(ENDS)('bad news that named it meanwhile closes it after %s', async (_, end) => {
  await hub.devices.put('test', record(NEW, -1, 0));
  await take([managed(PHONE), own('v1')], 'highSeverity');
  expect(grants()).toEqual([false, false]);
  await end();
  expect(grants()[0]).toBe(false);
});

test.each(ENDS)('bad news of its own that was renewed meanwhile closes it after %s', async (_, end) => {
  await take([managed(PHONE), own('v1')], 'highSeverity');
  await hub.devices.put('test', record(NEW, -1, 0));
  await take([own('v1')], 'secured');
  await take([own('v1')], 'highSeverity');
  await end();
  expect(grants()[0]).toBe(false);
});

test.each(ENDS)("what another record's identity ended of its own bad news is back after %s", async (_, end) => {
  await take([managed(PHONE), own('v1')], 'highSeverity');
  await hub.devices.put('test', record(NEW, -1, 0));
  await take([managed(NEW), own('v2')], 'secured');
  expect(grants()).toEqual([true, true]);
  await end();
  expect(grants()[0]).toBe(false);
});
