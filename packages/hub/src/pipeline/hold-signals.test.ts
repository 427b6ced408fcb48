import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceKey, Signal } from '@sallyport/core';
import { furnish, LOOKOUT, phone, PHONE, report, testPipeline, ZIMPERIUM, type TestPipeline } from './testing.ts';

/** Two records of one serial number, and a third of another. */
const TWIN = '9c0d5a00-0000-4000-8000-000000000002';
const OTHER = '9c0d5a00-0000-4000-8000-000000000003';
const SERIAL: DeviceKey = { type: 'serialNumber', value: 'SN-1' };
const own = (value: string): DeviceKey => ({ type: 'vendorDeviceId', value });

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  const at = hub.clock.now();
  for (const [id, serialNumber] of [
    [PHONE, 'SN-1'],
    [TWIN, 'sn-1'],
    [OTHER, 'SN-2'],
  ] as const)
    await hub.devices.put('test', phone(id, at, { serialNumber }));
});
afterEach(() => hub.close());

async function take(keys: readonly DeviceKey[], more: Partial<Signal>, connectorId = LOOKOUT) {
  hub.clock.advance(60_000);
  const [outcome] = await hub.intake.take(connectorId, [
    report(connectorId, PHONE, { keys, at: hub.clock.now(), ...more }),
  ]);
  return outcome;
}
const alerts = () => hub.store.outbox.after(0, 1_000);
const states = () => [PHONE, TWIN, OTHER].map((id) => hub.decider.view.posture(id)?.mergedState);

test('bad news that may be about two devices is held against both, and good news about neither opens one', async () => {
  expect(await take([SERIAL, own('v1')], { state: 'highSeverity' })).toMatchObject({
    status: 'accepted',
    matched: false,
  });
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  await take([SERIAL, own('v2')], { state: 'secured' });
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
});

test.each([
  ['the same identity', [SERIAL, own('v1')]],
  ['the same identity by its own id alone', [own('v1')]],
])('a newer, better report of %s ends the hold', async (_, keys) => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await take(keys, { state: 'secured' });
  expect(states()).toEqual(['unknown', 'unknown', 'unknown']);
});

test('without ids of the partner the same keys are the same identity', async () => {
  await take([SERIAL], { state: 'highSeverity' });
  await take([SERIAL, own('v1')], { state: 'secured' });
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  await take([SERIAL], { state: 'secured' });
  expect(states()).toEqual(['unknown', 'unknown', 'unknown']);
});

test('lost contact and an older report end nothing; the next level does', async () => {
  const high = await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, PHONE, { keys: [SERIAL, own('v1')], state: 'highSeverity', at: hub.clock.now() }),
  ]);
  expect(high).toHaveLength(1);
  await take([SERIAL, own('v1')], { state: 'unresponsive' });
  await take([SERIAL, own('v1')], { state: 'secured', observedAt: hub.clock.now() - 3_600_000 });
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
});

test('an older level of an identity that has reported of the device before ends nothing', async () => {
  const known: readonly DeviceKey[] = [{ type: 'managedDeviceId', value: PHONE }, own('v1')];
  await take(known, { state: 'activated' });
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await take(known, { state: 'secured', observedAt: hub.clock.now() - 90_000 });
  expect(states()[0]).toBe('highSeverity');
  await take(known, { state: 'secured' });
  expect(states()[0]).toBe('secured');
});

