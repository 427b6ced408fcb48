import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LOOKOUT, phone, report } from '../../../pipeline/testing.ts';
import { systemClock } from '../../../platform/clock.ts';
import { graphRoutes } from '../../graph/graph-routes.ts';
import { openAdminHub, type AdminHub } from '../testing.ts';

const CONNECTOR = `/beta/deviceManagement/mobileThreatDefenseConnectors/${LOOKOUT}`;
const POLICIES = '/beta/deviceManagement/deviceCompliancePolicies';
const PREVIEW = `/admin/v1/connectors/${LOOKOUT}/preview`;
const RULES = '/admin/v1/merge-rules';
const SETTINGS = { androidEnabled: true, androidDeviceBlockedOnMissingPartnerData: true, integration: 'full' };
const BAD = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const GOOD = 'dddddddd-0000-4000-8000-000000000000';
const UNHEARD = 'eeeeeeee-0000-4000-8000-000000000000';

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
  const { configuration, devices, decider, intake } = hub.pipeline;
  await hub.app.register(
    graphRoutes({ store: hub.store, configuration, devices, view: decider.view, clock: systemClock }),
  );
  for (const id of [...BAD, GOOD, UNHEARD]) await devices.put('test', phone(id, Date.now(), { userId: null }));
  await hub.call('POST', '/beta/deviceManagement/mobileThreatDefenseConnectors', { id: LOOKOUT, ...SETTINGS });
  await hub.call('POST', POLICIES, policy());
  await intake.take(LOOKOUT, [
    ...BAD.map((id) => report(LOOKOUT, id, { state: 'highSeverity', at: Date.now() })),
    report(LOOKOUT, GOOD, { state: 'secured', at: Date.now() }),
  ]);
});
afterAll(() => hub.close());
beforeEach(async () => {
  await hub.call('PATCH', CONNECTOR, SETTINGS);
  expect(closed()).toBe(4);
});

function policy(): object {
  return {
    '@odata.type': '#microsoft.graph.androidCompliancePolicy',
    displayName: 'Android',
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: 'low',
    scheduledActionsForRule: [
      { ruleName: 'PasswordRequired', scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] },
    ],
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  };
}

const closed = (): number =>
  [...BAD, GOOD, UNHEARD].filter((id) => hub.pipeline.decider.view.posture(id)?.complianceState !== 'compliant').length;
const effect = (headers: Readonly<Record<string, unknown>>): readonly unknown[] => [
  headers['sallyport-devices-opened'],
  headers['sallyport-devices-closed'],
];

test.each([
  ['the platform off', { androidEnabled: false }, 4],
  ['basic integration', { integration: 'basic' }, 4],
  ['not blocked on missing data', { androidDeviceBlockedOnMissingPartnerData: false }, 1],
  ['another threshold', { partnerUnresponsivenessThresholdInDays: 3 }, 0],
] as const)('a preview says what %s opens, stores nothing, and the PATCH opens that many', async (_, change, opens) => {
  const { body } = await hub.call('POST', PREVIEW, { connector: change });
  expect([body.devices, body.opening, body.closing, body.samples.length]).toEqual([5, opens, 0, opens]);
  expect(closed()).toBe(4);
  expect(effect((await hub.call('PATCH', CONNECTOR, change)).headers)).toEqual([String(opens), '0']);
  expect(closed()).toBe(4 - opens);
  expect(effect((await hub.call('PATCH', CONNECTOR, SETTINGS)).headers)).toEqual(['0', String(opens)]);
});

test('a preview refuses what a PATCH would refuse, and connectors that are not there', async () => {
  expect((await hub.call('POST', PREVIEW, { connector: { androidEnabled: 'no' } })).body.error.target).toBe(
    'androidEnabled',
  );
  expect((await hub.call('POST', PREVIEW, { connector: { enrolmentGroupIds: ['nobody'] } })).body.error.target).toBe(
    'enrolmentGroupIds[0]',
  );
  expect((await hub.call('POST', PREVIEW, {})).status).toBe(400);
  expect((await hub.call('POST', '/admin/v1/connectors/none/preview', { connector: null })).status).toBe(404);
});

test('a merge rule answers what it opens and closes, and warns that ignoring opens', async () => {
  const made = await hub.call('POST', RULES, { priority: 1, method: 'quorum', atLeast: 1, silentPartner: 'ignore' });
  expect(effect(made.headers)).toEqual(['0', '0']);
  expect(made.body.warning).toContain('open again');
  expect((await hub.call('PATCH', `${RULES}/${made.body.id}`, { silentPartner: 'keepWorse' })).body).not.toHaveProperty(
    'warning',
  );
  expect(effect((await hub.call('DELETE', `${RULES}/${made.body.id}`)).headers)).toEqual(['0', '0']);
});

