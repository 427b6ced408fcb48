import { afterEach, beforeEach, expect, test } from 'vitest';
import { furnish, LOOKOUT, PHONE, report, testPipeline, ZIMPERIUM, type TestPipeline } from './testing.ts';

let hub: TestPipeline;
const OWN = { type: 'vendorDeviceId', value: 'Z-7' } as const;

beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
});
afterEach(() => hub.close());

/** A threat that names the phone by the partner's own id only. */
const threat = (connectorId = ZIMPERIUM) =>
  report(connectorId, 'unknown', {
    reportId: 'threat',
    at: hub.clock.now(),
    keys: [OWN],
    findings: [{ id: 'f1', type: 'malware', severity: 'high', state: 'open' }],
  });
/** A word that names it by both. */
const both = () =>
  report(ZIMPERIUM, PHONE, {
    reportId: 'both',
    at: hub.clock.now() - 1000,
    state: 'lowSeverity',
    keys: [{ type: 'managedDeviceId', value: PHONE }, OWN],
  });
const open = async () => (await hub.store.findings.ofDevices([PHONE])).map(({ id, state }) => `${id} ${state}`);

test("a report that waits under a partner's own id is applied when another report tells whose it is", async () => {
  expect(await hub.intake.take(ZIMPERIUM, [threat()])).toMatchObject([{ matched: false }]);
  await hub.intake.take(ZIMPERIUM, [both()]);
  expect(await open()).toEqual(['f1 open']);
  expect(await hub.store.reports.waiting(10)).toEqual([]);
  expect(await hub.store.reports.get(ZIMPERIUM, 'threat')).toMatchObject({
    status: 'accepted',
    deviceId: PHONE,
    signal: null,
  });
  expect(
    hub.decider.view.posture(PHONE)?.views.find(({ connectorId }) => connectorId === ZIMPERIUM)?.openFindings,
  ).toHaveLength(1);
});

test('also when both come together, whichever is first', async () => {
  await hub.intake.take(ZIMPERIUM, [threat(), both()]);
  expect(await open()).toEqual(['f1 open']);
});

test('the same id of another partner goes on waiting', async () => {
  await hub.intake.take(LOOKOUT, [threat(LOOKOUT)]);
  await hub.intake.take(ZIMPERIUM, [both()]);
  expect(await open()).toEqual([]);
  expect((await hub.store.reports.waiting(10)).map(({ connectorId }) => connectorId)).toEqual([LOOKOUT]);
});