describe('bad news that comes after a newer level of the same identity is over', () => {
  const HOUR = 3_600_000;
  const KEYS = [SERIAL, own('v1')];
  const NOTHING_HELD = ['unknown', 'unknown', 'unknown'];
  const ago = (ms: number) => hub.clock.now() - ms;
  const found = (id: string) => ({ id, type: 'TROJAN', severity: 'high' as const, state: 'open' as const });

  test.each([
    ['its own id', KEYS],
    ['the same keys', [SERIAL]],
  ])('known by %s: it is held against nobody', async (_, keys) => {
    await take(keys, { state: 'secured' });
    expect(await take(keys, { state: 'highSeverity', observedAt: ago(HOUR) })).toMatchObject({
      status: 'accepted',
      matched: false,
    });
    expect(states()).toEqual(NOTHING_HELD);
    await take(keys, { state: 'highSeverity' });
    expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  });

  test.each<[string, readonly DeviceKey[], string]>([
    ['of a device that is not known', KEYS, 'unknown'],
    ['of one that is', [{ type: 'managedDeviceId', value: PHONE }, own('v1')], 'secured'],
  ])('also where both come at once, and the level %s', async (_, keys, state) => {
    const at = hub.clock.now();
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, { keys, state: 'secured', at }),
      report(LOOKOUT, PHONE, { keys: KEYS, state: 'highSeverity', at: at - HOUR }),
    ]);
    expect(states()).toEqual([state, 'unknown', 'unknown']);
  });

  test('a finding is, once it was resolved', async () => {
    const finding = { id: 'f', type: 'TROJAN', severity: 'high' as const };
    await take(KEYS, { findings: [{ ...finding, state: 'resolved' }] });
    await take(KEYS, { findings: [{ ...finding, state: 'open' }], observedAt: ago(HOUR) });
    expect(states()).toEqual(NOTHING_HELD);
    await take(KEYS, { findings: [{ ...finding, id: 'g', state: 'open' }], observedAt: ago(HOUR) });
    expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  });

  test.each<[string, readonly DeviceKey[], Partial<Signal>, number]>([
    ['another identity reported the level', [SERIAL, own('v2')], { state: 'secured' }, HOUR],
    ['it was lost contact', KEYS, { state: 'unresponsive' }, HOUR],
    ['the level has no time of its own', KEYS, { state: 'secured', undated: true }, HOUR],
    ['the level is newer by a moment only', KEYS, { state: 'secured' }, 2_000],
  ])('it is held where %s', async (_, keys, better, age) => {
    await take(keys, better);
    await take(KEYS, { state: 'highSeverity', observedAt: ago(age) });
    expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  });

  test.each<[string, readonly DeviceKey[]]>([
    ['nobody', KEYS],
    ['one of the devices', [{ type: 'managedDeviceId', value: PHONE }, own('v1')]],
  ])(
    'it is held where it has no time of its own, or is a finding newer than the level, that was reported of %s',
    async (_, keys) => {
      await take(keys, { state: 'secured' });
      await take(KEYS, { findings: [found('f')] });
      expect(states()[1]).toBe('highSeverity');
      await take(keys, { state: 'secured' });
      expect(states()[1]).toBe('unknown');
      await take(KEYS, { findings: [found('g')], observedAt: ago(HOUR), undated: true });
      expect(states()[1]).toBe('highSeverity');
      await take(KEYS, { state: 'highSeverity', observedAt: ago(HOUR), undated: true });
      expect(states().slice(0, 2)).toEqual(['highSeverity', 'highSeverity']);
    },
  );

  test('where the device was learnt, it is held against no other one either', async () => {
    await take([{ type: 'managedDeviceId', value: PHONE }, own('v1')], { state: 'secured' });
    expect(await take(KEYS, { state: 'highSeverity', observedAt: ago(HOUR) })).toMatchObject({
      status: 'late',
      matched: true,
    });
    expect(states()).toEqual(['secured', 'unknown', 'unknown']);
    await take(KEYS, { state: 'highSeverity' });
    expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  });

  test.each<[string, readonly DeviceKey[]]>([
    ['', KEYS],
    [' of a device that was known', [{ type: 'managedDeviceId', value: PHONE }, own('v1')]],
  ])('it is held where a clock that was ahead stored the level%s', async (_, keys) => {
    const right = hub.clock.now();
    hub.clock.at = right + 240_000;
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys, state: 'secured', at: hub.clock.now() })]);
    hub.clock.at = right + 60_000;
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys: KEYS, state: 'highSeverity', at: right + 30_000 })]);
    expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  });

  test('it is not held against the device of which the level was reported, though another one is meant now', async () => {
    await hub.devices.remove('test', TWIN);
    await take(KEYS, { state: 'secured' });
    await take([{ type: 'serialNumber', value: 'SN-2' }, own('v1')], { state: 'highSeverity', observedAt: ago(HOUR) });
    expect(states()).toEqual(['secured', undefined, 'highSeverity']);
  });
});

