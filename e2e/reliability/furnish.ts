import { readFileSync } from 'node:fs';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { call, tokenOf, type HubProcess } from '../shared/hub-process.ts';

/** What a hub under load is set up with: two partners, policies for both platforms, people, phones and a door. */
export interface Furnished {
  readonly ca: string;
  readonly admin: string;
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
  readonly user: string;
}

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

export async function furnish(hub: HubProcess, phoneCount: number): Promise<Furnished> {
  const ca = readFileSync(hub.admin.caFile, 'utf8');
  const admin = await tokenOf(hub.admin.tokenEndpoint, ca, hub.admin.clientId, hub.admin.clientSecret);
  const post = async (path: string, body: unknown): Promise<Record<string, any>> => {
    const answer = await call(`${hub.baseUrl}${path}`, ca, { token: admin, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : answer.json<Record<string, any>>();
  };
  for (const id of CONNECTORS) {
    await post('/v1.0/deviceManagement/mobileThreatDefenseConnectors', {
      id,
      androidEnabled: true,
      iosEnabled: true,
      partnerUnresponsivenessThresholdInDays: 7,
    });
  }
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
  const phones: Phone[] = [];
  for (let n = 0; n < phoneCount; n += 1) phones.push(await newPhone(n, post));
  const tokenFor = async (application: Record<string, unknown>): Promise<string> => {
    const made = await post('/v1.0/applications', application);
    const { secretText } = await post(`/v1.0/applications/${made.id}/addPassword`, {
      passwordCredential: { displayName: 'test' },
    });
    return tokenOf(hub.admin.tokenEndpoint, ca, made.appId, secretText);
  };
  const door = await post('/admin/v1/doors', {
    id: 'front',
    displayName: 'Front',
    defaultApplication: 'Exchange',
    deviceCa: (await newDeviceAuthority()).cert,
  });
  return {
    ca,
    admin,
    phones,
    evaluator: await tokenFor({ displayName: 'Gateway', permissions: ['Sallyport.Access.Evaluate'] }),
    partners: await Promise.all(
      CONNECTORS.map(async (connectorId, i) => ({
        connectorId,
        token: await tokenFor({
          displayName: `Partner ${i}`,
          permissions: ['update_device_health'],
          mobileThreatDefenseConnectorId: connectorId,
        }),
      })),
    ),
    door: { id: 'front', key: door.secret },
  };
}

async function newPhone(
  n: number,
  post: (path: string, body: unknown) => Promise<Record<string, any>>,
): Promise<Phone> {
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
