import { randomUUID } from 'node:crypto';
import { KNOWN_PARTNERS } from '@sallyport/contracts/graph/partners.ts';
import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { CONNECTORS, DEVICES as MANAGED_DEVICES } from '../commands/shared/find.ts';
import { DEVICES } from './devices.ts';

/** A partner of a sandbox and what it signs in with. */
export interface SandboxPartner {
  readonly name: string;
  readonly connectorId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Makes the organisation of a sandbox through the hub's API: phones with owners, policies, and the partners. */
export async function setUpSandbox(hub: HubClient, partners: readonly string[]): Promise<readonly SandboxPartner[]> {
  for (const device of DEVICES) {
    const userPrincipalName = `${device.name.split("'", 1)[0]?.toLowerCase() ?? ''}@sandbox.example`;
    const { id } = await hub.post<{ id: string }>('/v1.0/users', {
      displayName: userPrincipalName,
      userPrincipalName,
      mail: userPrincipalName,
      accountEnabled: true,
    });
    await hub.post(MANAGED_DEVICES, {
      id: device.managedDeviceId,
      deviceName: device.name,
      operatingSystem: device.operatingSystem,
      osVersion: '17',
      userId: id,
      managedDeviceOwnerType: 'company',
      azureADDeviceId: device.entraDeviceId,
      serialNumber: device.serialNumber,
      imei: device.imei,
      udid: device.udid,
      easDeviceId: device.easDeviceId,
    });
  }
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
      assignments: [{ target: { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' } }],
    });
  }
  await hub.post('/v1.0/identity/conditionalAccess/policies', {
    displayName: 'Mail from compliant phones only',
    state: 'enabled',
    conditions: {
      users: { includeUsers: ['All'] },
      applications: { includeApplications: ['00000002-0000-0ff1-ce00-000000000000'] },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
  });
  const made: SandboxPartner[] = [];
  for (const name of partners) made.push(await makePartner(hub, name));
  return made;
}

/** A known partner gets its well-known connector; another one a connector of its own. */
async function makePartner(hub: HubClient, name: string): Promise<SandboxPartner> {
  const known = KNOWN_PARTNERS.find(({ key }) => key === name.toLowerCase());
  const connectorId = known?.connectorId ?? randomUUID();
  await hub.post(CONNECTORS, {
    id: connectorId,
    androidEnabled: true,
    iosEnabled: true,
    partnerUnresponsivenessThresholdInDays: 7,
    ...(known === undefined ? { partnerDisplayName: name } : {}),
  });
  const { id, appId } = await hub.post<{ id: string; appId: string }>('/v1.0/applications', {
    displayName: name,
    permissions: ['update_device_health'],
    mobileThreatDefenseConnectorId: connectorId,
  });
  const { secretText } = await hub.post<{ secretText: string }>(`/v1.0/applications/${id}/addPassword`, {
    passwordCredential: { displayName: 'sandbox' },
  });
  return { name: known?.name ?? name, connectorId, clientId: appId, clientSecret: secretText };
}