test('a unique match settles it: that device carries on, the other one is released', async () => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await take([{ type: 'managedDeviceId', value: TWIN }, own('v1')], { state: 'activated' });
  expect(states()).toEqual(['unknown', 'highSeverity', 'unknown']);
  await take([own('v1')], { state: 'secured' });
  expect(states()).toEqual(['unknown', 'secured', 'unknown']);
});

test('an administrator who assigns the report settles it', async () => {
  const signal = report(LOOKOUT, PHONE, { keys: [SERIAL, own('v1')], state: 'highSeverity' });
  await hub.intake.take(LOOKOUT, [signal]);
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  await hub.devices.assignReports('test', PHONE, [{ connectorId: LOOKOUT, reportId: signal.signal.reportId }]);
  expect(states()).toEqual(['highSeverity', 'unknown', 'unknown']);
});

test('it ends when the other record is deleted, for then the report is about the one that is left', async () => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await hub.devices.remove('test', TWIN);
  expect(states()).toEqual(['highSeverity', undefined, 'unknown']);
  await take([SERIAL, own('v1')], { state: 'secured' });
  expect(states()).toEqual(['secured', undefined, 'unknown']);
});

test('it ends after 30 days without a report of that identity', async () => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  for (const [days, state] of [
    [29, 'highSeverity'],
    [2, 'unknown'],
  ] as const) {
    hub.clock.advance(days * 86_400_000);
    await hub.intake.heartbeat(LOOKOUT);
    await hub.tick();
    expect(states()[0]).toBe(state);
  }
});

test('keys that contradict each other hold bad news against each device they name', async () => {
  await take([SERIAL, { type: 'managedDeviceId', value: OTHER }], { state: 'mediumSeverity' });
  expect(states()).toEqual(['mediumSeverity', 'mediumSeverity', 'mediumSeverity']);
});

test('open findings alone are bad news, and end with them', async () => {
  const finding = { id: 'f', type: 'TROJAN', severity: 'high' as const };
  await take([SERIAL, own('v1')], { findings: [{ ...finding, state: 'open' }] });
  expect(states().slice(0, 2)).toEqual(['highSeverity', 'highSeverity']);
  await take([SERIAL, own('v1')], { findings: [{ ...finding, state: 'resolved' }] });
  expect(states().slice(0, 2)).toEqual(['unknown', 'unknown']);
  expect(await hub.store.findings.ofDevices([PHONE, TWIN])).toEqual([]);
});

test('a key that more than five devices carry identifies none', async () => {
  const at = hub.clock.now();
  for (let i = 4; i < 8; i += 1)
    await hub.devices.put('test', phone(`9c0d5a00-0000-4000-8000-00000000000${i}`, at, { serialNumber: 'SN-1' }));
  for (let i = 0; i < 3; i += 1) await take([SERIAL, own('v1')], { state: 'highSeverity' });
  expect(states()).toEqual(['unknown', 'unknown', 'unknown']);
  const alarms = async () => (await alerts()).filter(({ kind }) => kind === 'key-too-common');
  expect((await alarms()).map(({ payload }) => payload)).toMatchObject([
    { connectorId: LOOKOUT, keyType: 'serialNumber', key: 'SN-1', devices: 6 },
  ]);
  expect(hub.commonKeyReports()).toBe(3);
  hub.clock.advance(3_600_000);
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  expect(await alarms()).toHaveLength(2);
});

