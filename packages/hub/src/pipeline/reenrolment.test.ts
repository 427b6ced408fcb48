import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceKey, Signal } from '@sallyport/core';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

const NEW = '9c0d5a00-0000-4000-8000-000000000002';
const THIRD = '9c0d5a00-0000-4000-8000-000000000003';
const ENTRA = 'c0ffee00-1234-4abc-9def-0123456789ab';
const SERIAL: DeviceKey = { type: 'serialNumber', value: 'SN-1' };
const own = (value: string): DeviceKey => ({ type: 'vendorDeviceId', value });
const managed = (value: string): DeviceKey => ({ type: 'managedDeviceId', value });
const DAY = 86_400_000;
const MAIL = 'office365';

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await hub.devices.put('test', record(PHONE, -40, -2));
});
afterEach(() => hub.close());

/** A record that was enrolled and last in contact so many days from now. */
function record(id: string, enrolled: number, contact: number, more: Record<string, unknown> = {}) {
  const at = hub.clock.now();
  const time = (days: number): string => new Date(at + days * DAY).toISOString();
  return phone(id, at, {
    serialNumber: 'SN-1',
    enrolledDateTime: time(enrolled),
    lastSyncDateTime: time(contact),
    ...more,
  });
}
async function take(keys: readonly DeviceKey[], more: Partial<Signal>) {
  hub.clock.advance(60_000);
  const [outcome] = await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys, at: hub.clock.now(), ...more })]);
  return outcome;
}
const reenrol = (more: Record<string, unknown> = {}) => hub.devices.put('test', record(NEW, -1, 0, more));
const states = (...ids: string[]) =>
  (ids.length === 0 ? [PHONE, NEW] : ids).map((id) => hub.decider.view.posture(id)?.mergedState);
const grants = (...ids: string[]) =>
  (ids.length === 0 ? [PHONE, NEW] : ids).map(
    (value) => hub.decider.decide({ user: ALICE, application: MAIL, device: { grade: 'claim', value } }).decision,
  );
const stored = async (id: string) => (await hub.store.devices.get([id]))[0]?.resource ?? {};
const kinds = async () =>
  (await hub.store.outbox.after(0, 1_000))
    .map(({ kind }) => kind as string)
    .filter((kind) => /^device-(?:sup|rein|key)/.test(kind));

test('a phone that was enrolled again is known by its new record, and reports about the old one are about it', async () => {
  await reenrol();
  expect(await stored(PHONE)).toMatchObject({ 'sallyport.supersededBy': NEW });
  expect(hub.decider.view.successorOf(PHONE)).toBe(NEW);
  for (const keys of [[SERIAL, own('v1')], [managed(PHONE)], [own('v1')]]) {
    expect(await take(keys, { state: 'highSeverity' })).toMatchObject({ matched: true });
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    await take(keys, { state: 'secured' });
    expect(states()).toEqual(['secured', 'secured']);
  }
  expect(await kinds()).toEqual(['device-superseded']);
});

test('the order in which the two are written does not matter', async () => {
  await hub.devices.remove('test', PHONE);
  await reenrol();
  await hub.devices.put('test', record(PHONE, -40, -2));
  expect(hub.decider.view.successorOf(PHONE)).toBe(NEW);
  expect(await take([SERIAL], { state: 'highSeverity' })).toMatchObject({ matched: true });
  expect(grants()).toEqual([false, false]);
});

test.each<[string, Record<string, unknown>]>([
  ['another serial number', { serialNumber: 'SN-2' }],
  ['a placeholder', { serialNumber: 'Unknown' }],
  ['an enrolment before the last contact of the other', { enrolledDateTime: '2026-02-20T00:00:00Z' }],
  ['an enrolment that lies ahead', { enrolledDateTime: '2026-03-03T00:00:00Z' }],
])('%s supersedes nothing', async (_, more) => {
  if (more.serialNumber === 'Unknown') await hub.devices.put('test', record(PHONE, -40, -2, more));
  await reenrol(more);
  expect(hub.decider.view.successorOf(PHONE)).toBeUndefined();
});

