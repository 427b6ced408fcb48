import type { DoorResource, HubClient } from '@sallyport/contracts/client/index.ts';
import { connectorIdOf } from '../commands/shared/find.ts';
import { ADA, ALAN, PLACES, type Person } from './people.ts';

const LOOKOUT = connectorIdOf('lookout');
const ZIMPERIUM = connectorIdOf('zimperium');
const CONNECTORS = '/v1.0/deviceManagement/mobileThreatDefenseConnectors';
export const DOOR_ID = 'front';

export interface VendorSettings {
  readonly lookoutUrl: string;
  readonly lookoutKey: string;
  readonly zimperiumSecret: string;
}

/** Everything an administrator would do, through the same API: partners, people, phones, policies. */
export async function setUp(hub: HubClient, vendors: VendorSettings): Promise<void> {
  const group = await people(hub);
  await policies(hub, group);
  await partners(hub, vendors);
}

async function people(hub: HubClient): Promise<string> {
  const members = await Promise.all([ADA, ALAN].map((person) => register(hub, person)));
  const { id } = await hub.post<{ id: string }>('/v1.0/groups', {
    displayName: 'Staff',
    mailNickname: 'staff',
    mailEnabled: false,
    securityEnabled: true,
    'members@odata.bind': members.map((member) => `${hub.baseUrl}/v1.0/directoryObjects/${member}`),
  });
  return id;
}

async function register(hub: HubClient, person: Person): Promise<string> {
  const { id } = await hub.post<{ id: string }>('/v1.0/users', {
    displayName: person.name,
    userPrincipalName: person.upn,
    mail: person.upn,
    accountEnabled: true,
    preferredLanguage: person.language,
  });
  await hub.post('/v1.0/deviceManagement/managedDevices', {
    id: person.deviceId,
    deviceName: person.deviceName,
    operatingSystem: person.system,
    osVersion: person.systemVersion,
    userId: id,
    managedDeviceOwnerType: 'company',
  });
  return id;
}

async function policies(hub: HubClient, groupId: string): Promise<void> {
  for (const [type, displayName] of [
    ['android', 'Android phones'],
    ['ios', 'iPhones'],
  ] as const) {
    await hub.post('/v1.0/deviceManagement/deviceCompliancePolicies', {
      '@odata.type': `#microsoft.graph.${type}CompliancePolicy`,
      displayName,
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      scheduledActionsForRule: [
        { ruleName: 'PasswordRequired', scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] },
      ],
      assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId } }],
    });
  }
  await hub.post('/v1.0/identity/conditionalAccess/policies', {
    displayName: 'Mail and files from compliant phones only',
    state: 'enabled',
    conditions: {
      users: { includeGroups: [groupId] },
      applications: { includeApplications: PLACES.map(({ application }) => application) },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
  });
}

/** Each partner watches one platform, and a phone that it has not spoken of yet is not let in. */
async function partners(hub: HubClient, { lookoutUrl, lookoutKey, zimperiumSecret }: VendorSettings): Promise<void> {
  await hub.post(CONNECTORS, {
    id: LOOKOUT,
    androidEnabled: true,
    androidDeviceBlockedOnMissingPartnerData: true,
    partnerUnresponsivenessThresholdInDays: 7,
  });
  await hub.post(CONNECTORS, {
    id: ZIMPERIUM,
    iosEnabled: true,
    iosDeviceBlockedOnMissingPartnerData: true,
    partnerUnresponsivenessThresholdInDays: 7,
  });
  await hub.put(`/admin/v1/connectors/${LOOKOUT}/vendor`, {
    vendor: 'lookout',
    settings: { baseUrl: lookoutUrl, applicationKey: lookoutKey },
  });
  await hub.put(`/admin/v1/connectors/${ZIMPERIUM}/vendor`, {
    vendor: 'zimperium',
    settings: { webhookSecret: zimperiumSecret },
  });
}

export function makeDoor(hub: HubClient, deviceCa: string): Promise<DoorResource> {
  return hub.post<DoorResource>('/admin/v1/doors', {
    id: DOOR_ID,
    displayName: 'Front gateway',
    deviceCa,
    applications: PLACES.map(({ prefix, application }) => ({ pathPrefix: prefix, application })),
  });
}

/** What the gateway shows to people. */
export function doorPages(hub: HubClient): Promise<string> {
  return hub.get<string>(`/admin/v1/doors/${DOOR_ID}/pages`);
}

/** Where Zimperium's export is pushed to. */
export function zimperiumPath(): string {
  return `/intake/${ZIMPERIUM}`;
}
