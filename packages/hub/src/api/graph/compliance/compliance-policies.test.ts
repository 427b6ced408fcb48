import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestHub, type TestHub } from '../testing.ts';

const PATH = '/deviceManagement/deviceCompliancePolicies';
const GROUP = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001';
const OTHER_GROUP = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b002';
const EXPAND = '$expand=assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)';

const block = (gracePeriodHours = 0) => ({
  actionType: 'block',
  gracePeriodHours,
  notificationTemplateId: '',
  notificationMessageCCList: [],
});
const rules = (...actions: object[]) => [{ ruleName: 'PasswordRequired', scheduledActionConfigurations: actions }];
const group = (groupId: string) => ({ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId } });

function iosPolicy(change: object = {}): object {
  return {
    '@odata.type': '#microsoft.graph.iosCompliancePolicy',
    displayName: 'Phones',
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: 'Low',
    osMinimumVersion: '17.0',
    scheduledActionsForRule: rules(block(24)),
    ...change,
  };
}

const NO_SETTINGS = {
  deviceThreatProtectionEnabled: undefined,
  deviceThreatProtectionRequiredSecurityLevel: undefined,
  osMinimumVersion: undefined,
};

let hub: TestHub;
beforeAll(async () => {
  hub = await openTestHub();
  await hub.store.transaction(async (tx) => {
    for (const id of [GROUP, OTHER_GROUP]) await tx.documents.put('group', id, { displayName: id }, 1);
  });
});
afterAll(() => hub.close());

async function made(change: object = {}, version = 'v1.0'): Promise<{ id: string }> {
  const answer = await hub.post(`/${version}${PATH}`, iosPolicy(change));
  expect(answer.status).toBe(201);
  return answer.body;
}

