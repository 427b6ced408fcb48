import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PartnerView } from '@sallyport/core';
import { LOOKOUT, PHONE, phone, report } from '../../../pipeline/testing.ts';
import { identityViews } from './device-identities.ts';
import { openAdminHub, type AdminHub } from '../testing.ts';

const URL = `/admin/v1/devices/${PHONE}/identities`;
const DAY = 86_400_000;

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
  await hub.pipeline.configuration.write('test', async (tx, changed) => {
    await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, { androidEnabled: true }, 1);
    changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, after: {} });
  });
  await hub.pipeline.devices.put('test', phone(PHONE, Date.now(), { serialNumber: 'SN-1', userId: null }));
});
afterAll(() => hub.close());

async function say(id: string, state: 'secured' | 'highSeverity' | 'unresponsive', at: number): Promise<void> {
  const keys = [
    { type: 'serialNumber', value: 'SN-1' },
    { type: 'vendorDeviceId', value: id },
  ] as const;
  await hub.pipeline.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { keys, state, at })]);
}

test("a device's records are listed with what each reports, its last level and since when contact is lost", async () => {
  expect((await hub.call('GET', URL)).body.value).toEqual([]);
  const now = Date.now() - DAY;
  await say('old', 'highSeverity', now);
  await say('old', 'unresponsive', now + 1_000);
  await say('new', 'secured', now + 2_000);
  expect((await hub.call('GET', URL)).body.value).toMatchObject([
    {
      connectorId: LOOKOUT,
      ids: ['old'],
      standing: 'older',
      threatState: 'unresponsive',
      lastLevel: { threatState: 'highSeverity', observedDateTime: new Date(now).toISOString() },
      contactLostDateTime: new Date(now + 1_000).toISOString(),
      tied: false,
      unknownTerms: [],
    },
    {
      connectorId: LOOKOUT,
      ids: ['new'],
      standing: 'newest',
      threatState: 'secured',
      lastLevel: null,
      contactLostDateTime: null,
    },
  ]);
  expect((await hub.call('GET', '/admin/v1/devices/none/identities')).status).toBe(404);
});

test('what counts no more, or may be about another device, is named', () => {
  const view = (more: Partial<PartnerView>): PartnerView => ({
    connectorId: 'c',
    state: 'highSeverity',
    observedAt: 0,
    reportId: 'r',
    basis: 'posture',
    openFindings: [],
    ...more,
  });
  const views = [
    view({ held: ['x'] }),
    view({ retired: true }),
    view({ superseded: true }),
    view({}),
    view({ state: 'unknown', unrecognized: { terms: ['health: A'], before: 'secured' } }),
  ];
  expect(identityViews(views).map(({ standing }) => standing)).toEqual([
    'held',
    'retired',
    'superseded',
    'older',
    'newest',
  ]);
  expect(identityViews(views)[4]?.unknownTerms).toEqual(['health: A']);
});
