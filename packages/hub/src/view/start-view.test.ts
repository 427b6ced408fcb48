import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import {
  phone,
  ALICE,
  furnish,
  LOOKOUT,
  report,
  testPipeline,
  ZIMPERIUM,
  type TestPipeline,
} from '../pipeline/testing.ts';
import { startPipeline } from '../pipeline/pipeline.ts';
import { startPostgres } from '@sallyport/simulators/postgres';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import type { AccessAnswer, AccessDecider, AccessQuestion } from './ports.ts';
import { startView, type View } from './start-view.ts';

/** A node that only decides, on the database of a hub. */

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const DEVICES = 500;
const QUESTIONS = 10_000;
const LEVELS = [
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'compromised',
  'unresponsive',
  'deactivated',
] as const;
const idOf = (n: number): string => `3f0c2f4e-5d0b-4e6e-9a53-${String(n).padStart(12, '0')}`;

async function hubAndNode(): Promise<{ readonly hub: TestPipeline; readonly node: View }> {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const url = await server.createDatabase();
  const hub = await testPipeline(() => openPostgresStore({ url }));
  cleanUps.push(() => hub.close());
  await furnish(hub);
  const store = await openPostgresStore({ url });
  cleanUps.push(() => store.close());
  const node = await startView({
    store,
    clock: hub.clock,
    onError: (error) => {
      throw error;
    },
  });
  cleanUps.push(() => node.close());
  return { hub, node };
}

/** Every device and some that there are not, in all contexts; the same ones each time. */
function* questions(): Iterable<AccessQuestion> {
  const users = [ALICE, 'alice@example.com', 'nobody@example.com'];
  const applications = ['Exchange', 'SharePoint', '33333333-3333-4333-8333-333333333333', 'no such application'];
  const ips = [undefined, '10.1.2.3', '192.0.2.1'];
  for (let i = 0; i < QUESTIONS; i += 1) {
    const ip = ips[i % ips.length];
    yield {
      user: users[i % 7] ?? ALICE,
      application: applications[i % 11] ?? 'Exchange',
      device: { grade: i % 13 === 0 ? 'easDeviceId' : 'claim', value: idOf(i % (DEVICES + 5)) },
      ...(ip !== undefined && { ip }),
    };
  }
}

const all = (decider: AccessDecider): AccessAnswer[] => [...questions()].map((question) => decider.decide(question));

async function eventuallyTheSame(hub: TestPipeline, node: View): Promise<readonly AccessAnswer[]> {
  await hub.settled();
  const expected = all(hub.decider);
  for (let tries = 0; tries < 200; tries += 1) {
    if (JSON.stringify(all(node.decider)) === JSON.stringify(expected)) break;
    await pause(100);
  }
  expect(all(node.decider)).toEqual(expected);
  return expected;
}

test('a node that only decides answers ten thousand questions as the hub does, after whatever the hub commits', async () => {
  const { hub, node } = await hubAndNode();
  const at = hub.clock.now();
  for (let n = 0; n < DEVICES; n += 1)
    await hub.devices.put(
      'test',
      phone(idOf(n), at, { ...(n % 5 === 0 && { osVersion: '9' }), ...(n % 9 === 0 && { userId: null }) }),
    );
  for (const [place, id] of [LOOKOUT, ZIMPERIUM].entries()) {
    await hub.intake.take(
      id,
      Array.from({ length: DEVICES }, (_, n) =>
        report(id, idOf(n), { state: LEVELS[(n + place) % LEVELS.length] ?? 'secured' }),
      ),
    );
  }
  const first = await eventuallyTheSame(hub, node);
  // Else the comparison would prove little.
  expect(first.filter(({ decision }) => decision).length).toBeGreaterThan(500);
  expect(first.filter(({ decision }) => !decision).length).toBeGreaterThan(500);

  await hub.configuration.write('test', async (tx, changed) => {
    const before = (await tx.documents.get('deviceCompliancePolicy', 'policy'))?.body ?? {};
    const after = { ...before, deviceThreatProtectionRequiredSecurityLevel: 'medium', osMinimumVersion: '10' };
    await tx.documents.put('deviceCompliancePolicy', 'policy', after, at);
    changed({ kind: 'deviceCompliancePolicy', id: 'policy', before, after });
    const rule = { priority: 1, method: 'primary', order: [ZIMPERIUM], silentPartner: 'block' };
    await tx.documents.put('mergeRule', 'rule', rule, at);
    changed({ kind: 'mergeRule', id: 'rule', after: rule });
  });
  expect(await eventuallyTheSame(hub, node)).not.toEqual(first);

  await hub.provisioning.provision(LOOKOUT, false);
  await hub.devices.remove('test', idOf(1));
  hub.clock.advance(20 * 86_400_000);
  await hub.tick();
  await eventuallyTheSame(hub, node);
}, 120_000);

test('it closes and opens within a moment of the hub', async () => {
  const { hub, node } = await hubAndNode();
  const asked = { user: ALICE, application: 'Exchange', device: { grade: 'claim', value: idOf(1) } } as const;
  expect(node.decider.decide(asked)).toMatchObject({ decision: false, reasons: [{ code: 'device_unknown' }] });
  await hub.devices.put('test', phone(idOf(1), hub.clock.now()));
  for (const id of [LOOKOUT, ZIMPERIUM]) await hub.intake.take(id, [report(id, idOf(1), { state: 'secured' })]);
  await expect.poll(() => node.decider.decide(asked).decision).toBe(true);
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, idOf(1), { state: 'highSeverity' })]);
  await expect.poll(() => node.decider.decide(asked).decision).toBe(false);
}, 60_000);

test('what partners report counts at every hub when a rule changes, also where it came to nothing before', async () => {
  const { hub } = await hubAndNode();
  const phoneId = idOf(1);
  const asked = { user: ALICE, application: 'Exchange', device: { grade: 'claim', value: phoneId } } as const;
  const put = (of: Pick<TestPipeline, 'configuration'>, order: string[]): Promise<void> =>
    of.configuration.write('test', async (tx, changed) => {
      const rule = { priority: 1, method: 'primary', order, silentPartner: 'ignore' };
      await tx.documents.put('mergeRule', 'rule', rule, 0);
      changed({ kind: 'mergeRule', id: 'rule', after: rule });
    });
  await hub.devices.put('test', phone(phoneId, hub.clock.now()));
  await put(hub, [LOOKOUT, ZIMPERIUM]);
  for (const id of [LOOKOUT, ZIMPERIUM]) await hub.intake.take(id, [report(id, phoneId, { state: 'secured' })]);
  const other = await startPipeline({
    store: hub.store,
    clock: hub.clock,
    onError: (error) => {
      throw error;
    },
  });
  cleanUps.push(() => other.close());
  expect(other.decider.decide(asked).decision).toBe(true);
  await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, phoneId, { state: 'highSeverity' })]);
  expect(hub.decider.decide(asked).decision).toBe(true);
  await expect
    .poll(() => other.decider.view.posture(phoneId)?.views.find(({ connectorId }) => connectorId === ZIMPERIUM)?.state)
    .toBe('highSeverity');
  await put(other, [ZIMPERIUM, LOOKOUT]);
  expect(other.decider.decide(asked).decision).toBe(false);
}, 60_000);
