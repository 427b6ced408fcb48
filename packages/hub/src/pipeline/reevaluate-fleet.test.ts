import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { ALICE, furnish, LOOKOUT, phone, report, testPipeline, TestClock, type TestPipeline } from './testing.ts';

/** More than two of the lists that are written at once. */
const COUNT = 2_500;
const IDS = Array.from({ length: COUNT }, (_, i) => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`);

let hub: TestPipeline;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const store = await openSqliteStore({ file: join(dir, 'hub.db') });
  const at = new TestClock().now();
  await store.transaction((tx) => tx.devices.put(IDS.map((id) => phone(id, at))));
  hub = await testPipeline(() => Promise.resolve(store));
  await furnish(hub);
  await hub.intake.take(
    LOOKOUT,
    IDS.map((id) => report(LOOKOUT, id, { state: 'lowSeverity' })),
  );
});
afterEach(async () => {
  await hub.close();
  rmSync(dir, { recursive: true });
});

function allow(level: string): Promise<void> {
  return hub.configuration.write('test', async (tx, changed) => {
    const before = (await tx.documents.get('deviceCompliancePolicy', 'policy'))?.body ?? {};
    const after = { ...before, deviceThreatProtectionRequiredSecurityLevel: level };
    await tx.documents.put('deviceCompliancePolicy', 'policy', after, hub.clock.now());
    changed({ kind: 'deviceCompliancePolicy', id: 'policy', before, after });
  });
}

const stateOf = (id: string): string | undefined => hub.decider.view.posture(id)?.complianceState;

test('a stricter policy reaches every device of a fleet, in memory and in the store, and is told once of each', async () => {
  expect(new Set(IDS.map(stateOf))).toEqual(new Set(['compliant']));
  const told: string[] = [];
  hub.store.onCommitted((rows) =>
    told.push(...rows.filter((row) => row.kind === 'device-posture-changed').map((row) => row.subject)),
  );
  await allow('secured');
  expect(new Set(IDS.map(stateOf))).toEqual(new Set(['noncompliant']));
  expect(told.filter((id) => IDS.includes(id)).sort()).toEqual(IDS);
  expect((await hub.store.postures.get(IDS)).map((posture) => posture.complianceState)).toEqual(
    IDS.map(() => 'noncompliant'),
  );
});

test('devices that come, go and report while the fleet is evaluated anew end as the rules say', async () => {
  const gone = IDS.filter((_, i) => i % 250 === 3);
  const healed = IDS.filter((_, i) => i % 250 === 7);
  const replaced = IDS.filter((_, i) => i % 250 === 11);
  const at = hub.clock.now();
  // When the first are written, the next have been found to be different already.
  const firstWritten = new Promise<void>((resolve) => {
    hub.store.onCommitted((rows) => {
      if (rows.some((row) => row.kind === 'device-posture-changed')) resolve();
    });
  });
  await Promise.all([
    firstWritten.then(() => Promise.all(gone.map((id) => hub.devices.remove('test', id)))),
    allow('secured'),
    ...replaced.map((id) => hub.devices.put('test', phone(id, at, { osVersion: '15', userId: ALICE }))),
    hub.intake.take(
      LOOKOUT,
      healed.map((id) => report(LOOKOUT, id, { state: 'secured' })),
    ),
  ]);
  for (const id of IDS) {
    expect(stateOf(id)).toBe(gone.includes(id) ? undefined : healed.includes(id) ? 'compliant' : 'noncompliant');
    expect(stateOf(id)).toBe(hub.decider.view.verdict(id)?.state);
  }
  const kept = new Map(
    (await hub.store.postures.get(IDS)).map((posture) => [posture.deviceId, posture.complianceState]),
  );
  expect(kept.size).toBe(COUNT - gone.length);
  for (const [id, state] of kept) expect(state).toBe(stateOf(id));
});
