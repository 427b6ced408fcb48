import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ThreatState } from '@sallyport/core';
import type { Store } from '../store/store.ts';
import {
  ALICE,
  furnish,
  LOOKOUT,
  phone,
  PHONE,
  pipelineOnMachine,
  report,
  temporaryStore,
  TestMachine,
  ZIMPERIUM,
  type TestPipeline,
} from './testing.ts';

/** What a hub does whose clock jumps, comes back, or was wrong before a restart. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let machine: TestMachine;
let store: Store;
let hub: TestPipeline;

beforeEach(async () => {
  machine = new TestMachine();
  store = await temporaryStore();
  hub = await pipelineOnMachine(machine, store);
  await furnish(hub);
  await tells('secured');
  await hub.tick();
});
afterEach(async () => {
  await hub.close();
  await store.close();
});

/** A report that tells the true time: that of the machine before anybody set it, plus what has gone by. */
const tells = (state: ThreatState, at = machine.at, connectorId = LOOKOUT) =>
  hub.intake.take(connectorId, [report(connectorId, PHONE, { state, at })]);
const stateOf = (id = PHONE) => hub.decider.view.posture(id)?.complianceState;
const mailIsOpen = () =>
  hub.decider.decide({
    user: ALICE,
    application: 'Exchange',
    device: { grade: 'managedDeviceId', value: PHONE },
  } as never).decision;
const silentOnes = async () =>
  (await store.documents.list('connectorStatus')).filter(({ body }) => body.state === 'unresponsive').length;

async function restart(): Promise<void> {
  await hub.close();
  hub = await pipelineOnMachine(machine, store);
}

async function passes(ms: number): Promise<void> {
  machine.advance(ms);
  await hub.tick();
}

test('a jump of eight days makes nobody silent, and opens nothing', async () => {
  await tells('compromised');
  machine.set(8 * DAY);
  await hub.tick();
  await passes(MINUTE);
  expect([await silentOnes(), stateOf(), hub.clockControl?.state()]).toEqual([
    0,
    'noncompliant',
    expect.objectContaining({ doubt: 'jump', deletionHeld: true }),
  ]);
});

test('when the new time counts after an hour, partners that were heard until then are not silent', async () => {
  await tells('compromised');
  machine.set(8 * DAY);
  await hub.tick();
  await passes(30 * MINUTE);
  await tells('highSeverity', machine.at, ZIMPERIUM);
  await passes(31 * MINUTE);
  expect([hub.clockControl?.state().doubt, await silentOnes(), stateOf()]).toEqual([null, 0, 'noncompliant']);
  await passes(6 * DAY);
  expect(await silentOnes()).toBe(0);
  await passes(2 * DAY);
  expect(await silentOnes()).toBe(2);
});

test('what ends by the time that goes by without a report ends no sooner by a jump that counts after an hour', async () => {
  await tells('highSeverity');
  await passes(MINUTE);
  await tells('unresponsive');
  await hub.provisioning.provision(ZIMPERIUM, false);
  await passes(20 * DAY);
  await tells('unresponsive');
  machine.set(60 * DAY);
  await hub.tick();
  await passes(61 * MINUTE);
  expect([hub.clockControl?.state().doubt, stateOf()]).toEqual([null, 'noncompliant']);
  expect((await store.documents.get('connectorStatus', ZIMPERIUM))?.body.deprovisionedAt).toBeGreaterThan(
    machine.wall() - 21 * DAY,
  );
  await passes(9 * DAY);
  expect(stateOf()).toBe('noncompliant');
});

test.each([[60 * DAY], [-60 * DAY], [-DAY]])(
  'with the clock off by %s ms bad news counts at once and good news waits until it is back',
  async (off) => {
    machine.set(off);
    await hub.tick();
    machine.advance(MINUTE);
    await tells('highSeverity');
    expect(stateOf()).toBe('noncompliant');
    machine.advance(MINUTE);
    expect(await tells('secured')).toMatchObject([{ status: 'accepted' }]);
    expect(stateOf()).toBe('noncompliant');
    machine.set(-off);
    await hub.tick();
    expect([stateOf(), await store.documents.list('waitingSignal')]).toEqual(['compliant', []]);
    expect((await store.postures.get([PHONE]))[0]?.views).toMatchObject([{ state: 'secured', observedAt: machine.at }]);
  },
);

test('what waits survives a restart in the middle of the doubt', async () => {
  machine.set(60 * DAY);
  await hub.tick();
  await passes(MINUTE);
  await tells('highSeverity');
  machine.advance(MINUTE);
  await tells('secured');
  await restart();
  expect([stateOf(), hub.clockControl?.state().doubt]).toEqual(['noncompliant', 'jump']);
  machine.set(-60 * DAY);
  await hub.tick();
  expect(stateOf()).toBe('compliant');
});

test('good news that comes after bad news of the same doubt, and is older, does not open', async () => {
  machine.set(60 * DAY);
  await hub.tick();
  machine.advance(2 * MINUTE);
  await tells('highSeverity');
  await tells('secured', machine.at - MINUTE);
  machine.set(-60 * DAY);
  await hub.tick();
  expect(stateOf()).toBe('noncompliant');
});

