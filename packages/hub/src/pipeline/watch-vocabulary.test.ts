import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Signal, UnknownTerm } from '@sallyport/core';
import { eventually } from '../platform/testing.ts';
import { startPostgres } from '@sallyport/simulators/postgres';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { startPipeline } from './pipeline.ts';
import { furnish, LOOKOUT, phone, report, testPipeline, ZIMPERIUM, type TestPipeline } from './testing.ts';

const NEW: UnknownTerm = { field: 'protection_status', value: 'GUARDED', about: 'protection' };
const OTHER: UnknownTerm = { field: 'protection_status', value: 'WATCHED', about: 'protection' };
const KEY = 'protection_status: GUARDED';
const HOUR = 3_600_000;

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  await blockOnMissing(hub);
});
afterEach(() => hub.close());

async function blockOnMissing({ configuration, clock }: TestPipeline): Promise<void> {
  await configuration.write('test', async (tx, changed) => {
    const body = {
      androidEnabled: true,
      androidDeviceBlockedOnMissingPartnerData: true,
      partnerUnresponsivenessThresholdInDays: 7,
      partnerDisplayName: 'Lookout',
    };
    await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, body, clock.now());
    await tx.documents.delete('mobileThreatDefenseConnector', ZIMPERIUM);
    changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, after: body });
    changed({ kind: 'mobileThreatDefenseConnector', id: ZIMPERIUM });
  });
}

const nameOf = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

async function phones(count: number, of: Pick<TestPipeline, 'devices' | 'clock'> = hub): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, i) => nameOf(i));
  for (const id of ids) await of.devices.put('test', phone(id, of.clock.now()));
  return ids;
}

/** The reports come `apart` milliseconds after each other. */
async function say(
  ids: readonly string[],
  what: Partial<Signal>,
  apart = 0,
  of: Pick<TestPipeline, 'intake' | 'clock'> = hub,
): Promise<void> {
  of.clock.advance(1_000);
  if (apart === 0)
    await of.intake.take(
      LOOKOUT,
      ids.map((id) => report(LOOKOUT, id, { at: of.clock.now(), ...what })),
    );
  else
    for (const id of ids) {
      of.clock.advance(apart);
      await of.intake.take(LOOKOUT, [report(LOOKOUT, id, { at: of.clock.now(), ...what })]);
    }
}

const unknown = (...unknownTerms: UnknownTerm[]): Partial<Signal> => ({ state: 'unknown', unknownTerms });
const open = (ids: readonly string[], of: Pick<TestPipeline, 'decider'> = hub): number =>
  ids.filter((id) => of.decider.view.posture(id)?.complianceState === 'compliant').length;
const told = async () =>
  (await hub.store.outbox.after(0, 10_000))
    .filter(({ kind }) => kind === 'vendor-vocabulary-changed')
    .map(({ payload: { origin: _, ...payload } }) => payload);
const disregarded = (of: Pick<TestPipeline, 'decider'> = hub): readonly string[] =>
  of.decider.view.connector(LOOKOUT)?.disregardedTerms ?? [];

