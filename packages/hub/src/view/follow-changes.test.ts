import { afterEach, expect, test } from 'vitest';
import { eventually } from '../platform/testing.ts';
import { startPostgresProxy, startPostgres } from '@sallyport/simulators/postgres';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { StoreBusy, type OutboxRow, type PostureRow, type Store } from '../store/store.ts';
import { startPipeline, type Pipeline } from '../pipeline/pipeline.ts';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from '../pipeline/testing.ts';

/** Memory ends as the store has it, whatever came in between. */

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const mail = ({ decider }: Pick<Pipeline, 'decider'>): boolean =>
  decider.decide({ user: ALICE, application: 'Exchange', device: { grade: 'claim', value: PHONE } }).decision;

async function furnished(openStore?: () => Promise<Store>): Promise<TestPipeline> {
  const hub = await testPipeline(openStore);
  cleanUps.push(() => hub.close());
  await furnish(hub);
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
  expect(mail(hub)).toBe(true);
  return hub;
}

/** A second process on the same database. */
async function secondProcess(
  store: Store,
  hub: TestPipeline,
  onError: (error: unknown) => void = (error) => {
    throw error;
  },
): Promise<Pipeline> {
  const other = await startPipeline({ store, clock: hub.clock, onError });
  cleanUps.push(() => other.close());
  return other;
}

async function withPolicy(hub: Pick<Pipeline, 'configuration'>, level: string): Promise<void> {
  await hub.configuration.write('test', async (tx, changed) => {
    const before = (await tx.documents.get('deviceCompliancePolicy', 'policy'))?.body ?? {};
    const after = { ...before, deviceThreatProtectionRequiredSecurityLevel: level };
    await tx.documents.put('deviceCompliancePolicy', 'policy', after, 1);
    changed({ kind: 'deviceCompliancePolicy', id: 'policy', before, after });
  });
}

test('a report that was kept, though the server went away before it said so, closes the door as soon as the server is back', async () => {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const proxy = await startPostgresProxy(await server.createDatabase());
  cleanUps.push(() => proxy.stop());
  const hub = await furnished(() => openPostgresStore({ url: proxy.url }));

  const bad = report(LOOKOUT, PHONE, { state: 'highSeverity' });
  proxy.cutNextCommit('answer, and stay away', bad.row.reportId);
  await expect(hub.intake.take(LOOKOUT, [bad])).rejects.toBeInstanceOf(StoreBusy);
  proxy.comeBack();
  // As a partner does: what is refused while the hub finds its way back is sent again.
  await eventually(async () => expect(await hub.intake.take(LOOKOUT, [bad])).toMatchObject([{ status: 'duplicate' }]));
  await hub.settled();
  expect(mail(hub)).toBe(false);
}, 60_000);

test('a change of policy that was kept in the same way reaches the whole fleet', async () => {
  const hub = await furnished();
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
  const listeners: ((rows: readonly OutboxRow[]) => void)[] = [];
  let silent = false;
  const store: Store = {
    ...hub.store,
    onCommitted: (listener) => {
      listeners.push(listener);
      hub.store.onCommitted((rows) => {
        if (!silent) listener(rows);
      });
    },
    async transaction(work) {
      const result = await hub.store.transaction(work);
      if (silent) throw new StoreBusy('in doubt');
      return result;
    },
  };
  const other = await secondProcess(store, hub);
  silent = true;
  await expect(withPolicy(other, 'secured')).rejects.toBeInstanceOf(StoreBusy);
  silent = false;
  expect(mail(other)).toBe(true);
  const [last] = await hub.store.outbox.after((await hub.store.outbox.range()).last - 1, 1);
  for (const tell of listeners) tell([{ ...(last as OutboxRow), inDoubt: true }]);
  await eventually(async () =>
    expect(await hub.store.postures.get([PHONE])).toMatchObject([{ complianceState: 'noncompliant' }]),
  );
  expect(mail(other)).toBe(false);
});

