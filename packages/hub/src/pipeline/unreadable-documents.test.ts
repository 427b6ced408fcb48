import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentKind, Store } from '../store/store.ts';
import type { AccessAnswer } from '../view/ports.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import {
  ALICE,
  LOOKOUT,
  phone,
  PHONE,
  report,
  furnish,
  testPipeline,
  ZIMPERIUM,
  type TestPipeline,
} from './testing.ts';

let hub: TestPipeline;
const again: Pipeline[] = [];
beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
});
afterEach(async () => {
  for (const pipeline of again.splice(0)) await pipeline.close();
  await hub.close();
});

const BOB = '22222222-2222-4222-8222-222222222222';
const MAIL = {
  appId: '33333333-3333-4333-8333-333333333333',
  displayName: 'Tickets',
  identifierUris: ['api://tickets'],
};

/** As it is after somebody wrote into the database. */
async function written(kind: DocumentKind, id: string, body: unknown): Promise<void> {
  await hub.store.transaction((tx) => tx.documents.put(kind, id, body as Record<string, unknown>, 0));
}

const decided = ({ decider }: Pick<Pipeline, 'decider'>): AccessAnswer =>
  decider.decide({ user: ALICE, application: 'Exchange', device: { grade: 'claim', value: PHONE } });
const access = (of: Pick<Pipeline, 'decider'>): boolean => decided(of).decision;

async function connector(id: string): Promise<void> {
  await written('mobileThreatDefenseConnector', id, { androidEnabled: true });
}

async function restarted(store: Store = hub.store): Promise<Pipeline> {
  const pipeline = await startPipeline({
    store,
    clock: hub.clock,
    onError: (error) => {
      throw error;
    },
  });
  again.push(pipeline);
  return pipeline;
}

test.each([
  ['no object', 5],
  ['a list', []],
  ['without names', {}],
  ['whose appId is a number', { ...MAIL, appId: 7 }],
  ['without displayName', { appId: MAIL.appId }],
  ['whose displayName is null', { ...MAIL, displayName: null }],
  ['whose identifierUris is a text', { ...MAIL, identifierUris: 'api://x' }],
  ['whose identifierUris holds an object', { ...MAIL, identifierUris: [{}] }],
])(
  'an application that is %s does not stop the start, is no application, and costs the others nothing',
  async (_, body) => {
    await written('application', 'good', MAIL);
    await written('application', 'bad', body);
    const pipeline = await restarted();
    expect(pipeline.unreadable()).toEqual([{ kind: 'application', id: 'bad' }]);
    expect(pipeline.decider.view.application('api://tickets')).toMatchObject({ displayName: 'Tickets' });
    expect(pipeline.decider.view.application('api://x')).toBeUndefined();
    expect(pipeline.decider.view.verdict(PHONE)?.state).toBe(hub.decider.view.verdict(PHONE)?.state);
  },
);

test('a user that cannot be read is not known, and the others are', async () => {
  await written('user', BOB, []);
  const pipeline = await restarted();
  expect(pipeline.unreadable()).toEqual([{ kind: 'user', id: BOB }]);
  expect(pipeline.decider.view.user(BOB)).toBeUndefined();
  expect(pipeline.decider.view.user(ALICE)).toMatchObject({ userPrincipalName: 'alice@example.com' });
});

test('what no rule is made from is told of as well, and costs devices nothing', async () => {
  for (const id of [LOOKOUT, ZIMPERIUM]) await hub.intake.take(id, [report(id, PHONE, { state: 'secured' })]);
  const kinds = ['group', 'door', 'trustSet', 'vendorLink', 'inventorySource', 'inventoryPush'] as const;
  for (const kind of kinds) await written(kind, 'bad', kind === 'group' ? [] : { enabled: 'yes' });
  const pipeline = await restarted();
  expect(pipeline.unreadable()).toEqual(kinds.map((kind) => ({ kind, id: 'bad' })));
  expect(access(pipeline)).toBe(true);
});