describe('a compliance policy', () => {
  test("is made with Graph's defaults, and the rules see it", async () => {
    const body = await made();
    expect(body).toMatchObject({
      '@odata.type': '#microsoft.graph.iosCompliancePolicy',
      displayName: 'Phones',
      version: 1,
      createdDateTime: '2026-03-01T12:00:00.000Z',
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      securityBlockJailbrokenDevices: false,
      passcodeMinimumLength: null,
    });
    expect(body).not.toHaveProperty('scheduledActionsForRule');
    expect(body).not.toHaveProperty('roleScopeTagIds');
    expect(hub.memory.compliancePolicy(body.id)).toMatchObject({
      platform: 'iOS',
      requiredLevel: 'low',
      gracePeriodHours: 24,
    });
  });

  test.each([
    ['no actions', { scheduledActionsForRule: undefined }],
    ['an empty list of actions', { scheduledActionsForRule: [] }],
    ['only a notification', { scheduledActionsForRule: rules({ actionType: 'notification', gracePeriodHours: 0 }) }],
    ['two block actions', { scheduledActionsForRule: rules(block(), block(24)) }],
  ])("with %s is refused in Intune's words", async (_case, change) => {
    const answer = await hub.post(`/v1.0${PATH}`, iosPolicy(change));
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      message: 'Compliance policy must have one and only one block scheduled action',
      target: 'scheduledActionsForRule',
    });
  });

  test.each([
    [{ displayName: undefined }, 'displayName'],
    [{ displayName: ' ' }, 'displayName'],
    [{ '@odata.type': undefined }, '@odata.type'],
    [{ '@odata.type': '#microsoft.graph.defaultDeviceCompliancePolicy', ...NO_SETTINGS }, '@odata.type'],
    [
      { scheduledActionsForRule: rules(block(8761)) },
      'scheduledActionsForRule[0].scheduledActionConfigurations[0].gracePeriodHours',
    ],
    [{ assignments: [group('0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9bfff')] }, 'assignments[0].target.groupId'],
    [{ assignments: [group(GROUP), group(GROUP.toUpperCase())] }, 'assignments[1].target'],
    [{ osMinimumVersion: 'newest' }, 'osMinimumVersion'],
    [{ osMinimumVersion: '015.0' }, 'osMinimumVersion'],
    [{ osMaximumVersion: 'x' }, 'osMaximumVersion'],
    [{ assignments: [group('')] }, 'assignments[0].target.groupId'],
    [{ assignments: [{}] }, 'assignments[0].target'],
    [
      {
        assignments: [
          {
            target: {
              '@odata.type': '#microsoft.graph.configurationManagerCollectionAssignmentTarget',
              collectionId: 'x',
            },
          },
        ],
      },
      'assignments[0].target',
    ],
    [
      {
        assignments: [
          {
            target: {
              '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget',
              deviceAndAppManagementAssignmentFilterType: 'include',
            },
          },
        ],
      },
      'assignments[0].target.deviceAndAppManagementAssignmentFilterType',
    ],
  ])('with %j is refused at %s', async (change, field) => {
    const answer = await hub.post(`/beta${PATH}`, iosPolicy(change));
    expect(answer.status).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });

  test('is restored by one POST of one GET, assignments and actions included', async () => {
    const { id } = await made({
      assignments: [group(GROUP), { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
      scheduledActionsForRule: rules(block(3), { actionType: 'pushNotification', gracePeriodHours: 2 }),
    });
    const exported = (await hub.get(`/beta${PATH}/${id}?${EXPAND}`)).body;
    expect(exported.scheduledActionsForRule[0].scheduledActionConfigurations).toHaveLength(2);
    await hub.delete(`/beta${PATH}/${id}`);
    const restored = await hub.post(`/beta${PATH}`, exported);
    expect(restored.status).toBe(201);
    const again = (await hub.get(`/beta${PATH}/${restored.body.id}?${EXPAND}`)).body;
    const withoutIds = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (key, inner) => (['id', '@odata.context', 'sourceId'].includes(key) ? undefined : inner)),
      );
    expect(withoutIds(again)).toEqual(withoutIds(exported));
    expect(hub.memory.compliancePolicy(restored.body.id)?.targets).toEqual([
      { kind: 'group', groupId: GROUP },
      { kind: 'allDevices' },
    ]);
  });

  test('answers a PATCH with the entity and a version one higher', async () => {
    const { id } = await made();
    const answer = await hub.patch(`/v1.0${PATH}/${id}`, {
      '@odata.type': '#microsoft.graph.iosCompliancePolicy',
      osMinimumVersion: '18.0\n',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, version: 2, osMinimumVersion: '18.0', displayName: 'Phones' });
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { osMaximumVersion: '19' })).body.version).toBe(3);
    expect(hub.memory.compliancePolicy(id)).toMatchObject({
      osMinimumVersion: '18.0',
      osMaximumVersion: '19',
      gracePeriodHours: 24,
    });
  });

  test('keeps its version where a PATCH changes nothing, and leaves no line in the audit log', async () => {
    const { id } = await made();
    const read = (await hub.get(`/v1.0${PATH}/${id}`)).body;
    const audited = (await hub.store.audit.list(1000, 0)).length;
    for (const body of [read, {}, { displayName: read.displayName }])
      expect((await hub.patch(`/v1.0${PATH}/${id}`, body)).body).toEqual(read);
    expect((await hub.store.audit.list(1000, 0)).length).toBe(audited);
  });

  test('of one type only, or as changes, is no list that there is, and the answer says so', async () => {
    expect((await hub.get(`/v1.0${PATH}/microsoft.graph.iosCompliancePolicy`)).body.error.message).toContain(
      "$filter=isof('microsoft.graph.iosCompliancePolicy')",
    );
    expect((await hub.get('/v1.0/users/delta')).body.error.message).toContain('delta');
    expect((await hub.get('/v1.0/nothing/here')).status).toBe(404);
  });

  test('cannot be changed to a version that no device could meet', async () => {
    const { id } = await made();
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { osMinimumVersion: 'newest' })).body.error.target).toBe(
      'osMinimumVersion',
    );
    for (const version of [
      '26.3.1 (a)',
      '22H30',
      '20E772520a',
      '17.x',
      '16.7.2 (20H115)',
      'iOS 17',
      '20240105',
      '1'.repeat(1_000_000),
    ]) {
      for (const field of ['osMinimumVersion', 'osMaximumVersion']) {
        expect((await hub.patch(`/v1.0${PATH}/${id}`, { [field]: version })).body.error.target, version).toBe(field);
        expect((await hub.post(`/v1.0${PATH}`, iosPolicy({ [field]: version }))).body.error.target, version).toBe(
          field,
        );
      }
    }
    expect((await hub.patch(`/v1.0${PATH}/${id}`, { osMinimumVersion: '16.7.2', osMaximumVersion: '' })).status).toBe(
      200,
    );
  });

  test('keeps its type, and its actions and assignments are changed by actions only', async () => {
    const { id } = await made();
    const refused = async (body: object): Promise<string> =>
      (await hub.patch(`/v1.0${PATH}/${id}`, body)).body.error.target;
    expect(await refused({ '@odata.type': '#microsoft.graph.androidCompliancePolicy' })).toBe('@odata.type');
    expect(await refused({ assignments: [] })).toBe('assignments');
    expect(await refused({ scheduledActionsForRule: [] })).toBe('scheduledActionsForRule');
    expect(await refused({ displayName: '' })).toBe('displayName');
    expect(await refused({ workProfileRequirePassword: true })).toBe('workProfileRequirePassword');
  });

  test('of a type that only beta has is not seen in v1.0', async () => {
    const { id } = await made({ '@odata.type': '#microsoft.graph.androidDeviceOwnerCompliancePolicy' }, 'beta');
    expect((await hub.get(`/beta${PATH}/${id}`)).body['@odata.type']).toBe(
      '#microsoft.graph.androidDeviceOwnerCompliancePolicy',
    );
    const answer = await hub.get(`/v1.0${PATH}/${id}`);
    expect(answer.status).toBe(404);
    expect(answer.body.error.message).toContain('beta');
    expect((await hub.get(`/v1.0${PATH}`)).body.value.map((policy: { id: string }) => policy.id)).not.toContain(id);
    expect(hub.memory.compliancePolicy(id)?.platform).toBe('android');
  });
});

