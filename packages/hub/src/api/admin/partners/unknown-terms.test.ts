import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { LOOKOUT, phone, report } from '../../../pipeline/testing.ts';
import { openAdminHub, type AdminHub } from '../testing.ts';

const PATH = '/admin/v1/unknown-terms';
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const GUARDED = { connectorId: LOOKOUT, field: 'protection_status', value: 'GUARDED' };

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
  await hub.pipeline.configuration.write('test', async (tx, changed) => {
    const body = { androidEnabled: true, androidDeviceBlockedOnMissingPartnerData: true };
    const policy = {
      '@odata.type': '#microsoft.graph.androidCompliancePolicy',
      displayName: 'Android',
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
    };
    for (const [kind, id, after] of [
      ['mobileThreatDefenseConnector', LOOKOUT, body],
      ['deviceCompliancePolicy', 'policy', policy],
    ] as const) {
      await tx.documents.put(kind, id, after, 1);
      changed({ kind, id, after });
    }
  });
  for (const id of IDS) await hub.pipeline.devices.put('test', phone(id, Date.now(), { userId: null }));
  await say(IDS, { state: 'secured' });
  await say(IDS.slice(0, 2), {
    state: 'unknown',
    unknownTerms: [{ field: 'protection_status', value: 'GUARDED', about: 'protection' }],
  });
  await say(IDS.slice(2, 3), { unknownTerms: [{ field: 'level', value: 'PURPLE', about: 'level' }] });
});
afterAll(() => hub.close());

async function say(ids: readonly string[], what: Partial<Signal>): Promise<void> {
  await hub.pipeline.intake.take(
    LOOKOUT,
    ids.map((id) => report(LOOKOUT, id, { at: Date.now(), ...what })),
  );
}
const open = (): number =>
  IDS.filter((id) => hub.pipeline.decider.view.posture(id)?.complianceState === 'compliant').length;
const handle = (body: object) => hub.call('PUT', `${PATH}/handling`, { ...GUARDED, ...body });

test('unknown values are listed with what is done about them', async () => {
  await hub.pipeline.tick();
  const { body } = await hub.call('GET', `${PATH}?connectorId=${LOOKOUT.toUpperCase()}`);
  expect(body.value).toMatchObject([
    {
      connectorId: LOOKOUT,
      field: 'level',
      value: 'PURPLE',
      about: 'level',
      devices: 1,
      deviceIds: IDS.slice(2, 3),
      handling: 'automatic',
    },
    {
      ...GUARDED,
      about: 'protection',
      devices: 2,
      handling: 'automatic',
      handledSinceDateTime: null,
      handledBy: null,
      reportId: expect.any(String),
    },
  ]);
  expect((await hub.call('GET', `${PATH}?connectorId=other`)).body.value).toEqual([]);
});

test('an administrator decides what a value counts for', async () => {
  expect(open()).toBe(6);
  expect((await handle({ handling: 'disregarded' })).body).toMatchObject({
    handling: 'disregarded',
    devices: 2,
    handledSinceDateTime: expect.any(String),
  });
  expect(open()).toBe(8);
  expect((await handle({ handling: 'enforced' })).body.handling).toBe('enforced');
  expect(open()).toBe(6);
  expect((await handle({ handling: 'automatic' })).body).toMatchObject({ handling: 'automatic', handledBy: null });
  expect(open()).toBe(6);
});

test.each([
  ['a value that is not listed', { value: 'GUARDEN', handling: 'enforced' }, 400, 'value'],
  ['a value about the level', { field: 'level', value: 'PURPLE', handling: 'enforced' }, 400, 'value'],
  ['no handling', {}, 400, 'handling'],
  ['another connector', { connectorId: 'none', handling: 'enforced' }, 404, 'connectorId'],
] as const)('%s is refused', async (_, body, status, field) => {
  expect(await handle(body)).toMatchObject({ status, body: { error: { target: field } } });
});

test('who may only read decides nothing', async () => {
  expect(
    (
      await hub.call('PUT', `${PATH}/handling`, { ...GUARDED, handling: 'disregarded' }, [
        'DeviceManagementServiceConfig.Read.All',
      ])
    ).status,
  ).toBe(403);
});