describe('a value that no table holds', () => {
  test('closes the devices that report it, while they are few', async () => {
    const ids = await phones(40);
    await say(ids, { state: 'secured' });
    await say(ids.slice(0, 19), unknown(NEW));
    expect([open(ids), disregarded()]).toEqual([21, []]);
  });

  test('is disregarded when much of the fleet holds it: what was reported before counts again', async () => {
    const ids = await phones(43);
    await say(ids, { state: 'secured' });
    await say(ids.slice(0, 21), unknown(NEW));
    expect([open(ids), disregarded()]).toEqual([43, [KEY]]);
    expect(await told()).toMatchObject([
      {
        connectorId: LOOKOUT,
        displayName: 'Lookout',
        severity: 'critical',
        term: KEY,
        from: null,
        handling: 'disregarded',
        devices: 21,
        devicesOfPartner: 43,
        by: 'sallyport',
      },
    ]);
    const audited = (await hub.store.audit.list(100, 0)).filter(
      ({ actor, changes }) => actor === 'sallyport' && changes.some(({ property }) => property === 'terms'),
    );
    expect(audited).toMatchObject([
      {
        resourceType: 'connectorStatus',
        resourceId: LOOKOUT,
        changes: expect.arrayContaining([
          expect.objectContaining({ property: 'terms', newValue: expect.stringContaining(KEY) }),
        ]),
      },
    ]);
    await say(ids.slice(30), unknown(NEW));
    expect(open(ids)).toBe(43);
  });

  test('is disregarded however slowly it came', async () => {
    const ids = await phones(43);
    await say(ids, { state: 'secured' });
    await say(ids.slice(0, 21), unknown(NEW), 6 * HOUR);
    expect([open(ids), disregarded()]).toEqual([43, [KEY]]);
  });

  test.each([
    [2, 0, []],
    [3, 3, [KEY]],
  ] as const)('of a partner with %i devices', async (count, opened, terms) => {
    const ids = await phones(count);
    await say(ids, { state: 'secured' });
    await say(ids, unknown(NEW));
    expect([open(ids), disregarded()]).toEqual([opened, terms]);
  });

  test('is counted apart from another one', async () => {
    const ids = await phones(60);
    await say(ids, { state: 'secured' });
    await say(ids.slice(0, 20), unknown(NEW));
    await say(ids.slice(20, 40), unknown(OTHER));
    expect([open(ids), disregarded()]).toEqual([20, []]);
    await say(ids.slice(40, 41), unknown(NEW, OTHER));
    expect([open(ids), disregarded().length]).toEqual([60, 2]);
  });

  test('never opens what was worse than secured', async () => {
    const ids = await phones(25);
    await say(ids.slice(0, 10), { state: 'highSeverity' });
    await say(ids.slice(10, 15), { state: 'deactivated' });
    await say(ids.slice(15, 20), { state: 'compromised' });
    await say(ids.slice(20), { state: 'secured' });
    await say(ids.slice(0, 20), { state: 'unresponsive' });
    await say(ids, unknown(NEW));
    expect([open(ids), disregarded()]).toEqual([5, [KEY]]);
    hub.clock.advance(40 * 24 * HOUR);
    await hub.intake.heartbeat(LOOKOUT);
    for (const id of ids) await hub.devices.put('test', phone(id, hub.clock.now()));
    await hub.tick();
    expect(open(ids.slice(0, 20))).toBe(0);
  });

  test('stops being disregarded when no device holds it any more, and is counted again after', async () => {
    const ids = await phones(30);
    await say(ids, { state: 'secured' });
    await say(ids, unknown(NEW));
    await say(ids.slice(1), { state: 'secured' });
    expect(disregarded()).toEqual([KEY]);
    await say(ids.slice(0, 1), { state: 'secured' });
    expect(disregarded()).toEqual([]);
    await say(ids.slice(0, 1), unknown(NEW));
    expect(open(ids)).toBe(29);
    expect((await told()).map(({ handling, severity }) => [handling, severity])).toEqual([
      ['disregarded', 'critical'],
      [null, 'info'],
    ]);
  });

  test('ends with the devices that held it', async () => {
    const ids = await phones(3);
    await say(ids, unknown(NEW));
    expect(disregarded()).toEqual([KEY]);
    for (const id of ids) await hub.devices.remove('test', id);
    await hub.tick();
    expect(disregarded()).toEqual([]);
  });

  test('is enforced when an administrator says so, and stays so', async () => {
    const ids = await phones(30);
    await say(ids, { state: 'secured' });
    await say(ids, unknown(NEW));
    await hub.vocabulary.handleTerm('admin', LOOKOUT, KEY, 'enforced');
    await hub.tick();
    expect([open(ids), disregarded()]).toEqual([0, []]);
    await hub.vocabulary.handleTerm('admin', LOOKOUT, KEY, null);
    await hub.tick();
    expect([open(ids), disregarded()]).toEqual([30, [KEY]]);
    expect((await told()).map(({ from, handling, by }) => [from, handling, by])).toEqual([
      [null, 'disregarded', 'sallyport'],
      ['disregarded', 'enforced', 'admin'],
      ['enforced', null, 'admin'],
      [null, 'disregarded', 'sallyport'],
    ]);
  });

  test('is disregarded for one device when an administrator says so', async () => {
    const ids = await phones(10);
    await say(ids, { state: 'secured' });
    await say(ids.slice(0, 1), unknown(NEW));
    await hub.vocabulary.handleTerm('admin', LOOKOUT, KEY, 'disregarded');
    expect(open(ids)).toBe(10);
    await say(ids, { state: 'secured' });
    await hub.tick();
    expect(disregarded()).toEqual([KEY]);
  });
});