describe('bad news', () => {
  test('goes over, and good news does not', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    expect(grants()).toEqual([false, false]);
    await take([SERIAL, own('v2')], { state: 'secured' });
    expect(grants()).toEqual([false, false]);
    await take([managed(NEW), own('v3')], { state: 'secured' });
    expect(grants()).toEqual([true, true]);
  });

  test('ends with a better report of the identity that brought it, which is about the new record now', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    await take([own('v1')], { state: 'secured' });
    expect(states()).toEqual(['secured', 'secured']);
  });

  test('ends with silence past the threshold, without anybody', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    for (const [days, open] of [
      [6, false],
      [2, true],
    ] as const) {
      hub.clock.advance(days * DAY);
      await hub.intake.heartbeat(LOOKOUT);
      await hub.tick();
      expect(grants()).toEqual([open, open]);
    }
  });

  test('of an app that is gone stays with the old record', async () => {
    await take([managed(PHONE), own('v1')], { state: 'deactivated' });
    expect(grants(PHONE)).toEqual([false]);
    await reenrol();
    expect(grants()).toEqual([false, true]);
    await take([managed(NEW), own('v2')], { state: 'secured' });
    expect(grants()).toEqual([true, true]);
  });

  test('that was held against both is settled', async () => {
    await hub.devices.put('test', record(NEW, -3, 0));
    expect(await take([SERIAL, own('v1')], { state: 'highSeverity' })).toMatchObject({ matched: false });
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    await reenrol();
    expect(await hub.store.reports.waiting(10)).toEqual([]);
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    await take([own('v1')], { state: 'secured' });
    expect(states()).toEqual(['secured', 'secured']);
  });

  test('goes over at once where the older record gets the serial number last', async () => {
    await hub.devices.put('test', record(PHONE, -40, -2, { serialNumber: null }));
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    expect(grants()).toEqual([false, true]);
    await hub.devices.put('test', record(PHONE, -40, -2));
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    expect(grants()).toEqual([false, false]);
  });

  test('survives a restart, and goes on to a third record', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    hub.clock.advance(3 * DAY);
    await hub.devices.put('test', record(THIRD, -1, 0));
    expect([PHONE, NEW].map((id) => hub.decider.view.successorOf(id))).toEqual([THIRD, THIRD]);
    const { startPipeline } = await import('./pipeline.ts');
    const again = await startPipeline({ store: hub.store, clock: hub.clock, onError: () => undefined });
    expect([PHONE, NEW, THIRD].map((id) => again.decider.view.posture(id)?.mergedState)).toEqual([
      'highSeverity',
      'highSeverity',
      'highSeverity',
    ]);
    await again.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, { keys: [own('v1')], state: 'secured', at: hub.clock.now() + 1 }),
    ]);
    expect([PHONE, NEW, THIRD].map((id) => again.decider.view.posture(id)?.mergedState)).toEqual([
      'secured',
      'secured',
      'secured',
    ]);
    await again.close();
  });
});

