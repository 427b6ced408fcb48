import { afterEach, beforeEach, expect, test } from 'vitest';
import { furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

const TWIN = '22222222-5d0b-4e6e-9a53-1d6f2b7c9a10';
const SERIAL = [{ type: 'serialNumber', value: 'SAME-1' }] as const;
let hub: TestPipeline;

beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  for (const id of [PHONE, TWIN]) await hub.devices.put('test', phone(id, hub.clock.now(), { serialNumber: 'SAME-1' }));
  await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, '', { keys: SERIAL, state: 'highSeverity', at: hub.clock.now() }),
    report(LOOKOUT, '', { keys: SERIAL, state: 'mediumSeverity', at: hub.clock.now() + 1 }),
  ]);
  expect((await hub.store.reports.waiting(10)).map(({ status }) => status)).toEqual(['ambiguous', 'ambiguous']);
});
afterEach(() => hub.close());

async function expectApplied(): Promise<void> {
  expect(await hub.store.reports.waiting(10)).toEqual([]);
  expect(hub.decider.view.posture(PHONE)).toMatchObject({
    mergedState: 'mediumSeverity',
    complianceState: 'noncompliant',
  });
  expect((await hub.store.reports.ofDevice(PHONE, 10)).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
}

test('reports that meant one of two devices are applied when the other is removed', async () => {
  expect(await hub.devices.remove('test', TWIN)).toBe(true);
  await expectApplied();
});

test('and when the other gets a serial number of its own', async () => {
  await hub.devices.put('test', phone(TWIN, hub.clock.now(), { serialNumber: 'OTHER-2' }));
  await expectApplied();
  expect(hub.decider.view.posture(TWIN)?.views).toEqual([]);
});

test('reports that give the mail address of a user with one device are applied when that is allowed', async () => {
  await hub.devices.remove('test', TWIN);
  await hub.devices.put('test', phone(PHONE, hub.clock.now(), { userPrincipalName: 'alice@example.com' }));
  await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, '', {
      keys: [{ type: 'email', value: 'Alice@example.com' }],
      state: 'lowSeverity',
      at: hub.clock.now() + 2,
    }),
  ]);
  await hub.devices.matchWaitingByEmail(LOOKOUT);
  expect(await hub.store.reports.waiting(10)).toHaveLength(1);
  await hub.configuration.write('admin', async (tx, changed) => {
    await tx.documents.put(
      'mobileThreatDefenseConnector',
      LOOKOUT,
      { androidEnabled: true, matchDevicesByEmail: true },
      hub.clock.now(),
    );
    changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before: {}, after: {} });
  });
  await hub.devices.matchWaitingByEmail(LOOKOUT);
  expect(await hub.store.reports.waiting(10)).toEqual([]);
  expect(hub.decider.view.posture(PHONE)).toMatchObject({ mergedState: 'lowSeverity', complianceState: 'compliant' });
});

test('they go on waiting while both have it', async () => {
  await hub.devices.put('test', phone(TWIN, hub.clock.now(), { serialNumber: 'same-1', osVersion: '15' }));
  expect(await hub.store.reports.waiting(10)).toHaveLength(2);
});