describe('assigning', () => {
  test('replaces the list and answers with it', async () => {
    const { id } = await made({ assignments: [group(GROUP)] });
    const answer = await hub.post(`/v1.0${PATH}/${id}/microsoft.graph.assign`, {
      Assignments: [
        group(OTHER_GROUP),
        { target: { '@odata.type': '#microsoft.graph.exclusionGroupAssignmentTarget', groupId: GROUP } },
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body['@odata.context']).toBe(
      `https://hub.example:8443/v1.0/$metadata#deviceManagement/deviceCompliancePolicies('${id}')/assignments`,
    );
    expect(answer.body.value).toEqual([
      {
        id: `${id}_${OTHER_GROUP}`,
        target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: OTHER_GROUP },
      },
      {
        id: `${id}_${GROUP}`,
        target: { '@odata.type': '#microsoft.graph.exclusionGroupAssignmentTarget', groupId: GROUP },
      },
    ]);
    expect((await hub.get(`/v1.0${PATH}('${id}')/assignments`)).body.value).toEqual(answer.body.value);
    expect((await hub.get(`/v1.0${PATH}/${id}/assignments/${id}_${GROUP}`)).body.id).toBe(`${id}_${GROUP}`);
    expect((await hub.get(`/v1.0${PATH}/${id}/assignments/nothing`)).status).toBe(404);
    expect((await hub.get(`/v1.0${PATH}/${id}/assignments/$count`)).text).toBe('2');
    for (const body of [{}, { assignments: null }])
      expect((await hub.post(`/v1.0${PATH}/${id}/assign`, body)).body.error.target).toBe('assignments');
    expect((await hub.get(`/v1.0${PATH}/${id}/assignments/$count`)).text).toBe('2');
    expect((await hub.post(`/v1.0${PATH}/${id}/assign`, { assignments: [] })).body.value).toEqual([]);
    expect((await hub.post(`/v1.0${PATH}/${id}/assign`, {})).body.error.target).toBe('assignments');
  });

  test('an unknown policy is 404', async () => {
    expect((await hub.post(`/v1.0${PATH}/${GROUP}/assign`, { assignments: [] })).status).toBe(404);
  });
});

test('scheduleActionsForRules replaces the actions and answers 204', async () => {
  const { id } = await made();
  const answer = await hub.post(`/v1.0${PATH}/${id}/scheduleActionsForRules`, {
    deviceComplianceScheduledActionForRules: rules(block(48), { actionType: 'notification', gracePeriodHours: 1 }),
  });
  expect(answer.status).toBe(204);
  expect(answer.text).toBe('');
  expect(hub.memory.compliancePolicy(id)?.gracePeriodHours).toBe(48);
  const list = await hub.get(`/v1.0${PATH}/${id}/scheduledActionsForRule?$expand=scheduledActionConfigurations`);
  expect(list.body.value[0].scheduledActionConfigurations).toMatchObject([
    { actionType: 'block', gracePeriodHours: 48 },
    { actionType: 'notification' },
  ]);
  const ruleId = list.body.value[0].id;
  expect(
    (await hub.get(`/v1.0${PATH}/${id}/scheduledActionsForRule/${ruleId}/scheduledActionConfigurations`)).body.value,
  ).toHaveLength(2);
  expect(
    (await hub.post(`/v1.0${PATH}/${id}/scheduleActionsForRules`, { deviceComplianceScheduledActionForRules: [] }))
      .status,
  ).toBe(400);
});

test('policies can be found by name and by a derived type', async () => {
  await made({ displayName: "Ada's phones" });
  const found = await hub.get(`/v1.0${PATH}?$filter=displayName eq 'ada''s phones'&$expand=assignments`);
  expect(found.body.value).toHaveLength(1);
  expect(found.body.value[0].assignments).toEqual([]);
  const ios = await hub.get(`/beta${PATH}/$count?$filter=isof('microsoft.graph.androidDeviceOwnerCompliancePolicy')`);
  expect(ios.text).toBe('1');
});