test('a policy that is deleted answers how many devices that opened', async () => {
  const [{ id }] = (await hub.call('GET', POLICIES)).body.value;
  expect(effect((await hub.call('DELETE', `${POLICIES}/${id}`)).headers)).toEqual(['4', '0']);
  expect(effect((await hub.call('POST', POLICIES, policy())).headers)).toEqual(['0', '4']);
});

test('a preview says what a change of a policy, of whom it is for, and its end open, stores nothing, and the write opens that many', async () => {
  const [{ id }] = (await hub.call('GET', POLICIES)).body.value;
  const policyPreview = `/admin/v1/compliance-policies/${id}/preview`;
  expect((await hub.call('POST', policyPreview, { policy: null })).body).toMatchObject({
    devices: 5,
    opening: 4,
    closing: 0,
  });
  expect((await hub.call('POST', policyPreview, { policy: {}, assignments: [] })).body).toMatchObject({
    opening: 4,
    closing: 0,
  });
  expect(
    (await hub.call('POST', policyPreview, { policy: { deviceThreatProtectionRequiredSecurityLevel: 'high' } })).body,
  ).toMatchObject({ opening: 3, closing: 0 });
  expect((await hub.call('POST', policyPreview, { policy: {} })).body).toMatchObject({ changed: 0 });
  expect(closed()).toBe(4);
  expect(effect((await hub.call('POST', `${POLICIES}/${id}/assign`, { assignments: [] })).headers)).toEqual(['4', '0']);
  expect(
    (
      await hub.call('POST', policyPreview, {
        policy: {},
        assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
      })
    ).body,
  ).toMatchObject({ opening: 0, closing: 4 });
  expect(
    effect(
      (
        await hub.call('POST', `${POLICIES}/${id}/assign`, {
          assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
        })
      ).headers,
    ),
  ).toEqual(['0', '4']);
});

test('a preview of a policy refuses what the write would refuse', async () => {
  const [{ id }] = (await hub.call('GET', POLICIES)).body.value;
  const policyPreview = `/admin/v1/compliance-policies/${id}/preview`;
  expect((await hub.call('POST', policyPreview, { policy: { osMinimumVersion: '22H2' } })).body.error.target).toBe(
    'osMinimumVersion',
  );
  expect(
    (
      await hub.call('POST', policyPreview, {
        policy: {},
        assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: GOOD } }],
      })
    ).body.error.target,
  ).toBe('assignments[0].target.groupId');
  expect((await hub.call('POST', policyPreview, { policy: null, assignments: [] })).body.error.target).toBe(
    'assignments',
  );
  expect((await hub.call('POST', '/admin/v1/compliance-policies/none/preview', { policy: null })).status).toBe(404);
});

test('the members of a group and the settings of the tenant answer what they open and close, too', async () => {
  const { body: group } = await hub.call('POST', '/v1.0/groups', {
    displayName: 'All',
    mailEnabled: false,
    securityEnabled: true,
    mailNickname: 'all',
  });
  const [{ id }] = (await hub.call('GET', POLICIES)).body.value;
  await hub.call('POST', `${POLICIES}/${id}/assign`, {
    assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: group.id } }],
  });
  const member = { '@odata.id': `https://hub/v1.0/directoryObjects/${BAD[0]}` };
  expect(effect((await hub.call('POST', `/v1.0/groups/${group.id}/members/$ref`, member)).headers)).toEqual(['0', '1']);
  expect(effect((await hub.call('DELETE', `/v1.0/groups/${group.id}/members/${BAD[0]}/$ref`)).headers)).toEqual([
    '1',
    '0',
  ]);
  expect(
    effect((await hub.call('PATCH', '/beta/deviceManagement', { settings: { secureByDefault: true } })).headers),
  ).toEqual(['0', '5']);
  expect(
    effect((await hub.call('PATCH', '/beta/deviceManagement', { settings: { secureByDefault: false } })).headers),
  ).toEqual(['5', '0']);
  await hub.call('POST', `${POLICIES}/${id}/assign`, {
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  });
});

test('a deleted connector opens what the preview said', async () => {
  expect((await hub.call('POST', PREVIEW, { connector: null })).body).toMatchObject({ opening: 4, closing: 0 });
  expect(effect((await hub.call('DELETE', CONNECTOR)).headers)).toEqual(['4', '0']);
  await hub.call('POST', '/beta/deviceManagement/mobileThreatDefenseConnectors', { id: LOOKOUT, ...SETTINGS });
  await hub.pipeline.intake.take(LOOKOUT, [
    ...BAD.map((id) => report(LOOKOUT, id, { state: 'highSeverity', at: Date.now() })),
    report(LOOKOUT, GOOD, { state: 'secured', at: Date.now() }),
  ]);
});
