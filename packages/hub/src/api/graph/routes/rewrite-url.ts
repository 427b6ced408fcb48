const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const TENANT_SEGMENT = new RegExp(`^/(v1\\.0|beta)/(${GUID})(?=/)`, 'i');

/**
 * The words of our Graph paths: Graph takes them in any letter case, and real scripts write
 * `identity/ConditionalAccess/policies`. A test compares with the routes.
 */
export const SEGMENTS: readonly string[] = [
  '$batch',
  '$count',
  '$metadata',
  '$ref',
  'addPassword',
  'applications',
  'assign',
  'assignments',
  'auditEvents',
  'conditionalAccess',
  'detectedApps',
  'deviceCompliancePolicies',
  'deviceCompliancePolicyStates',
  'deviceManagement',
  'group',
  'groups',
  'identity',
  'managedDevices',
  'memberOf',
  'members',
  'mobileThreatDefenseConnectors',
  'namedLocations',
  'policies',
  'removePassword',
  'scheduleActionsForRules',
  'scheduledActionConfigurations',
  'scheduledActionsForRule',
  'settings',
  'transitiveMemberOf',
  'transitiveMembers',
  'user',
  'users',
];
/** What stands before the key in the one spelling of `applications(appId='...')`. */
export const BY_APP_ID = 'appId=';
const SPELLED = new Map(SEGMENTS.map((segment) => [segment.toLowerCase(), segment]));

/**
 * The address of a Graph request in the one spelling that our routes know: for Fastify's `rewriteUrl`.
 * Real clients write `/users('ada@example.org')` for `/users/ada@example.org`, `/applications(appId='...')`, `%24batch` for
 * `$batch`, `/microsoft.graph.assign` for `/assign`, write paths in other letter cases, put the tenant after the version (older
 * Terraform providers), and know conditional access policies under a second path. Other addresses stay as they are.
 */
export function rewriteGraphUrl(url: string, tenantId?: string): string {
  if (!/^\/(?:v1\.0|beta)\//i.test(url)) return url;
  const cut = url.indexOf('?');
  const path = cut === -1 ? url : url.slice(0, cut);
  return rewritePath(path, tenantId?.toLowerCase()) + (cut === -1 ? '' : url.slice(cut));
}

function rewritePath(path: string, tenantId: string | undefined): string {
  return path
    .replace(/^\/(v1\.0|beta)/i, (version) => version.toLowerCase())
    .replace(TENANT_SEGMENT, (whole, version: string, tenant: string) =>
      tenant.toLowerCase() === tenantId ? `/${version}` : whole,
    )
    .replace(/%24/g, '$')
    .replace(/\/applications\(appId(?:=|%3D)(?:'|%27)([0-9a-z-]+)(?:'|%27)\)(?=\/|$)/i, `/applications/${BY_APP_ID}$1`)
    .replace(
      /\((?:'|%27)((?:[^'()]|'')+?)(?:'|%27)\)(?=\/|$)/gi,
      (_whole, key: string) => `/${key.replace(/(?:'|%27){2}/g, "'")}`,
    )
    .replace(/\/(?:microsoft\.)?graph\.(?=[a-z])/gi, '/')
    .replace(/\/policies\/conditionalAccessPolicies(?=\/|$)/i, '/identity/conditionalAccess/policies')
    .replace(/[^/]+/g, (segment) => SPELLED.get(segment.toLowerCase()) ?? segment);
}
