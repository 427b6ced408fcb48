import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SIGNAL_LIMITS, type SignalLimits } from '@sallyport/core';
import { eventually } from '../platform/testing.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

const DAY = 86_400_000;

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
});
afterEach(() => hub.close());

const mail = ({ decider }: Pick<Pipeline, 'decider'> = hub): boolean =>
  decider.decide({ user: ALICE, application: 'Exchange', device: { grade: 'claim', value: PHONE } }).decision;
const say = (state: 'secured' | 'highSeverity' | 'unresponsive', deviceId = PHONE) =>
  hub.intake.take(LOOKOUT, [report(LOOKOUT, deviceId, { state, at: hub.clock.now() })]);

async function setLimits(limits: Partial<SignalLimits>): Promise<{ opened: number; closed: number }> {
  const effect = { opened: 0, closed: 0 };
  await hub.configuration.write(
    'test',
    async (tx, changed) => {
      await tx.documents.put('signalLimits', 'default', limits, hub.clock.now());
      changed({ kind: 'signalLimits', id: 'default', after: limits });
    },
    (did) => Object.assign(effect, did),
  );
  return effect;
}

/** A phone that was bad, and has been out of contact for 20 days while its partner is heard. */
async function outOfContact(): Promise<void> {
  await say('highSeverity');
  hub.clock.advance(60_000);
  await say('unresponsive');
  hub.clock.advance(20 * DAY);
  await hub.intake.heartbeat(LOOKOUT);
  await hub.devices.put('test', phone(PHONE, hub.clock.now()));
}

describe('a limit that is changed', () => {
  test('opens and closes what it decides at once, as its preview said', async () => {
    await outOfContact();
    expect(mail()).toBe(false);
    expect(await hub.questions.preview('signalLimits', 'default', { badNewsDays: 14 })).toMatchObject({
      opening: 1,
      closing: 0,
    });
    expect(mail()).toBe(false);
    expect(await setLimits({ badNewsDays: 14 })).toMatchObject({ opened: 1, closed: 0 });
    expect(mail()).toBe(true);
    expect(hub.decider.view.posture(PHONE)?.complianceState).toBe('compliant');
    expect(await setLimits({ badNewsDays: 21 })).toMatchObject({ opened: 0, closed: 1 });
    expect(mail()).toBe(false);
    hub.clock.advance(2 * DAY);
    await hub.tick();
    expect(hub.decider.view.posture(PHONE)?.complianceState).toBe('compliant');
  });

  test('counts in another process on the same database, and after a restart', async () => {
    await outOfContact();
    const other = await startPipeline({
      store: hub.store,
      clock: hub.clock,
      onError: (error) => {
        throw error;
      },
    });
    await setLimits({ badNewsDays: 14, holdDays: 3 });
    await eventually(() => {
      expect(other.decider.view.signalLimits).toEqual({ ...DEFAULT_SIGNAL_LIMITS, badNewsDays: 14, holdDays: 3 });
    });
    await eventually(() => {
      expect(mail(other)).toBe(true);
    });
    await other.close();
    const again = await startPipeline({
      store: hub.store,
      clock: hub.clock,
      onError: (error) => {
        throw error;
      },
    });
    expect([again.decider.view.signalLimits.badNewsDays, mail(again)]).toEqual([14, true]);
    await again.close();
  });

  test('says how many devices bad news is held against', async () => {
    const twins = [
      '00000000-0000-4000-8000-000000000001',
      '00000000-0000-4000-8000-000000000002',
      '00000000-0000-4000-8000-000000000003',
    ];
    for (const id of twins) await hub.devices.put('test', phone(id, hub.clock.now(), { serialNumber: 'SN-1' }));
    const bad = (): Promise<unknown> =>
      hub.intake.take(LOOKOUT, [
        report(LOOKOUT, PHONE, {
          keys: [{ type: 'serialNumber', value: 'SN-1' }],
          state: 'highSeverity',
          at: hub.clock.now(),
        }),
      ]);
    await setLimits({ maxCandidates: 2 });
    await bad();
    expect([hub.questions.recordCounts().held, hub.commonKeyReports()]).toEqual([0, 1]);
    await setLimits({ maxCandidates: 3 });
    await bad();
    expect([hub.questions.recordCounts().held, hub.commonKeyReports()]).toEqual([3, 1]);
  });

  test('says how many devices make an unknown value a change of the vocabulary, without a further report', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
    for (const id of ids) await hub.devices.put('test', phone(id, hub.clock.now()));
    for (const id of ids) await say('secured', id);
    hub.clock.advance(1_000);
    const unknownTerms = [{ field: 'protection_status', value: 'GUARDED', about: 'protection' }] as const;
    for (const id of ids.slice(0, 10))
      await hub.intake.take(LOOKOUT, [report(LOOKOUT, id, { state: 'unknown', unknownTerms, at: hub.clock.now() })]);
    await hub.tick();
    expect(hub.decider.view.connector(LOOKOUT)?.disregardedTerms).toBeUndefined();
    await setLimits({ vocabularyDevices: 9 });
    await hub.tick();
    expect(hub.decider.view.connector(LOOKOUT)?.disregardedTerms).toEqual(['protection_status: GUARDED']);
  });
});
