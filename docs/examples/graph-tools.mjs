// Lists connectors and devices with Microsoft's own libraries, unmodified.
// NODE_EXTRA_CA_CERTS=data/tls/ca.pem node docs/examples/graph-tools.mjs data/admin.json
import { readFileSync } from 'node:fs';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { Client } from '@microsoft/microsoft-graph-client';

const { baseUrl, tenantId, clientId, clientSecret } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { host, hostname } = new URL(baseUrl);

const msal = new ConfidentialClientApplication({
  auth: { clientId, clientSecret, authority: `${baseUrl}/${tenantId}`, knownAuthorities: [host] },
});
const graph = Client.init({
  baseUrl: `${baseUrl}/`,
  customHosts: new Set([hostname]),
  authProvider: async (done) => {
    const token = await msal.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });
    done(null, token.accessToken);
  },
});

const connectors = await graph.api('/deviceManagement/mobileThreatDefenseConnectors').version('beta').get();
const devices = await graph.api('/deviceManagement/managedDevices').select('deviceName,complianceState').get();
for (const { partnerDisplayName, partnerState } of connectors.value)
  console.log(`${partnerDisplayName}: ${partnerState}`);
for (const { deviceName, complianceState } of devices.value) console.log(`${deviceName}: ${complianceState}`);
