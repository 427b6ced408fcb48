import type { Store, Transaction } from '@sallyport/hub/store/store.ts';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { hashOfSecret } from '@sallyport/hub/platform/secrets.ts';
import type { ApplicationDocument } from '@sallyport/hub/platform/application.ts';
import { makePolicies, type Policy } from '../decisions/scenario.ts';
import { guid } from '../shared/guid.ts';
import { deviceId, deviceRow, groupsOfUser, GROUPS, postureRow, userBody, type FleetSize } from './people.ts';

/**
 * A made-up organisation, written straight into a store: two partners, five compliance policies, a hundred
 * conditional access policies, people in groups, and their phones. The first start of a hub on it evaluates
 * every device; it is then as any fleet that has been running.
 */
export const CONNECTORS = ['2c7790de-8b02-4814-85cf-e0c59380dee8', '08a8455c-48dd-45ff-ad82-7211355354f3'] as const;
export const DOOR_ID = 'bench';
export const SECRET = 'only-for-measuring-on-this-machine-0123456789';
export const ANDROID_THREAT_POLICY = guid('c000', 0);
export const IOS_THREAT_POLICY = guid('c000', 1);
/** Client ids: each may do one thing. */
export const EVALUATOR = guid('aa01', 1);
export const PARTNERS: readonly string[] = CONNECTORS.map((_, i) => guid('aa02', i));

const AT = Date.parse('2026-03-01T08:00:00Z');
const CHUNK = 2_000;

export async function writeOrganisation(store: Store, size: FleetSize): Promise<void> {
  await writeRules(store);
  await writePeople(store, size);
  // In the order of their ids, which spares the database the moving about of pages.
  const order = Array.from({ length: size.devices }, (_, n) => n).sort((a, b) => (deviceId(a) < deviceId(b) ? -1 : 1));
  for (let n = 0; n < size.devices; n += CHUNK) {
    const numbers = order.slice(n, n + CHUNK);
    await store.transaction(async (tx) => {
      await tx.devices.put(numbers.map((i) => deviceRow(i, size, AT)));
      await tx.postures.put(numbers.map((i) => postureRow(i, CONNECTORS, AT)));
    });
  }
}

async function writeRules(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (const [i, id] of CONNECTORS.entries()) {
      await tx.documents.put(
        'mobileThreatDefenseConnector',
        id,
        {
          partnerDisplayName: `Partner ${i + 1}`,
          androidEnabled: true,
          iosEnabled: true,
          partnerUnresponsivenessThresholdInDays: 7,
        },
        AT,
      );
      await tx.heartbeats.set(id, Date.now());
    }
    for (const [id, body] of compliancePolicies()) await tx.documents.put('deviceCompliancePolicy', id, body, AT);
    await tx.documents.put(
      'namedLocation',
      guid('10ca', 1),
      {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName: 'Head office',
        isTrusted: true,
        ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '10.20.0.0/16' }],
      },
      AT,
    );
    for (const policy of makePolicies(100))
      await tx.documents.put('conditionalAccessPolicy', policy.id, accessPolicyBody(policy), AT);
    for (const [i, id] of GROUPS.entries())
      await tx.documents.put('group', id, { displayName: `Group ${i}`, securityEnabled: true, mailEnabled: false }, AT);
    await putClient(tx, EVALUATOR, 'Gateway', ['Sallyport.Access.Evaluate'], null);
    for (const [i, id] of CONNECTORS.entries())
      await putClient(tx, PARTNERS[i] as string, `Partner ${i + 1}`, ['update_device_health'], id);
    await tx.documents.put(
      'door',
      DOOR_ID,
      {
        kind: 'nginx',
        displayName: 'Bench',
        enabled: true,
        secretHash: hashOfSecret(SECRET),
        hint: SECRET.slice(0, 3),
        applications: [],
        defaultApplication: 'Exchange',
        deviceCa: (await newDeviceAuthority()).cert,
        userFrom: 'device',
        language: 'en',
        failMode: 'closed',
        failOpenReason: null,
      },
      AT,
    );
  });
}

async function putClient(
  tx: Transaction,
  appId: string,
  displayName: string,
  permissions: readonly string[],
  connectorId: string | null,
): Promise<void> {
  const body: ApplicationDocument = {
    appId,
    displayName,
    permissions: [...permissions],
    mobileThreatDefenseConnectorId: connectorId,
    identifierUris: [],
    deviceTrustSet: null,
    supportedObligations: [],
    strictContext: false,
    passwordCredentials: [
      {
        keyId: appId,
        displayName: null,
        hint: SECRET.slice(0, 3),
        hash: hashOfSecret(SECRET),
        startDateTime: new Date(AT).toISOString(),
        endDateTime: '2099-01-01T00:00:00Z',
      },
    ],
  };
  await tx.documents.put('application', appId, { ...body }, AT);
}

/** Two for each platform (threat level, OS version), and one that only a group gets. */
function compliancePolicies(): readonly (readonly [string, Record<string, unknown>])[] {
  const everybody = [{ target: { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' } }];
  const block = [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }];
  const threat = (level: string) => ({
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: level,
  });
  const policy = (type: string, rules: object, assignments: object = everybody) => ({
    '@odata.type': `#microsoft.graph.${type}CompliancePolicy`,
    displayName: type,
    scheduledActionsForRule: block,
    assignments,
    ...rules,
  });
  const oneGroup = [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: GROUPS[0] } }];
  return [
    policy('android', threat('low')),
    policy('ios', threat('low')),
    policy('android', { osMinimumVersion: '13.0' }),
    policy('ios', { osMinimumVersion: '17.0' }),
    policy('ios', threat('secured'), oneGroup),
  ].map((body, i) => [guid('c000', i), body] as const);
}

function accessPolicyBody({ group, application, platform, grant, exceptTrusted }: Policy): Record<string, unknown> {
  return {
    displayName: 'Policy',
    state: 'enabled',
    conditions: {
      users: { includeGroups: [group] },
      applications: { includeApplications: [application ?? 'All'] },
      ...(platform === undefined ? {} : { platforms: { includePlatforms: [platform] } }),
      ...(exceptTrusted ? { locations: { includeLocations: ['All'], excludeLocations: ['AllTrusted'] } } : {}),
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: [grant] },
  };
}

async function writePeople(store: Store, { users }: FleetSize): Promise<void> {
  for (let n = 0; n < users; n += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, users - n) }, (_, i) => n + i);
    await store.transaction(async (tx) => {
      const puts = numbers.map((i) => tx.documents.put('user', guid('1111', i), userBody(i), AT));
      const members = new Map<string, string[]>();
      for (const i of numbers)
        for (const group of groupsOfUser(i)) members.set(group, [...(members.get(group) ?? []), guid('1111', i)]);
      for (const [group, ids] of members) await tx.members.add(group, ids);
      await Promise.all(puts);
    });
  }
}
