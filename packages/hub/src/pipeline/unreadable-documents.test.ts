import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentKind, Store } from '../store/store.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { ALICE, PHONE, furnish, testPipeline, type TestPipeline } from './testing.ts';

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
const MAIL = { appId: '33333333-3333-4333-8333-333333333333', displayName: 'Tickets', identifierUris: ['api://tickets'] };

/** As it is after somebody wrote into the database. */
async function written(kind: DocumentKind, id: string, body: unknown): Promise<void> {
  await hub.store.transaction((tx) => tx.documents.put(kind, id, body as Record<string, unknown>, 0));
}

async function restarted(store: Store = hub.store): Promise<Pipeline> {
  const pipeline = await startPipeline({ store, clock: hub.clock, onError: (error) => { throw error; } });
  again.push(pipeline);
  return pipeline;
}

test.each([
  ['no object', 5], ['a list', []], ['without names', {}], ['whose appId is a number', { ...MAIL, appId: 7 }], ['without displayName', { appId: MAIL.appId }],
  ['whose displayName is null', { ...MAIL, displayName: null }], ['whose identifierUris is a text', { ...MAIL, identifierUris: 'api://x' }], ['whose identifierUris holds an object', { ...MAIL, identifierUris: [{}] }],
])('an application that is %s does not stop the start, is no application, and costs the others nothing', async (_, body) => {
  await written('application', 'good', MAIL);
  await written('application', 'bad', body);
  const pipeline = await restarted();
  expect(pipeline.unreadable()).toEqual([{ kind: 'application', id: 'bad' }]);
  expect(pipeline.decider.view.application('api://tickets')).toMatchObject({ displayName: 'Tickets' });
  expect(pipeline.decider.view.application('api://x')).toBeUndefined();
  expect(pipeline.decider.view.verdict(PHONE)?.state).toBe(hub.decider.view.verdict(PHONE)?.state);
});

test('a user that cannot be read is not known, and the others are', async () => {
  await written('user', BOB, []);
  const pipeline = await restarted();
  expect(pipeline.unreadable()).toEqual([{ kind: 'user', id: BOB }]);
  expect(pipeline.decider.view.user(BOB)).toBeUndefined();
  expect(pipeline.decider.view.user(ALICE)).toMatchObject({ userPrincipalName: 'alice@example.com' });
});

test.each<DocumentKind>(['conditionalAccessPolicy', 'deviceCompliancePolicy', 'mobileThreatDefenseConnector', 'namedLocation', 'mergeRule', 'deviceManagementSettings'])('without a %s that cannot be read something could be open, so the start stops and names it', async (kind) => {
  await written(kind, 'bad', 'text');
  await expect(restarted()).rejects.toThrow(`The ${kind} bad in the database cannot be read`);
});

test('what cannot be read any more while the hub runs is closed, and a rule goes on as it was', async () => {
  const change = (kind: DocumentKind, id: string, body: unknown): Promise<void> => hub.configuration.write('test', async (tx, changed) => {
    await tx.documents.put(kind, id, body as Record<string, unknown>, 0);
    changed({ kind, id, after: {} });
  });
  await change('application', 'mail', MAIL);
  expect(hub.decider.view.application('Tickets')).toBeDefined();
  await change('application', 'mail', 'text');
  expect(hub.decider.view.application('Tickets')).toBeUndefined();
  await change('deviceCompliancePolicy', 'policy', 'text');
  expect(hub.unreadable()).toEqual([{ kind: 'application', id: 'mail' }, { kind: 'deviceCompliancePolicy', id: 'policy' }]);
  expect(hub.decider.view.compliancePolicy('policy')).toBeDefined();
  await change('application', 'mail', MAIL);
  expect(hub.decider.view.application('Tickets')).toBeDefined();
  expect(hub.unreadable()).toEqual([{ kind: 'deviceCompliancePolicy', id: 'policy' }]);
});