describe('a superseded record', () => {
  test("is at the worse of its own and its successor's", async () => {
    await hub.devices.put('test', record(PHONE, -40, -31));
    await reenrol();
    await hub.reevaluateFleet();
    expect(hub.decider.view.posture(NEW)?.complianceState).toBe('compliant');
    expect(grants()).toEqual([false, true]);
  });

  test('is live again by its own contact, and both are told to share a key', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    await hub.devices.put('test', record(PHONE, -40, 0));
    expect(hub.decider.view.successorOf(PHONE)).toBeUndefined();
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
    expect(await kinds()).toEqual(['device-superseded', 'device-reinstated', 'device-key-shared']);
    expect(await take([SERIAL], { state: 'secured' })).toMatchObject({ matched: false });
  });

  test('is live again by hand, until the phone is enrolled once more', async () => {
    await reenrol();
    await hub.devices.reinstate('ada', PHONE);
    await hub.devices.put('test', { ...record(NEW, -1, 0), resource: { ...(await stored(NEW)), deviceName: 'again' } });
    expect(hub.decider.view.successorOf(PHONE)).toBeUndefined();
    await expect(hub.devices.reinstate('ada', PHONE)).rejects.toMatchObject({ code: 'conflict' });
    expect(await hub.devices.reinstate('ada', THIRD)).toBeUndefined();
    hub.clock.advance(DAY);
    await hub.devices.put('test', record(THIRD, -0.5, 0));
    expect(hub.decider.view.successorOf(PHONE)).toBe(THIRD);
  });

  test('takes its bad news back, and that of its successor, when the successor is removed', async () => {
    await take([managed(PHONE), own('v1')], { state: 'mediumSeverity' });
    await reenrol();
    await take([managed(NEW), own('v2')], { state: 'highSeverity' });
    await hub.devices.remove('test', NEW);
    expect(hub.decider.view.successorOf(PHONE)).toBeUndefined();
    expect(grants(PHONE)).toEqual([false]);
  });

  test("leaves its bad news and its partners' ids behind when it is removed", async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    await hub.devices.remove('test', PHONE);
    expect(grants(NEW)).toEqual([false]);
    expect(await take([own('v1')], { state: 'secured' })).toMatchObject({ matched: true });
    expect(grants(NEW)).toEqual([true]);
  });

  test('written again as it was changes nothing', async () => {
    await take([managed(PHONE), own('v1')], { state: 'highSeverity' });
    await reenrol();
    const events = await kinds();
    for (const id of [PHONE, NEW, PHONE]) {
      const [row] = await hub.store.devices.get([id]);
      await hub.devices.put('test', row!);
      await hub.devices.change('test', id, (before) => Promise.resolve(before));
    }
    expect(await kinds()).toEqual(events);
    expect(states()).toEqual(['highSeverity', 'highSeverity']);
  });
});

describe('the Entra id', () => {
  test.each([
    ['which was registered with it', { azureADDeviceId: ENTRA }],
    ['which has none', {}],
  ])('goes over to the new record, %s', async (_, more) => {
    await hub.devices.put('test', record(PHONE, -40, -2, { azureADDeviceId: ENTRA }));
    await reenrol(more);
    expect([(await stored(PHONE)).azureADDeviceId, (await stored(NEW)).azureADDeviceId]).toEqual([null, ENTRA]);
    expect(hub.decider.view.deviceId({ grade: 'claim', value: ENTRA })).toBe(NEW);
    await hub.devices.put('test', record(PHONE, -40, -2, { azureADDeviceId: ENTRA }));
    expect(hub.decider.view.deviceId({ grade: 'claim', value: ENTRA })).toBe(NEW);
  });

  test('of another phone stays there', async () => {
    await hub.devices.put('test', record(PHONE, -40, -2, { azureADDeviceId: ENTRA }));
    await reenrol({ azureADDeviceId: ALICE });
    expect((await stored(PHONE)).azureADDeviceId).toBe(ENTRA);
    expect(await take([{ type: 'entraDeviceId', value: ENTRA }], { state: 'highSeverity' })).toMatchObject({
      matched: true,
    });
    expect(grants(ENTRA, ALICE)).toEqual([false, false]);
  });
});

test('what happened is in the audit log and on both time lines', async () => {
  await reenrol();
  const [first] = (await hub.store.audit.list(10, 0)).filter(
    ({ resourceId, changes }) =>
      resourceId === PHONE && changes.some(({ property }) => property === 'sallyport.supersededBy'),
  );
  expect(first).toMatchObject({
    actor: 'test',
    changes: [{ property: 'sallyport.supersededBy', oldValue: null, newValue: NEW }],
  });
  const events = async (id: string) => (await hub.store.history.ofDevice(id, 10)).map(({ event }) => event);
  expect(await events(PHONE)).toContainEqual({ kind: 'superseded', deviceId: NEW });
  expect(await events(NEW)).toContainEqual({ kind: 'supersedes', deviceId: PHONE });
});