test('after a start with a clock that was ahead, nothing stays ahead: true reports count, grace is as long as it is, and partners fall silent', async () => {
  machine.set(60 * DAY);
  await restart();
  await tells('secured', machine.wall());
  await hub.configuration.write('test', async (tx, changed) => {
    const policy = await tx.documents.get('deviceCompliancePolicy', 'policy');
    const body = {
      ...policy?.body,
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 24 }] }],
    };
    await tx.documents.put('deviceCompliancePolicy', 'policy', body, machine.wall());
    changed({ kind: 'deviceCompliancePolicy', id: 'policy', after: body });
  });
  await hub.devices.put('test', phone('6f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a11', machine.wall()));
  await hub.intake.take(ZIMPERIUM, [
    report(ZIMPERIUM, '6f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a11', { state: 'highSeverity', at: machine.wall() }),
  ]);
  await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state: 'secured', at: machine.wall() })]);
  const graceOf = () => hub.decider.view.posture('6f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a11')?.graceUntil ?? 0;
  expect(graceOf()).toBeGreaterThan(machine.at + 60 * DAY);

  machine.set(-60 * DAY);
  await restart();
  await hub.tick();
  expect(hub.clockControl?.state().doubt).toBe('behindMark');
  expect(graceOf()).toBeLessThanOrEqual(machine.at + DAY);
  expect((await store.heartbeats.all()).get(LOOKOUT)).toBeGreaterThan(machine.at);
  machine.advance(MINUTE);
  await tells('highSeverity', machine.at - 10_000);
  expect(stateOf()).toBe('inGracePeriod');

  await hub.clockControl?.confirm('admin');
  await hub.tick();
  expect(graceOf()).toBeLessThanOrEqual(machine.at + DAY);
  for (const at of (await store.heartbeats.all()).values()) expect(at).toBeLessThanOrEqual(machine.at);
  for (const { views, failing } of await store.postures.get([PHONE, '6f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a11'])) {
    for (const time of [...views.map(({ observedAt }) => observedAt), ...Object.values(failing)])
      expect(time).toBeLessThanOrEqual(machine.at);
  }
  await passes(8 * DAY);
  expect(await silentOnes()).toBe(2);
  await restart();
  await tells('mediumSeverity');
  expect(stateOf()).toBe('noncompliant');
});

test('nobody falls silent while the clock is in doubt', async () => {
  await passes(7 * DAY - 10 * MINUTE);
  machine.set(2 * HOUR);
  await hub.tick();
  await passes(20 * MINUTE);
  expect([hub.clockControl?.state().doubt, await silentOnes()]).toEqual(['jump', 0]);
  machine.set(-2 * HOUR);
  await hub.tick();
  await passes(DAY);
  expect([hub.clockControl?.state().doubt, await silentOnes()]).toEqual([null, 1]);
});

test('downtime is no jump', async () => {
  await hub.close();
  machine.advance(30 * DAY);
  hub = await pipelineOnMachine(machine, store);
  expect(hub.clockControl?.state()).toMatchObject({ doubt: null, deletionHeld: true });
});

test('a new registration in a doubt does not apply good news that waited for the device', async () => {
  const id = '7f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a12';
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, id, { state: 'mediumSeverity', at: machine.at })]);
  machine.advance(1_000);
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, id, { state: 'secured', at: machine.at })]);
  machine.set(8 * DAY);
  await hub.tick();
  await hub.devices.put('test', phone(id, machine.at));
  expect(stateOf(id)).toBe('noncompliant');
  machine.set(-8 * DAY);
  await hub.tick();
  expect(stateOf(id)).toBe('compliant');
});

test('mail stays closed through any of it', async () => {
  await tells('compromised');
  for (const off of [8 * DAY, -400 * DAY, 60 * DAY, -3 * HOUR]) {
    machine.set(off);
    expect(mailIsOpen()).toBe(false);
    await hub.tick();
    await passes(MINUTE);
    expect(mailIsOpen()).toBe(false);
    await restart();
    await passes(MINUTE);
    expect(mailIsOpen()).toBe(false);
    machine.set(-off);
    await passes(MINUTE);
    expect(mailIsOpen()).toBe(false);
  }
});

test('whatever the clock does and however often the hub restarts, bad news closes at once and good news opens in the end', async () => {
  const step = fc.record({
    set: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3_000 * DAY, max: 3_000 * DAY }),
      fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE }),
    ),
    passes: fc.integer({ min: 1_000, max: 4 * MINUTE }),
    restarts: fc.boolean(),
    tells: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      await passes(MINUTE);
      await tells('secured');
      await passes(MINUTE);
      expect(mailIsOpen()).toBe(true);
      await tells('highSeverity');
      let off = 0;
      for (const { set, passes: ms, restarts, tells: tellsAgain } of steps) {
        off += set;
        machine.set(set);
        await hub.tick();
        await passes(ms);
        if (tellsAgain) await tells('mediumSeverity');
        if (restarts) await restart();
        expect(mailIsOpen()).toBe(false);
      }
      machine.set(-off);
      await passes(MINUTE);
      await passes(61 * MINUTE);
      expect(mailIsOpen()).toBe(false);
      await tells('secured');
      await passes(MINUTE);
      expect([hub.clockControl?.state().doubt, mailIsOpen()]).toEqual([null, true]);
    }),
    { numRuns: 6 },
  );
}, 60_000);
