import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceKey, Signal } from '@sallyport/core';
import { eventually } from '../platform/testing.ts';
import { startPostgres, type PostgresServer } from '@sallyport/simulators/postgres';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import type { OutboxRow, Store } from '../store/store.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { ALICE, furnish, LOOKOUT, phone, PHONE, report, testPipeline, type TestPipeline } from './testing.ts';

/** Two hubs on one PostgreSQL: both answer the same about a phone that was enrolled again, whichever of them heard what. */

const NEW = '9c0d5a00-0000-4000-8000-000000000002';
const TWIN = '9c0d5a00-0000-4000-8000-000000000003';
const ENTRA = 'c0ffee00-1234-4abc-9def-0123456789ab';
const DAY = 86_400_000;
const own = (value: string): DeviceKey => ({ type: 'vendorDeviceId', value });
const managed = (value: string): DeviceKey => ({ type: 'managedDeviceId', value });

let server: PostgresServer;
let a: TestPipeline;
let b: Pipeline;
let ear: Ear;
let closeB: () => Promise<void>;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  const url = await server.createDatabase();
  a = await testPipeline(() => openPostgresStore({ url, connections: 4 }));
  await furnish(a);
  await a.devices.put('test', record(PHONE, -40, -2, { azureADDeviceId: ENTRA }));
  ear = new Ear(await openPostgresStore({ url, connections: 4 }));
  b = await startPipeline({
    store: ear.store,
    clock: a.clock,
    onError: (error) => {
      throw error;
    },
  });
  closeB = async () => {
    await b.close();
    await ear.store.close();
  };
});
afterEach(async () => {
  await closeB();
  await a.close();
});

/** Lets a hub be late to hear what another one committed. */
class Ear {
  readonly store: Store;
  #deaf = false;
  #missed: (() => void)[] = [];

  constructor(store: Store) {
    this.store = {
      ...store,
      onCommitted: (listener) => {
        store.onCommitted((rows) => {
          this.#hear(listener, rows);
        });
      },
    };
  }

  cover(): void {
    this.#deaf = true;
  }

  uncover(): void {
    this.#deaf = false;
    for (const tell of this.#missed.splice(0)) tell();
  }

  #hear(listener: (rows: readonly OutboxRow[]) => void, rows: readonly OutboxRow[]): void {
    if (this.#deaf)
      this.#missed.push(() => {
        listener(rows);
      });
    else listener(rows);
  }
}

function record(id: string, enrolled: number, contact: number, more: Record<string, unknown> = {}) {
  const at = a.clock.now();
  const time = (days: number): string => new Date(at + days * DAY).toISOString();
  return phone(id, at, {
    serialNumber: 'SN-1',
    enrolledDateTime: time(enrolled),
    lastSyncDateTime: time(contact),
    ...more,
  });
}
async function take(hub: Pick<Pipeline, 'intake'>, keys: readonly DeviceKey[], state: Signal['state']) {
  a.clock.advance(60_000);
  return (await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys, at: a.clock.now(), state })]))[0];
}
const grants = ({ decider }: Pick<Pipeline, 'decider'>, ids = [PHONE, NEW]) =>
  ids.map(
    (value) => decider.decide({ user: ALICE, application: 'office365', device: { grade: 'claim', value } }).decision,
  );
const what = ({ decider: { view } }: Pick<Pipeline, 'decider'>, ids = [PHONE, NEW, TWIN]) =>
  ids.map((id) => ({
    state: view.posture(id)?.mergedState,
    compliance: view.posture(id)?.complianceState,
    successor: view.successorOf(id),
  }));

/** Both hubs, and a third one that starts now, know the same. */
async function agree(): Promise<void> {
  await eventually(() => {
    expect(what(b)).toEqual(what(a));
    expect(grants(b, [PHONE, NEW, ENTRA])).toEqual(grants(a, [PHONE, NEW, ENTRA]));
  });
  const third = await startPipeline({
    store: a.store,
    clock: a.clock,
    onError: (error) => {
      throw error;
    },
  });
  expect(what(third)).toEqual(what(a));
  expect(grants(third, [PHONE, NEW, ENTRA])).toEqual(grants(a, [PHONE, NEW, ENTRA]));
  await third.close();
}

async function kinds(): Promise<readonly string[]> {
  return (await a.store.outbox.after(0, 1_000))
    .map(({ kind }) => kind as string)
    .filter((kind) => /^device-(?:sup|rein|key)/.test(kind));
}

