import { afterEach, beforeEach, expect, test } from 'vitest';
import { furnish, LOOKOUT, phone, PHONE, report, testPipeline, ZIMPERIUM, type TestPipeline } from './testing.ts';

let hub: TestPipeline;
const said = (): ReturnType<typeof report> =>
  report(ZIMPERIUM, PHONE, {
    reportId: 'z-1',
    state: 'highSeverity',
    at: hub.clock.now(),
    findings: [{ id: 'f1', type: 'malware', severity: 'high', state: 'open' }],
  });
const posture = () => hub.decider.view.posture(PHONE);

beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
  await hub.intake.take(ZIMPERIUM, [
    said(),
    report(ZIMPERIUM, 'later', { state: 'highSeverity', keys: [{ type: 'serialNumber', value: 'LATER-1' }] }),
  ]);
  await hub.tick();
});
afterEach(() => hub.close());

async function remove(): Promise<void> {
  await hub.configuration.write('admin', async (tx, changed) => {
    await tx.documents.delete('mobileThreatDefenseConnector', ZIMPERIUM);
    changed({ kind: 'mobileThreatDefenseConnector', id: ZIMPERIUM, before: {} });
  });
  await hub.devices.forgetPartner(ZIMPERIUM);
}

async function make(): Promise<void> {
  await hub.devices.forgetPartner(ZIMPERIUM);
  await hub.configuration.write('admin', async (tx, changed) => {
    await tx.documents.put('mobileThreatDefenseConnector', ZIMPERIUM, { androidEnabled: true }, hub.clock.now());
    changed({ kind: 'mobileThreatDefenseConnector', id: ZIMPERIUM, after: {} });
  });
}

test('what the partner of a deleted connector said does not count for the next one with its id', async () => {
  expect(posture()).toMatchObject({ mergedState: 'highSeverity', complianceState: 'noncompliant' });
  await remove();
  expect(posture()).toMatchObject({
    mergedState: 'lowSeverity',
    complianceState: 'compliant',
    views: [{ connectorId: LOOKOUT }],
  });
  await make();
  expect(posture()).toMatchObject({ mergedState: 'lowSeverity', complianceState: 'compliant' });
  expect((await hub.store.postures.get([PHONE]))[0]?.views).toHaveLength(1);
});

test('reports that waited for a device are not applied when it appears', async () => {
  await remove();
  await make();
  await hub.devices.put(
    'test',
    phone('55555555-5d0b-4e6e-9a53-1d6f2b7c9a10', hub.clock.now(), { serialNumber: 'LATER-1' }),
  );
  expect(hub.decider.view.posture('55555555-5d0b-4e6e-9a53-1d6f2b7c9a10')?.views).toEqual([]);
});

test('its findings are resolved, its reports stay, and the history says why', async () => {
  await remove();
  expect(await hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: 'f1', state: 'resolved' }]);
  expect((await hub.store.reports.ofDevice(PHONE, 10)).map(({ raw }) => raw)).toContain(said().row.raw);
  const events = (await hub.store.history.ofDevice(PHONE, 100)).map(({ event }) => event);
  expect(events).toContainEqual({ kind: 'partnerRemoved', connectorId: ZIMPERIUM, from: 'highSeverity' });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'findingResolved', findingId: 'f1' }));
});

test('the same report, sent to the next connector with its id, counts', async () => {
  await remove();
  await make();
  expect(await hub.intake.take(ZIMPERIUM, [said()])).toMatchObject([{ status: 'accepted' }]);
  expect(posture()).toMatchObject({ mergedState: 'highSeverity', complianceState: 'noncompliant' });
  expect(await hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: 'f1', state: 'open' }]);
});

test('a disagreement with it ends', async () => {
  await remove();
  await hub.tick();
  expect(
    (await hub.store.outbox.after(0, 1_000)).map(({ kind }) => kind).filter((kind) => kind.startsWith('disagreement')),
  ).toEqual(['disagreement-started', 'disagreement-ended']);
});

test('what a stop left undone is done when the next connector is made', async () => {
  await hub.configuration.write('admin', async (tx, changed) => {
    await tx.documents.delete('mobileThreatDefenseConnector', ZIMPERIUM);
    changed({ kind: 'mobileThreatDefenseConnector', id: ZIMPERIUM, before: {} });
  });
  await make();
  expect(posture()).toMatchObject({ mergedState: 'lowSeverity' });
});
