import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ALICE,
  furnish,
  LOOKOUT,
  phone,
  PHONE,
  report,
  testPipeline,
  ZIMPERIUM,
  type TestPipeline,
} from './testing.ts';

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
});
afterEach(() => hub.close());

const MITM = { id: 'mitm', type: 'ACTIVE_MITM', category: 'net.mitm', severity: 'high', title: 'Cafe' } as const;
const take = (more: Parameters<typeof report>[2], connectorId = LOOKOUT) =>
  hub.intake.take(connectorId, [report(connectorId, PHONE, more)]);

/** Oldest first. */
async function events(): Promise<readonly Record<string, unknown>[]> {
  return (await hub.store.history.ofDevice(PHONE, 1000))
    .map(({ event }) => event as unknown as Record<string, unknown>)
    .reverse();
}

test('a device begins with its first evaluation', async () => {
  expect(await events()).toMatchObject([{ kind: 'complianceChanged', from: null, to: 'compliant' }]);
});

test('a threat and its end are kept as they were told: the finding, the level, and what followed', async () => {
  await take({ state: 'secured' });
  await take({ state: 'highSeverity', findings: [{ ...MITM, state: 'open' }] });
  await take({ state: 'secured', findings: [{ ...MITM, state: 'resolved' }] });
  expect((await events()).slice(1)).toMatchObject([
    { kind: 'levelChanged', connectorId: LOOKOUT, from: null, to: 'secured' },
    { kind: 'mergedLevelChanged', from: 'unknown', to: 'secured' },
    {
      kind: 'findingOpened',
      findingId: 'mitm',
      category: 'net.mitm',
      severity: 'high',
      title: 'Cafe',
      connectorId: LOOKOUT,
    },
    { kind: 'levelChanged', from: 'secured', to: 'highSeverity' },
    { kind: 'mergedLevelChanged', to: 'highSeverity' },
    {
      kind: 'complianceChanged',
      from: 'compliant',
      to: 'noncompliant',
      reasons: [{ code: 'threat_level_above_allowed', connectorId: LOOKOUT }],
    },
    { kind: 'findingResolved', findingId: 'mitm' },
    { kind: 'levelChanged', to: 'secured' },
    { kind: 'mergedLevelChanged', to: 'secured' },
    { kind: 'complianceChanged', from: 'noncompliant', to: 'compliant', reasons: [] },
  ]);
});

test('what is said again, late or twice leaves no trace', async () => {
  await take({ state: 'secured' });
  const before = await events();
  await take({ state: 'secured' });
  await take({ state: 'highSeverity', at: 1_000_000_000_000 });
  const same = report(LOOKOUT, PHONE, { state: 'secured' });
  await hub.intake.take(LOOKOUT, [same, same]);
  await hub.reevaluateFleet();
  await hub.devices.put('test', phone(PHONE, hub.clock.now(), { deviceName: 'renamed' }));
  expect(await events()).toEqual(before);
});

test('within one batch the outcome counts, and a finding that came and went is noted', async () => {
  await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, PHONE, { state: 'highSeverity', findings: [{ ...MITM, state: 'open' }] }),
    report(LOOKOUT, PHONE, { state: 'secured', findings: [{ ...MITM, state: 'resolved' }] }),
  ]);
  expect((await events()).slice(1)).toMatchObject([
    { kind: 'findingNoted', findingId: 'mitm' },
    { kind: 'levelChanged', from: null, to: 'secured' },
    { kind: 'mergedLevelChanged' },
  ]);
});

test('a finding that opens again, or becomes worse, is told', async () => {
  for (const [state, severity] of [
    ['open', 'low'],
    ['open', 'high'],
    ['resolved', 'high'],
    ['open', 'high'],
    ['open', 'high'],
  ] as const)
    await take({ findings: [{ ...MITM, state, severity }] });
  const kinds = (await events()).map(({ kind }) => kind).filter((kind) => String(kind).startsWith('finding'));
  expect(kinds).toEqual(['findingOpened', 'findingChanged', 'findingResolved', 'findingOpened']);
});

test('each partner has its own word, and a change of policy is kept though nobody reported', async () => {
  await take({ state: 'lowSeverity' });
  await take({ state: 'secured' }, ZIMPERIUM);
  await hub.configuration.write('admin', async (tx, changed) => {
    const before = (await tx.documents.get('deviceCompliancePolicy', 'policy'))?.body;
    const after = { ...before, deviceThreatProtectionRequiredSecurityLevel: 'secured' };
    await tx.documents.put('deviceCompliancePolicy', 'policy', after, hub.clock.now());
    changed({ kind: 'deviceCompliancePolicy', id: 'policy', before, after });
  });
  const told = await events();
  expect(told.filter(({ kind }) => kind === 'levelChanged')).toMatchObject([
    { connectorId: LOOKOUT, to: 'lowSeverity' },
    { connectorId: ZIMPERIUM, to: 'secured' },
  ]);
  expect(told.at(-1)).toMatchObject({ kind: 'complianceChanged', from: 'compliant', to: 'noncompliant' });
});

test('a merged level names the partners whose words changed it, and nobody where a merge rule did', async () => {
  await take({ state: 'secured' });
  await take({ state: 'highSeverity' }, ZIMPERIUM);
  await hub.configuration.write('admin', async (tx, changed) => {
    const rule = {
      displayName: 'Lookout first',
      priority: 1,
      method: 'primary',
      order: [LOOKOUT],
      silentPartner: 'ignore',
    };
    await tx.documents.put('mergeRule', 'rule', rule, hub.clock.now());
    changed({ kind: 'mergeRule', id: 'rule', after: rule });
  });
  await hub.reevaluateFleet();
  expect((await events()).filter(({ kind }) => kind === 'mergedLevelChanged')).toMatchObject([
    { to: 'secured', causedBy: [LOOKOUT] },
    { to: 'highSeverity', causedBy: [ZIMPERIUM] },
    { to: 'secured', causedBy: [] },
  ]);
});

test('what waited for its device begins its history', async () => {
  const id = '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10';
  await hub.intake.take(LOOKOUT, [
    report(LOOKOUT, id, { state: 'highSeverity', findings: [{ ...MITM, state: 'open' }] }),
  ]);
  await hub.devices.put('test', phone(id, hub.clock.now(), { userId: ALICE }));
  const kinds = (await hub.store.history.ofDevice(id, 10)).map(({ event }) => event.kind);
  expect(kinds).toEqual(['complianceChanged', 'mergedLevelChanged', 'levelChanged', 'findingOpened']);
});