test('what one hub registers the other decides by; it undoes it by hand, and contact at the first undoes it as well', async () => {
  await take(b, [managed(PHONE), own('v1')], 'highSeverity');
  await a.devices.put('test', record(NEW, -1, 0));
  await agree();
  expect([what(b)[0]?.successor, grants(b)]).toEqual([NEW, [false, false]]);
  expect(await take(b, [own('v1')], 'secured')).toMatchObject({ matched: true });
  await agree();
  expect(grants(a)).toEqual([true, true]);

  await b.devices.reinstate('ada', PHONE);
  await agree();
  expect(what(a)[0]?.successor).toBeUndefined();
  a.clock.advance(DAY);
  await b.devices.put('test', record(TWIN, -0.5, 0));
  await agree();
  expect(what(a).map(({ successor }) => successor)).toEqual([TWIN, TWIN, undefined]);
  await a.devices.put('test', record(PHONE, -40, 0));
  await agree();
  expect(what(b).map(({ successor }) => successor)).toEqual([undefined, TWIN, undefined]);

  expect(await kinds()).toEqual([
    'device-superseded',
    'device-reinstated',
    'device-key-shared',
    'device-superseded',
    'device-superseded',
    'device-reinstated',
    'device-key-shared',
  ]);
  const audit = (await a.store.audit.list(50, 0)).filter(({ changes }) =>
    changes.some(({ property }) => property === 'sallyport.supersededBy'),
  );
  expect(audit.filter(({ resourceId }) => resourceId === PHONE).length).toBeGreaterThan(1);
});

test('twins registered at two hubs at the same instant are settled as if one came after the other', async () => {
  for (let round = 0; round < 5; round += 1) {
    const serialNumber = `SN-twin-${round}`;
    await a.devices.put('test', record(PHONE, -40, -2, { serialNumber, azureADDeviceId: ENTRA }));
    await take(a, [managed(PHONE), own(`v${round}`)], 'highSeverity');
    await Promise.all([
      a.devices.put('test', record(NEW, -1, -0.5, { serialNumber })),
      b.devices.put('test', record(TWIN, -0.25, 0, { serialNumber })),
    ]);
    await agree();
    expect(what(a).map(({ successor }) => successor)).toEqual([TWIN, TWIN, undefined]);
    expect(grants(a, [PHONE, NEW, TWIN, ENTRA])).toEqual([false, false, false, false]);
    await Promise.all([b.devices.remove('test', NEW), a.devices.remove('test', TWIN)]);
    await agree();
    expect(grants(a, [PHONE])).toEqual([false]);
    await take(b, [own(`v${round}`)], 'secured');
  }
}, 30_000);

describe('a hub that has not heard yet', () => {
  test('that a record was superseded closes both by bad news of the new one', async () => {
    await take(b, [managed(PHONE), own('v1')], 'secured');
    ear.cover();
    await a.devices.put('test', record(NEW, -1, 0));
    await take(b, [managed(NEW), own('v2')], 'highSeverity');
    ear.uncover();
    await agree();
    expect(grants(a)).toEqual([false, false]);
    expect(what(a, [PHONE, NEW])).toMatchObject([{ state: 'highSeverity' }, { state: 'highSeverity' }]);
  });

  test('that a record is live again opens it by no report about the other', async () => {
    await take(b, [managed(PHONE), own('v1')], 'highSeverity');
    await a.devices.put('test', record(NEW, -1, 0));
    await agree();
    ear.cover();
    await a.devices.put('test', record(PHONE, -40, 0));
    await take(b, [managed(NEW), own('v2')], 'secured');
    ear.uncover();
    await agree();
    expect(grants(a)).toEqual([false, true]);
  });

  test('finds the new record by what the partner calls the phone', async () => {
    await take(b, [managed(PHONE), own('v1')], 'secured');
    for (let round = 0; round < 10; round += 1) {
      await a.devices.put('test', record(PHONE, -40, -2, { azureADDeviceId: ENTRA }));
      await Promise.all([a.devices.put('test', record(NEW, -1, 0)), take(b, [own('v1')], 'highSeverity')]);
      await agree();
      expect(grants(a)).toEqual([false, false]);
      await take(a, [own('v1')], 'secured');
      await a.devices.remove('test', NEW);
    }
  }, 30_000);
});