describe('a rule that cannot be read does not stop the start, and closes what any such rule could close', () => {
  beforeEach(async () => {
    for (const id of [LOOKOUT, ZIMPERIUM]) await hub.intake.take(id, [report(id, PHONE, { state: 'secured' })]);
    expect(access(hub)).toBe(true);
  });

  test.each<[DocumentKind, string, unknown]>([
    ['deviceCompliancePolicy', 'policy_unreadable', 'text'],
    [
      'deviceCompliancePolicy',
      'policy_unreadable',
      { '@odata.type': '#microsoft.graph.androidCompliancePolicy', osMinimumVersion: 7 },
    ],
    ['conditionalAccessPolicy', 'blocked_by_policy', []],
    [
      'conditionalAccessPolicy',
      'blocked_by_policy',
      { state: 'enabled', conditions: { users: { includeUsers: ['All'] }, clientAppTypes: 'browser' } },
    ],
    ['mobileThreatDefenseConnector', 'partner_data_missing', { androidEnabled: 'yes' }],
    ['mergeRule', 'partner_data_missing', { method: 'newest' }],
  ])('%s: %s', async (kind, reason, body) => {
    if (kind === 'mergeRule') await connector('third');
    await written(kind, 'bad', body);
    const pipeline = await restarted();
    expect(pipeline.unreadable()).toEqual([{ kind, id: 'bad' }]);
    expect(access(pipeline)).toBe(false);
    expect(decided(pipeline).reasons.map(({ code }) => code)).toContain(reason);
  });

  test('of a partner whose status cannot be read nobody knows whether it has withdrawn: it counts as if it had, until it is heard', async () => {
    await written('mergeRule', 'all', { method: 'strictest', silentPartner: 'block', priority: 1 });
    await written('connectorStatus', ZIMPERIUM, { deprovisioned: 'yes' });
    const pipeline = await restarted();
    await pipeline.tick();
    expect(access(pipeline)).toBe(false);
    expect(pipeline.unreadable()).toEqual([{ kind: 'connectorStatus', id: ZIMPERIUM }]);
    await pipeline.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state: 'secured' })]);
    expect(pipeline.unreadable()).toEqual([]);
    expect(access(pipeline)).toBe(true);
  });

  test('bad news of such a partner counts, and good news is not taken for data that is missing', async () => {
    await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state: 'highSeverity' })]);
    await written('mergeRule', 'all', { method: 'strictest', silentPartner: 'ignore', priority: 1 });
    await written('connectorStatus', ZIMPERIUM, []);
    const pipeline = await restarted();
    expect(access(pipeline)).toBe(false);
    await pipeline.intake.heartbeat(ZIMPERIUM);
    expect(pipeline.unreadable()).toEqual([]);
  });

  test('settings: as strict as they can be', async () => {
    await written('deviceManagementSettings', 'default', { secureByDefault: 'yes' });
    await written('deviceCompliancePolicy', 'policy', { '@odata.type': '#microsoft.graph.iosCompliancePolicy' });
    expect(access(await restarted())).toBe(false);
  });

  test('a place that cannot be read is no trusted one, and a policy for it is for every place', async () => {
    const policy = (id: string, includeLocations: string[], excludeLocations: string[]): Promise<void> =>
      written('conditionalAccessPolicy', id, {
        displayName: id,
        state: 'enabled',
        conditions: {
          users: { includeUsers: ['All'] },
          applications: { includeApplications: ['All'] },
          locations: { includeLocations, excludeLocations },
        },
        grantControls: { operator: 'OR', builtInControls: ['block'] },
      });
    await written('namedLocation', 'place', { ipRanges: 7 });
    await policy('for it', ['place'], []);
    expect(access(await restarted())).toBe(false);
    await policy('for it', ['AllTrusted'], []);
    expect(access(await restarted())).toBe(false);
    await policy('for it', ['All'], ['place']);
    expect(access(await restarted())).toBe(false);
    await policy('for it', ['elsewhere'], []);
    expect(access(await restarted())).toBe(true);
  });

  test('the name of a system may be that of any phone', async () => {
    await hub.devices.put('test', phone(PHONE, hub.clock.now(), { operatingSystem: 'Own OS' }));
    await written('platformName', 'own os', { platform: 'other' });
    expect(access(await restarted())).toBe(true);
    await written('platformName', 'own os', { platform: 7 });
    expect(access(await restarted())).toBe(false);
  });

  test('of a policy the part that can be read says for whom it is', async () => {
    await written('deviceCompliancePolicy', 'bad', {
      '@odata.type': '#microsoft.graph.iosCompliancePolicy',
      osMinimumVersion: 7,
    });
    await written('conditionalAccessPolicy', 'bad', {
      state: 'enabled',
      conditions: { users: { includeUsers: [BOB] }, clientAppTypes: 7 },
    });
    await written('conditionalAccessPolicy', 'off', { state: 'disabled', conditions: 7 });
    const pipeline = await restarted();
    expect(pipeline.unreadable()).toHaveLength(3);
    expect(access(pipeline)).toBe(true);
  });
});

test('a withdrawal that cannot be read any more while the hub runs stays one, whatever is noted beside it', async () => {
  await hub.provisioning.provision(LOOKOUT, false);
  await hub.configuration.write('test', async (tx, changed) => {
    await tx.documents.put('connectorStatus', LOOKOUT, { deprovisioned: 'yes' }, 0);
    changed({ kind: 'connectorStatus', id: LOOKOUT, after: {} });
  });
  expect(hub.decider.view.connector(LOOKOUT)?.deprovisioned).toBe(true);
  await hub.vocabulary.handleTerm('test', LOOKOUT, 'status: NEW', 'enforced');
  expect((await hub.store.documents.get('connectorStatus', LOOKOUT))?.body).toMatchObject({
    deprovisioned: true,
    terms: [{ term: 'status: NEW' }],
  });
});

test('what cannot be read any more while the hub runs is closed, and a rule goes on as it was', async () => {
  const change = (kind: DocumentKind, id: string, body: unknown): Promise<void> =>
    hub.configuration.write('test', async (tx, changed) => {
      await tx.documents.put(kind, id, body as Record<string, unknown>, 0);
      changed({ kind, id, after: {} });
    });
  await change('application', 'mail', MAIL);
  expect(hub.decider.view.application('Tickets')).toBeDefined();
  await change('application', 'mail', 'text');
  expect(hub.decider.view.application('Tickets')).toBeUndefined();
  await change('deviceCompliancePolicy', 'policy', 'text');
  expect(hub.unreadable()).toEqual([
    { kind: 'application', id: 'mail' },
    { kind: 'deviceCompliancePolicy', id: 'policy' },
  ]);
  expect(hub.decider.view.compliancePolicy('policy')).toBeDefined();
  await change('application', 'mail', MAIL);
  expect(hub.decider.view.application('Tickets')).toBeDefined();
  expect(hub.unreadable()).toEqual([{ kind: 'deviceCompliancePolicy', id: 'policy' }]);
});