test('its beginning and its end are events, with the report that is held, and holds and waiting reports are counted', async () => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await take([SERIAL, own('v1')], { state: 'mediumSeverity' });
  expect(hub.questions.recordCounts()).toEqual({ held: 2, superseded: 0 });
  expect(await hub.store.reports.countWaiting()).toEqual(
    new Map([
      ['unmatched', 0],
      ['ambiguous', 2],
    ]),
  );
  await take([SERIAL, own('v1')], { state: 'secured' });
  const ofHolds = (await alerts()).filter(({ kind }) => kind.startsWith('device-hold'));
  expect(ofHolds.map(({ kind, subject }) => [kind, subject])).toEqual([
    ['device-hold-started', PHONE],
    ['device-hold-started', TWIN],
    ['device-hold-ended', PHONE],
    ['device-hold-ended', TWIN],
  ]);
  expect(ofHolds[0]?.payload).toMatchObject({
    deviceId: PHONE,
    mergedState: 'highSeverity',
    reports: [{ connectorId: LOOKOUT, state: 'highSeverity' }],
  });
  expect(hub.questions.recordCounts()).toEqual({ held: 0, superseded: 0 });
});

test('another partner does not end it, and it is there after a restart', async () => {
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await take([{ type: 'managedDeviceId', value: PHONE }, own('v1')], { state: 'secured' }, ZIMPERIUM);
  expect(states()[0]).toBe('highSeverity');
  const { startPipeline } = await import('./pipeline.ts');
  const again = await startPipeline({ store: hub.store, clock: hub.clock, onError: () => undefined });
  await again.intake.take(LOOKOUT, [
    report(LOOKOUT, PHONE, { keys: [own('v1')], state: 'secured', at: hub.clock.now() + 1 }),
  ]);
  expect([PHONE, TWIN].map((id) => again.decider.view.posture(id)?.mergedState)).toEqual(['secured', 'unknown']);
  await again.close();
});

test('where a twin appears later, the identity that was known goes on reporting its own device', async () => {
  await hub.devices.remove('test', TWIN);
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  await hub.devices.put('test', phone(TWIN, hub.clock.now(), { serialNumber: 'SN-1' }));
  await take([SERIAL, own('v1')], { state: 'secured' });
  expect(states()).toEqual(['secured', 'unknown', 'unknown']);
  await take([SERIAL, own('v1')], { state: 'highSeverity' });
  expect(states()).toEqual(['highSeverity', 'highSeverity', 'unknown']);
  await take([SERIAL, own('v1')], { state: 'secured' });
  expect(states()).toEqual(['secured', 'unknown', 'unknown']);
});

test('what waited for too many devices is applied when its identity is known', async () => {
  const at = hub.clock.now();
  for (let i = 4; i < 8; i += 1)
    await hub.devices.put('test', phone(`9c0d5a00-0000-4000-8000-00000000000${i}`, at, { serialNumber: 'SN-1' }));
  await take([SERIAL, own('v1')], { state: 'compromised' });
  expect(states()[0]).toBe('unknown');
  await take([{ type: 'managedDeviceId', value: PHONE }, own('v1')], { state: 'unresponsive' });
  expect(states()[0]).toBe('compromised');
});

test('an id of the partner that meant one device and comes with the serial number of another means either', async () => {
  await take([{ type: 'managedDeviceId', value: PHONE }, own('v1')], { state: 'secured' });
  await take([{ type: 'serialNumber', value: 'SN-2' }, own('v1')], { state: 'highSeverity' });
  expect(states()).toEqual(['highSeverity', 'unknown', 'highSeverity']);
  await take([{ type: 'serialNumber', value: 'SN-2' }, own('v1')], { state: 'secured' });
  expect(states()).toEqual(['secured', 'unknown', 'secured']);
});

