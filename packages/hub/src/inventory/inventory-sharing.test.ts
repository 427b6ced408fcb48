import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentKind } from '../store/store.ts';
import { sharedPlatforms, sharingOf, someoneSeesAllApps } from './inventory-sharing.ts';
import { LOOKOUT, testPipeline, type TestPipeline } from '../pipeline/testing.ts';

let hub: TestPipeline;
beforeEach(async () => {
  hub = await testPipeline();
});
afterEach(() => hub.close());

const written = (kind: DocumentKind, body: object): Promise<unknown> =>
  hub.store.transaction((tx) => tx.documents.put(kind, LOOKOUT, { ...body }, 0));
const SWITCHES = {
  allowPartnerToCollectIOSApplicationMetadata: true,
  allowPartnerToCollectIOSPersonalApplicationMetadata: true,
};

async function shared(): Promise<readonly string[]> {
  const sharing = await sharingOf(hub.store.documents, LOOKOUT);
  return sharing === undefined ? [] : sharedPlatforms('apps', sharing);
}

test('a partner is given what its connector allows', async () => {
  await written('mobileThreatDefenseConnector', SWITCHES);
  expect([await shared(), await someoneSeesAllApps(hub.store.documents, 'iOS')]).toEqual([['iOS'], true]);
});

test('one whose connector cannot be read, and may be for some groups alone, is given nothing', async () => {
  await written('mobileThreatDefenseConnector', { ...SWITCHES, enrolmentGroupIds: 'text' });
  expect([await shared(), await someoneSeesAllApps(hub.store.documents, 'iOS')]).toEqual([[], false]);
});

test('one of which it cannot be read whether it has withdrawn is given nothing', async () => {
  await written('mobileThreatDefenseConnector', SWITCHES);
  await written('connectorStatus', { deprovisioned: 'yes' });
  expect(await shared()).toEqual([]);
});
