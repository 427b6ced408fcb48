import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  furnish,
  LOOKOUT,
  phone,
  PHONE,
  report,
  testPipeline,
  ZIMPERIUM,
  type TestPipeline,
} from '../pipeline/testing.ts';

const OTHER = '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10';
let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await hub.devices.put('test', phone(OTHER, hub.clock.now()));
  await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, PHONE, { state: 'secured' }),
    report(LOOKOUT, OTHER, { state: 'highSeverity' }),
  ]);
  await hub.intake.take(ZIMPERIUM, [
    report(ZIMPERIUM, PHONE, { state: 'highSeverity' }),
    report(ZIMPERIUM, OTHER, { state: 'highSeverity' }),
  ]);
});
afterEach(() => hub.close());

test('a merge rule can be tried before it is made, and nothing changes meanwhile', async () => {
  const rule = { priority: 1, silentPartner: 'ignore', method: 'primary', order: [LOOKOUT] };
  expect(await hub.questions.preview('mergeRule', 'new', rule)).toEqual({
    devices: 2,
    changed: 1,
    closing: 0,
    opening: 1,
    levelChanged: 1,
    samples: [{ deviceId: PHONE, from: 'noncompliant', to: 'compliant' }],
  });
  expect(hub.decider.view.posture(PHONE)?.complianceState).toBe('noncompliant');
  expect(await hub.questions.preview('mergeRule', 'nothing', undefined)).toMatchObject({ changed: 0 });
});

test('what it said is what then happens', async () => {
  const body = { priority: 1, method: 'primary', order: [LOOKOUT], silentPartner: 'ignore' };
  await hub.configuration.write('admin', async (tx, changed) => {
    await tx.documents.put('mergeRule', 'new', body, hub.clock.now());
    changed({ kind: 'mergeRule', id: 'new', after: body });
  });
  expect([PHONE, OTHER].map((id) => hub.decider.view.posture(id)?.complianceState)).toEqual([
    'compliant',
    'noncompliant',
  ]);
  expect(await hub.questions.preview('mergeRule', 'new', undefined)).toMatchObject({ changed: 1, closing: 1 });
});

test('devices of which partners say different things are listed', async () => {
  expect(await hub.questions.disagreements(10)).toMatchObject({
    count: 1,
    devices: [
      {
        deviceId: PHONE,
        mergedState: 'highSeverity',
        views: [
          { connectorId: ZIMPERIUM, state: 'highSeverity' },
          { connectorId: LOOKOUT, state: 'secured' },
        ],
      },
    ],
  });
});

test('a rule that changes levels and no access says so', async () => {
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, OTHER, { state: 'mediumSeverity', at: hub.clock.now() })]);
  const rule = { priority: 1, silentPartner: 'ignore', method: 'quorum', atLeast: 2 };
  expect(await hub.questions.preview('mergeRule', 'new', rule)).toMatchObject({ changed: 1, levelChanged: 2 });
});

test('devices of which one partner has withdrawn are not listed once its bad news counts no more', async () => {
  await hub.provisioning.provision(ZIMPERIUM, false);
  expect(await hub.questions.disagreements(10)).toMatchObject({ count: 1 });
  hub.clock.advance(31 * 86_400_000);
  await hub.intake.heartbeat(LOOKOUT);
  expect(await hub.questions.disagreements(10)).toEqual({ count: 0, devices: [] });
});

test('what a document of any kind would change is counted the same way', async () => {
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, OTHER, { state: 'secured', at: hub.clock.now() })]);
  const counted = { devices: 2, changed: 2, closing: 0, opening: 2 };
  expect(await hub.questions.preview('deviceCompliancePolicy', 'policy', undefined)).toMatchObject(counted);
  expect(await hub.questions.preview('mobileThreatDefenseConnector', ZIMPERIUM, undefined)).toMatchObject(counted);
  expect(await hub.questions.preview('deviceManagementSettings', 'default', { secureByDefault: true })).toMatchObject({
    changed: 0,
  });
  expect(() => hub.questions.preview('deviceCompliancePolicy', 'policy', { osMinimumVersion: 7 })).toThrow();
});