describe('the list of unknown values', () => {
  const level: UnknownTerm = { field: 'level', value: 'PURPLE', about: 'level' };
  const finding: UnknownTerm = { field: 'severity', value: 'EXTREME', about: 'finding' };

  test('names field, value, devices, since when and a report, for every kind', async () => {
    const ids = await phones(10);
    await say(ids, { state: 'secured' });
    const at = hub.clock.now();
    await say(ids.slice(0, 2), unknown(NEW));
    await say(ids.slice(2, 5), { unknownTerms: [level, finding] });
    await hub.tick();
    hub.clock.advance(HOUR);
    await say(ids.slice(0, 1), { state: 'secured' });
    await say(ids.slice(4, 6), { unknownTerms: [finding] });
    await hub.tick();
    const listed = await hub.vocabulary.unknownTerms(LOOKOUT);
    expect(
      listed.map(({ field, value, about, devices, handled }) => ({ field, value, about, devices, handled })),
    ).toEqual([
      { ...level, devices: 3, handled: null },
      { ...NEW, devices: 1, handled: null },
      { ...finding, devices: 4, handled: null },
    ]);
    expect(listed[2]).toMatchObject({
      firstSeenAt: at + 2_000,
      lastSeenAt: at + HOUR + 4_000,
      reportId: expect.stringMatching(/^report-/),
      deviceIds: ids.slice(2, 6),
    });
    expect(await hub.vocabulary.unknownTerms(ZIMPERIUM)).toEqual([]);
  });

  test('is bounded, whatever a vendor sends, and forgets what was not seen for 30 days', async () => {
    const [id = ''] = await phones(1);
    for (let from = 0; from < 1_100; from += 20) {
      await say([id], { unknownTerms: Array.from({ length: 20 }, (_, i) => ({ ...level, value: `V${from + i}` })) });
      if (from % 400 === 0) await hub.tick();
    }
    await hub.tick();
    expect(await hub.vocabulary.unknownTerms()).toHaveLength(1_000);
    hub.clock.advance(31 * 24 * HOUR);
    await hub.tick();
    expect(await hub.vocabulary.unknownTerms()).toEqual([]);
  });

  test('ends with the partner', async () => {
    const ids = await phones(1);
    await say(ids, unknown(NEW));
    await hub.tick();
    await hub.devices.forgetPartner(LOOKOUT);
    expect(await hub.vocabulary.unknownTerms()).toEqual([]);
  });
});

test('hubs on one database count together, tell it once, and agree after a restart', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const first = await testPipeline(() => openPostgresStore({ url }));
  await furnish(first);
  await blockOnMissing(first);
  const ids = await phones(43, first);
  await say(ids, { state: 'secured' }, 0, first);
  const store = await openPostgresStore({ url });
  const startSecond = () =>
    startPipeline({
      store,
      clock: first.clock,
      onError: (error) => {
        throw error;
      },
    });
  let second = await startSecond();
  try {
    await say(ids.slice(0, 11), unknown(NEW), 0, first);
    await say(ids.slice(11, 21), unknown(NEW), 0, { ...first, intake: second.intake });
    await eventually(async () => {
      await Promise.all([first.tick(), second.tick()]);
      for (const one of [first, second]) expect([open(ids, one), disregarded(one)]).toEqual([43, [KEY]]);
    });
    const events = (await store.outbox.after(0, 10_000)).filter(({ kind }) => kind === 'vendor-vocabulary-changed');
    expect(events.map(({ payload }) => payload.handling)).toEqual(['disregarded']);
    await second.close();
    second = await startSecond();
    await second.tick();
    expect([open(ids, second), disregarded(second)]).toEqual([43, [KEY]]);
  } finally {
    await second.close();
    await store.close();
    await first.close();
    await server.stop();
  }
});