describe('what ends a hold ends it for everybody who was told of it', () => {
  const ofHolds = async () =>
    (await alerts()).filter(({ kind }) => kind.startsWith('device-hold')).map(({ kind, subject }) => [kind, subject]);
  const timeline = async (id: string) =>
    (await hub.store.history.ofDevice(id, 100))
      .map(({ event }) => event.kind)
      .filter((kind) => kind.startsWith('hold'))
      .reverse();
  const STARTED = [
    ['device-hold-started', PHONE],
    ['device-hold-started', TWIN],
  ];

  async function wait(days: number): Promise<void> {
    hub.clock.advance(days * 86_400_000);
    await hub.intake.heartbeat(LOOKOUT);
    await hub.tick();
  }

  test('time does: an event, an entry in the timeline, and it is counted no more', async () => {
    await take([SERIAL, own('v1')], { state: 'highSeverity' });
    await wait(29);
    expect(await ofHolds()).toEqual(STARTED);
    await wait(2);
    await hub.tick();
    expect(await ofHolds()).toEqual([...STARTED, ['device-hold-ended', PHONE], ['device-hold-ended', TWIN]]);
    expect(await timeline(PHONE)).toEqual(['holdStarted', 'holdEnded']);
    expect(hub.questions.recordCounts().held).toBe(0);
    expect((await hub.store.postures.get([PHONE]))[0]?.views).toEqual([]);
  });

  test('it is counted no more from the moment on at which it ends, whoever looked first', async () => {
    await take([SERIAL, own('v1')], { state: 'highSeverity' });
    hub.clock.advance(31 * 86_400_000);
    expect(hub.questions.recordCounts().held).toBe(0);
  });

  test('its level does, where only lost contact was reported for 30 days', async () => {
    await take([SERIAL, own('v1')], { state: 'highSeverity' });
    await take([SERIAL, own('v1')], { state: 'unresponsive' });
    for (let i = 0; i < 3; i += 1) {
      await wait(12);
      await take([SERIAL, own('v1')], { state: 'unresponsive' });
      await hub.tick();
    }
    expect(states()).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await ofHolds()).toEqual([...STARTED, ['device-hold-ended', PHONE], ['device-hold-ended', TWIN]]);
  });

  test('the removal of a candidate does, for it and for the one that is left', async () => {
    await take([SERIAL, own('v1')], { state: 'highSeverity' });
    await hub.devices.remove('test', TWIN);
    expect((await ofHolds()).slice(2).sort()).toEqual(
      [
        ['device-hold-ended', PHONE],
        ['device-hold-ended', TWIN],
      ].sort(),
    );
    expect(await timeline(PHONE)).toEqual(['holdStarted', 'holdEnded']);
    expect(hub.questions.recordCounts().held).toBe(0);
  });

  test('the end of its partner does', async () => {
    await take([SERIAL, own('v1')], { state: 'highSeverity' });
    await hub.devices.forgetPartner(LOOKOUT);
    expect((await ofHolds()).slice(2)).toEqual([
      ['device-hold-ended', PHONE],
      ['device-hold-ended', TWIN],
    ]);
    expect(await timeline(TWIN)).toEqual(['holdStarted', 'holdEnded']);
  });

  test('a re-enrolment that takes it over tells of it where it is held now', async () => {
    const at = hub.clock.now();
    const NEW = '9c0d5a00-0000-4000-8000-000000000009';
    await take([{ type: 'serialNumber', value: 'SN-2' }, { type: 'managedDeviceId', value: TWIN }, own('v1')], {
      state: 'highSeverity',
    });
    hub.clock.advance(86_400_000);
    const time = new Date(hub.clock.now()).toISOString();
    await hub.devices.put(
      'test',
      phone(NEW, at, { serialNumber: 'SN-2', enrolledDateTime: time, lastSyncDateTime: time }),
    );
    expect(hub.decider.view.successorOf(OTHER)).toBe(NEW);
    expect(await ofHolds()).toContainEqual(['device-hold-started', NEW]);
    expect(await timeline(NEW)).toEqual(['holdStarted']);
  });
});

test('the reason says that it is held, with what was found, until it is known to be about the device', async () => {
  const finding = { id: 'f', type: 'TROJAN', severity: 'high' as const, state: 'open' as const, title: 'Free Torch' };
  await take([{ type: 'managedDeviceId', value: PHONE }, own('v0')], { state: 'secured' });
  await take([SERIAL, own('v1')], { state: 'highSeverity', findings: [finding] });
  const reason = () => hub.decider.view.posture(PHONE)?.reasons[0];
  expect(reason()).toMatchObject({
    code: 'threat_level_above_allowed',
    connectorId: LOOKOUT,
    findingIds: ['f'],
    heldDays: 30,
  });
  await take([{ type: 'managedDeviceId', value: PHONE }, own('v1')], { state: 'highSeverity' });
  expect(reason()).toMatchObject({ code: 'threat_level_above_allowed' });
  expect(reason()?.heldDays).toBeUndefined();
});
