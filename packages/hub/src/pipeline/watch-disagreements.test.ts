import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../platform/testing.ts';
import { startPostgres } from '@sallyport/simulators/postgres';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import type { OutboxRow } from '../store/store.ts';
import { startPipeline } from './pipeline.ts';
import { furnish, LOOKOUT, PHONE, phone, report, testPipeline, ZIMPERIUM, type TestPipeline } from './testing.ts';

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
});
afterEach(() => hub.close());

const zimperiumSays = async (state: 'secured' | 'highSeverity'): Promise<void> => {
  hub.clock.advance(1_000);
  await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state, at: hub.clock.now() })]);
  await hub.tick();
};

async function told(
  kinds: RegExp = /^disagreement/,
): Promise<readonly Pick<OutboxRow, 'kind' | 'subject' | 'payload'>[]> {
  return (await hub.store.outbox.after(0, 1_000)).filter((row) => kinds.test(row.kind));
}

test('that partners disagree is told once, with what they say, and so is the end of it', async () => {
  await zimperiumSays('highSeverity');
  await hub.tick();
  expect(await told()).toMatchObject([
    {
      kind: 'disagreement-started',
      subject: PHONE,
      payload: {
        mergedState: 'highSeverity',
        views: [
          { connectorId: ZIMPERIUM, state: 'highSeverity' },
          { connectorId: LOOKOUT, state: 'secured' },
        ],
      },
    },
  ]);
  await zimperiumSays('secured');
  expect((await told()).map(({ kind }) => kind)).toEqual(['disagreement-started', 'disagreement-ended']);
  expect(
    (await hub.store.history.ofDevice(PHONE, 100))
      .map(({ event }) => event.kind)
      .filter((kind) => kind.startsWith('partners')),
  ).toEqual(['partnersAgree', 'partnersDisagree']);
});

test('it ends when one of the partners has no say any more', async () => {
  await zimperiumSays('highSeverity');
  await hub.provisioning.provision(ZIMPERIUM, false);
  hub.clock.advance(31 * 86_400_000);
  await hub.intake.heartbeat(LOOKOUT);
  await hub.tick();
  expect((await told()).map(({ kind }) => kind)).toEqual(['disagreement-started', 'disagreement-ended']);
});

test('it ends with the device', async () => {
  await zimperiumSays('highSeverity');
  await hub.devices.remove('test', PHONE);
  await hub.tick();
  expect(await told()).toMatchObject([
    { kind: 'disagreement-started' },
    { kind: 'disagreement-ended', subject: PHONE },
  ]);
});

test('each state that a connector comes to is told, with where it comes from', async () => {
  await hub.tick();
  await hub.intake.heartbeat(LOOKOUT, { code: 'E1' });
  await hub.provisioning.provision(LOOKOUT, false);
  await hub.provisioning.provision(LOOKOUT, true);
  await hub.intake.heartbeat(LOOKOUT);
  hub.clock.advance(8 * 86_400_000);
  await hub.tick();
  const states = (await told(/^connector-state/))
    .filter(({ subject }) => subject === LOOKOUT)
    .map(({ payload }) => [payload.from, payload.to]);
  expect(states).toEqual([
    [null, 'enabled'],
    ['enabled', 'error'],
    ['error', 'unavailable'],
    ['unavailable', 'error'],
    ['error', 'enabled'],
    ['enabled', 'unresponsive'],
  ]);
});

test('of two processes on one database that notice at once, one tells', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const first = await testPipeline(() => openPostgresStore({ url }));
  await furnish(first);
  await first.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
  const store = await openPostgresStore({ url });
  const second = await startPipeline({
    store,
    clock: first.clock,
    onError: (error) => {
      throw error;
    },
  });
  try {
    for (const [round, state] of (
      ['highSeverity', 'secured', 'highSeverity', 'secured', 'highSeverity', 'secured'] as const
    ).entries()) {
      first.clock.advance(1_000);
      await first.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state, at: first.clock.now() })]);
      await eventually(() => {
        expect(second.decider.view.posture(PHONE)?.mergedState).toBe(state);
      });
      await Promise.all([first.tick(), second.tick()]);
      const rows = (await store.outbox.after(0, 1_000)).filter((row) => row.kind.startsWith('disagreement'));
      expect(rows).toHaveLength(round + 1);
    }
  } finally {
    await second.close();
    await store.close();
    await first.close();
    await server.stop();
  }
}, 60_000);

test('that an older identity of one partner reports worse than the newest is told once, and so is the end of it', async () => {
  const named = (id: string) =>
    [
      { type: 'managedDeviceId', value: PHONE },
      { type: 'vendorDeviceId', value: id },
    ] as const;
  const serial = 'SN-OF-BOTH';
  await hub.devices.put('test', phone(PHONE, hub.clock.now(), { serialNumber: serial }));
  const bySerial = (id: string) =>
    [
      { type: 'serialNumber', value: serial },
      { type: 'vendorDeviceId', value: id },
    ] as const;
  const say = async (keys: ReturnType<typeof named | typeof bySerial>, state: 'secured' | 'highSeverity') => {
    hub.clock.advance(1_000);
    await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { keys, state, at: hub.clock.now() })]);
    await hub.tick();
  };
  await say(named('old'), 'highSeverity');
  await say(bySerial('new'), 'secured');
  await hub.tick();
  expect(await told(/^identity-conflict/)).toMatchObject([
    { kind: 'identity-conflict-started', subject: PHONE, payload: { deviceId: PHONE, connectorIds: [ZIMPERIUM] } },
  ]);
  await say(named('old'), 'secured');
  expect((await told(/^identity-conflict/)).map(({ kind, payload }) => [kind, payload.connectorIds])).toEqual([
    ['identity-conflict-started', [ZIMPERIUM]],
    ['identity-conflict-ended', []],
  ]);
  const timeline = (await hub.store.history.ofDevice(PHONE, 100))
    .map(({ event }) => event)
    .filter(({ kind }) => kind.startsWith('identityConflict'))
    .reverse();
  expect(timeline).toEqual([
    { kind: 'identityConflictStarted', connectorIds: [ZIMPERIUM] },
    { kind: 'identityConflictEnded' },
  ]);
});
