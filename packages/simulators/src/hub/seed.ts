import { readFileSync } from 'node:fs';
import { newDeviceAuthority } from '../device-ca/device-ca.ts';
import { call, tokenOf } from './call.ts';
import type { HubProcess } from './start-hub.ts';

/** What an administrator set a hub up with: two partners, policies for both platforms, people, phones and a door. */
export interface Seeded {
  /** The hub's, in PEM. */
  readonly ca: string;
  /** Token of the administrator. */
  readonly admin: string;
  /** Token of a gateway that asks for decisions. */
  readonly evaluator: string;
  readonly partners: readonly Partner[];
  readonly phones: readonly Phone[];
  readonly door: { readonly id: string; readonly key: string };
}

export interface Partner {
  readonly connectorId: string;
  readonly token: string;
}

export interface Phone {
  readonly id: string;
  /** User principal name. */
  readonly user: string;
}

/** As the administrator; throws unless it succeeds. */
type Post = <T = { readonly id: string }>(path: string, body: unknown) => Promise<T>;

const CONNECTORS = ['2c7790de-8b02-4814-85cf-e0c59380dee8', '08a8455c-48dd-45ff-ad82-7211355354f3'];
const EVERYBODY = [{ target: { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' } }];
const BLOCK = [
  {
    ruleName: 'PasswordRequired',
    scheduledActionConfigurations: [
      { actionType: 'block', gracePeriodHours: 0, notificationTemplateId: '', notificationMessageCCList: [] },
    ],
  },
];

/** Sets up a hub that is new, through its API: an application (`Exchange`) that only compliant phones may use. */
export async function seed(hub: HubProcess, phoneCount: number): Promise<Seeded> {
  const ca = readFileSync(hub.admin.caFile, 'utf8');
  const admin = await tokenOf(hub.admin.tokenEndpoint, ca, hub.admin.clientId, hub.admin.clientSecret);
  const post: Post = async (path, body) => {
    const answer = await call(`${hub.baseUrl}${path}`, ca, { token: admin, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return (answer.text === '' ? {} : answer.json()) as never;
  };
  await addConnectors(post);
  await addPolicies(post);
  const phones: Phone[] = [];
  for (let n = 0; n < phoneCount; n += 1) phones.push(await addPhone(n, post));
  const tokenFor = (application: object): Promise<string> => addClient(hub, ca, post, application);
  const evaluator = await tokenFor({ displayName: 'Gateway', permissions: ['Sallyport.Access.Evaluate'] });
  const partners = await Promise.all(CONNECTORS.map((connectorId, i) => addPartner(connectorId, i, tokenFor)));
  return { ca, admin, evaluator, partners, phones, door: await addDoor(post) };
}

async function addConnectors(post: Post): Promise<void> {
  for (const id of CONNECTORS) {
    await post('/v1.0/deviceManagement/mobileThreatDefenseConnectors', {
      id,
      androidEnabled: true,
      iosEnabled: true,
      partnerUnresponsivenessThresholdInDays: 7,
    });
  }
}

async function addPolicies(post: Post): Promise<void> {
  for (const platform of ['android', 'ios']) {
    const policy = await post('/v1.0/deviceManagement/deviceCompliancePolicies', {
      '@odata.type': `#microsoft.graph.${platform}CompliancePolicy`,
      displayName: platform,
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      scheduledActionsForRule: BLOCK,
    });
    await post(`/v1.0/deviceManagement/deviceCompliancePolicies/${policy.id}/assign`, { assignments: EVERYBODY });
  }
  await post('/v1.0/identity/conditionalAccess/policies', {
    displayName: 'Compliant phones only',
    state: 'enabled',
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
    conditions: {
      users: { includeUsers: ['All'] },
      applications: { includeApplications: ['All'] },
      clientAppTypes: ['all'],
    },
  });
}

async function addPhone(n: number, post: Post): Promise<Phone> {
  const user = `person${n}@example.com`;
  await post('/v1.0/users', {
    userPrincipalName: user,
    displayName: `Person ${n}`,
    mailNickname: `person${n}`,
    accountEnabled: true,
  });
  const device = await post('/v1.0/deviceManagement/managedDevices', {
    deviceName: `Phone ${n}`,
    operatingSystem: n % 2 === 0 ? 'Android' : 'iOS',
    osVersion: n % 2 === 0 ? '14' : '18.1',
    serialNumber: `SERIAL-${n}`,
    userPrincipalName: user,
    managedDeviceOwnerType: 'company',
  });
  return { id: device.id, user };
}

/** @returns a token of the new client */
async function addClient({ admin }: HubProcess, ca: string, post: Post, application: object): Promise<string> {
  const { id, appId } = await post<{ id: string; appId: string }>('/v1.0/applications', application);
  const { secretText } = await post<{ secretText: string }>(`/v1.0/applications/${id}/addPassword`, {
    passwordCredential: { displayName: 'test' },
  });
  return tokenOf(admin.tokenEndpoint, ca, appId, secretText);
}

async function addPartner(
  connectorId: string,
  index: number,
  tokenFor: (application: object) => Promise<string>,
): Promise<Partner> {
  const token = await tokenFor({
    displayName: `Partner ${index}`,
    permissions: ['update_device_health'],
    mobileThreatDefenseConnectorId: connectorId,
  });
  return { connectorId, token };
}

async function addDoor(post: Post): Promise<Seeded['door']> {
  const { cert } = await newDeviceAuthority();
  const door = { id: 'front', displayName: 'Front', defaultApplication: 'Exchange', deviceCa: cert };
  const { secret } = await post<{ secret: string }>('/admin/v1/doors', door);
  return { id: door.id, key: secret };
}
