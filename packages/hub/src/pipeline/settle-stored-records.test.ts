import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeviceRow } from '../store/store.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

/** What an earlier version left unsettled is settled once, in the background, after the upgrade. */

const NEW = '9c0d5a00-0000-4000-8000-000000000002';
const THIRD = '9c0d5a00-0000-4000-8000-000000000003';
const DAY = 86_400_000;

let first: TestPipeline;
let logged: Record<string, unknown>[];
const started: Pipeline[] = [];
beforeEach(async () => {
  logged = [];
  first = await testPipeline();
  await furnish(first);
  await first.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
  await store(record(PHONE, -40, -2), record(NEW, -1, 0), record(THIRD, -40, 0, { serialNumber: 'SN-2' }));
});
afterEach(async () => {
  for (const hub of started.splice(0)) await hub.close();
  await first.close();
});

function record(id: string, enrolled: number, contact: number, more: Record<string, unknown> = {}): DeviceRow {
  const at = first.clock.now();
  const time = (days: number): string => new Date(at + days * DAY).toISOString();
  return phone(id, at, {
    serialNumber: 'SN-1',
    enrolledDateTime: time(enrolled),
    lastSyncDateTime: time(contact),
    ...more,
  });
}

/** As an earlier version wrote them. */
const store = (...rows: DeviceRow[]) =>
  first.store.transaction(async (tx) => {
    await tx.devices.put(rows);
    await tx.documents.put('upkeep', 'settle-reenrolment', {}, 0);
  });
async function start(): Promise<Pipeline> {
  const log = {
    info: (details: object) => {
      logged.push({ ...details });
    },
    warn: () => undefined,
  };
  const hub = await startPipeline({
    store: first.store,
    clock: first.clock,
    log,
    onError: (error) => {
      throw error;
    },
  });
  started.push(hub);
  return hub;
}
const done = () =>
  vi.waitFor(async () => {
    expect(await first.store.documents.list('upkeep')).toEqual([]);
  }, 10_000);
const grants = (hub: Pipeline, ...ids: string[]) =>
  ids.map(
    (value) =>
      hub.decider.decide({ user: ALICE, application: 'office365', device: { grade: 'claim', value } }).decision,
  );
const superseded = async () =>
  (await first.store.outbox.after(0, 1_000))
    .filter(({ kind }) => kind === 'device-superseded')
    .map(({ subject }) => subject);

test("the newer record is closed by the older one's bad news, with audit, and nothing is opened", async () => {
  const hub = await start();
  await done();
  expect(hub.decider.view.successorOf(PHONE)).toBe(NEW);
  expect(grants(hub, PHONE, NEW, THIRD)).toEqual([false, false, true]);
  expect((await first.store.audit.list(10, 0)).filter(({ actor }) => actor === 'sallyport')).toMatchObject([
    { resourceId: PHONE, changes: [{ property: 'sallyport.supersededBy', newValue: NEW }] },
  ]);
  expect(logged).toContainEqual({ keys: 1, settled: 1 });
});

test('it is done once, though two hubs start at the same time and another one later', async () => {
  await Promise.all([start(), start()]);
  await done();
  expect(await superseded()).toEqual([PHONE]);
  const audit = await first.store.audit.list(100, 0);
  logged = [];
  const hub = await start();
  await hub.close();
  started.pop();
  expect([await superseded(), await first.store.audit.list(100, 0), logged]).toEqual([[PHONE], audit, []]);
});

test('a hub that is stopped in the middle goes on at its next start', async () => {
  await (await start()).close();
  started.pop();
  const hub = await start();
  await done();
  expect(grants(hub, PHONE, NEW)).toEqual([false, false]);
  expect(await superseded()).toEqual([PHONE]);
});
