/**
 * An administrator's script, run as a process of its own because Node reads NODE_EXTRA_CA_CERTS at start:
 * sets up connector, policies, people and a phone with the unmodified @azure/msal-node and
 * @microsoft/microsoft-graph-client. Prints what it made as JSON.
 */
import { readFileSync } from 'node:fs';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { Client, PageIterator, type PageCollection } from '@microsoft/microsoft-graph-client';
import type { Admin } from '@sallyport/simulators/hub';

const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const admin = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Admin;
const deviceId = process.argv[3] as string;
const { host, hostname } = new URL(admin.baseUrl);

const msal = new ConfidentialClientApplication({
  auth: {
    clientId: admin.clientId,
    clientSecret: admin.clientSecret,
    authority: `${admin.baseUrl}/${admin.tenantId}`,
    knownAuthorities: [host],
  },
});
const graph = Client.init({
  baseUrl: `${admin.baseUrl}/`,
  defaultVersion: 'v1.0',
  customHosts: new Set([hostname]),
  authProvider: (done) => {
    msal.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] }).then(
      (result) => done(null, result?.accessToken ?? null),
      (error: unknown) => done(error, null),
    );
  },
});

// A client does POST with the well-known id when GET answers 404 (section 1.1 of the notes on Graph).
const missing = await graph
  .api(`/deviceManagement/mobileThreatDefenseConnectors/${LOOKOUT}`)
  .get()
  .then(
    () => 'found',
    (error: { statusCode: number; code: string }) => `${error.statusCode} ${error.code}`,
  );
const connector = await graph
  .api('/deviceManagement/mobileThreatDefenseConnectors')
  .post({ id: LOOKOUT, partnerUnresponsivenessThresholdInDays: 7 });
const patched = await graph
  .api(`/deviceManagement/mobileThreatDefenseConnectors/${LOOKOUT}`)
  .patch({ androidEnabled: true, androidDeviceBlockedOnMissingPartnerData: false });

const user = await graph
  .api('/users')
  .post({
    userPrincipalName: 'ada@example.com',
    displayName: 'Ada',
    mailNickname: 'ada',
    mail: 'ada@example.com',
    accountEnabled: true,
    preferredLanguage: 'sv',
  });
const group = await graph
  .api('/groups')
  .post({ displayName: 'Staff', mailNickname: 'staff', mailEnabled: false, securityEnabled: true });
await graph
  .api(`/groups/${group.id}/members/$ref`)
  .post({ '@odata.id': `${admin.baseUrl}/v1.0/directoryObjects/${user.id}` });

const policy = await graph
  .api('/deviceManagement/deviceCompliancePolicies')
  .post({
    '@odata.type': '#microsoft.graph.androidCompliancePolicy',
    displayName: 'Android phones',
    description: 'Threats at most low',
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: 'low',
    passwordRequired: true,
    passwordMinimumLength: 6,
    scheduledActionsForRule: [
      {
        ruleName: 'PasswordRequired',
        scheduledActionConfigurations: [
          { actionType: 'block', gracePeriodHours: 0, notificationTemplateId: '', notificationMessageCCList: [] },
        ],
      },
    ],
  });
await graph
  .api(`/deviceManagement/deviceCompliancePolicies/${policy.id}/assign`)
  .post({ assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: group.id } }] });
const expanded = await graph
  .api(`/deviceManagement/deviceCompliancePolicies/${policy.id}`)
  .expand('assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)')
  .get();

const access = await graph
  .api('/identity/conditionalAccess/policies')
  .post({
    displayName: 'Mail and files from compliant phones only',
    state: 'enabled',
    conditions: {
      users: { includeGroups: [group.id] },
      applications: {
        includeApplications: ['00000002-0000-0ff1-ce00-000000000000', '00000003-0000-0ff1-ce00-000000000000'],
      },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'AND', builtInControls: ['compliantDevice'] },
  });
const device = await graph
  .api('/deviceManagement/managedDevices')
  .post({
    id: deviceId,
    deviceName: "Ada's phone",
    operatingSystem: 'Android',
    osVersion: '14',
    serialNumber: 'SN-ADA-1',
    userPrincipalName: 'ada@example.com',
    managedDeviceOwnerType: 'company',
  });

// What a partner and a gateway sign in with.
const partner = await graph
  .api('/applications')
  .post({ displayName: 'Lookout', permissions: ['update_device_health'], mobileThreatDefenseConnectorId: LOOKOUT });
const partnerSecret = await graph
  .api(`/applications/${partner.id}/addPassword`)
  .post({ passwordCredential: { displayName: 'first' } });
const gateway = await graph
  .api('/applications')
  .post({ displayName: 'Gateway', permissions: ['Sallyport.Access.Evaluate'] });
const gatewaySecret = await graph
  .api(`/applications/${gateway.id}/addPassword`)
  .post({ passwordCredential: { displayName: 'first' } });

// Pages are followed by the SDK's own iterator, which needs absolute https links.
const names: string[] = [];
const first = (await graph.api('/users').top(1).select('displayName').get()) as PageCollection;
await new PageIterator(graph, first, (item: { displayName: string }) => {
  names.push(item.displayName);
  return true;
}).iterate();

process.stdout.write(
  `${JSON.stringify({
    missing,
    connector,
    patched,
    user,
    group,
    expanded,
    access,
    device,
    names,
    partner: { clientId: partner.appId, clientSecret: partnerSecret.secretText },
    gateway: { clientId: gateway.appId, clientSecret: gatewaySecret.secretText },
  })}\n`,
);