test('what another process commits never overwrites what this one commits meanwhile', async () => {
  const hub = await furnished();
  let letGo: () => void = () => undefined;
  let hold = false;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const store: Store = {
    ...hub.store,
    postures: {
      ...hub.store.postures,
      async get(ids): Promise<readonly PostureRow[]> {
        const rows = await hub.store.postures.get(ids);
        if (hold) await held;
        return rows;
      },
    },
  };
  const other = await secondProcess(store, hub);
  hold = true;
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
  const taken = other.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
  await Promise.race([taken, new Promise((resolve) => setTimeout(resolve, 100))]);
  hold = false;
  letGo();
  await taken;
  await other.settled();
  expect(mail(other)).toBe(false);
});

test('what another process committed is read again when the database was away, and nothing is granted after a minute of that', async () => {
  const hub = await furnished();
  let away = false;
  const unlessAway = <T>(ask: () => Promise<T>): Promise<T> => (away ? Promise.reject(new StoreBusy('away')) : ask());
  const store: Store = {
    ...hub.store,
    devices: { ...hub.store.devices, get: (ids) => unlessAway(() => hub.store.devices.get(ids)) },
  };
  const problems: unknown[] = [];
  const other = await secondProcess(store, hub, (error) => problems.push(error));
  away = true;
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
  await eventually(() => expect(problems).not.toEqual([]));
  hub.clock.advance(60_001);
  expect(other.decider.decide({ user: ALICE, application: 'Teams' }).reasons).toMatchObject([{ code: 'view_too_old' }]);
  away = false;
  await eventually(() => expect(other.decider.view.posture(PHONE)?.complianceState).toBe('noncompliant'));
  expect(other.decider.decide({ user: ALICE, application: 'Teams' }).reasons).toMatchObject([
    { code: 'device_not_identified' },
  ]);
});

test('a change that cannot be read back at once has happened all the same, and is read as soon as that works', async () => {
  const hub = await furnished();
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
  let away = false;
  const store: Store = {
    ...hub.store,
    documents: {
      ...hub.store.documents,
      get: (kind, id) => (away ? Promise.reject(new StoreBusy('away')) : hub.store.documents.get(kind, id)),
    },
  };
  const other = await secondProcess(store, hub, () => undefined);
  away = true;
  await withPolicy(other, 'secured');
  expect(mail(other)).toBe(true);
  away = false;
  await eventually(() => expect(mail(other)).toBe(false));
  await eventually(async () =>
    expect(await hub.store.postures.get([PHONE])).toMatchObject([{ complianceState: 'noncompliant' }]),
  );
});

test('a change of policy whose evaluation is cut short is in force at once, and finished as soon as that works', async () => {
  const hub = await furnished();
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
  let transactions = Infinity;
  const store: Store = {
    ...hub.store,
    transaction: (work) => (transactions-- > 0 ? hub.store.transaction(work) : Promise.reject(new StoreBusy('full'))),
  };
  const problems: unknown[] = [];
  const other = await secondProcess(store, hub, (error) => problems.push(error));
  transactions = 1;
  await withPolicy(other, 'secured');
  expect(problems).toMatchObject([{ name: 'StoreBusy' }]);
  expect(await hub.store.postures.get([PHONE])).toMatchObject([{ complianceState: 'compliant' }]);
  expect(mail(other)).toBe(false);
  transactions = Infinity;
  await eventually(async () =>
    expect(await hub.store.postures.get([PHONE])).toMatchObject([{ complianceState: 'noncompliant' }]),
  );
});

test('a device that another process registers or removes comes and goes here, too', async () => {
  const hub = await furnished();
  const other = await secondProcess(hub.store, hub);
  const id = '4f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
  await hub.devices.put('test', phone(id, hub.clock.now()));
  await other.settled();
  expect(other.decider.view.facts(id)).toMatchObject({ id });
  await hub.devices.remove('test', id);
  await other.settled();
  expect(other.decider.view.facts(id)).toBeUndefined();
});
