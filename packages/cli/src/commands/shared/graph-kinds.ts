/** Kinds of configuration that come in files: where they live, and how one is told from another. */
export interface GraphKind {
  readonly name:
    | 'users'
    | 'groups'
    | 'managedDevices'
    | 'mobileThreatDefenseConnectors'
    | 'namedLocations'
    | 'deviceCompliancePolicies'
    | 'conditionalAccessPolicies';
  /** For messages: "user". */
  readonly one: string;
  /** beta for what most exports are taken from beta for: it knows all that v1.0 does, and more. */
  readonly path: string;
  /** What finds an item again that has no id of this hub; several may share it, save users. */
  readonly naturalKey: 'userPrincipalName' | 'displayName' | undefined;
  /** Properties without which it cannot be made. */
  readonly required: readonly string[];
  /** Properties that are calls of their own and not part of the item. */
  readonly apart: readonly string[];
  /** In the model of Graph. */
  readonly type: string;
  /** What the model does not know of it is left out, and not refused. */
  readonly lenient: boolean;
}

/** In the order in which they refer to each other. */
export const GRAPH_KINDS: readonly GraphKind[] = [
  {
    name: 'users',
    one: 'user',
    path: '/v1.0/users',
    naturalKey: 'userPrincipalName',
    required: ['userPrincipalName', 'displayName'],
    apart: [],
    type: 'user',
    lenient: true,
  },
  {
    name: 'managedDevices',
    one: 'device',
    path: '/beta/deviceManagement/managedDevices',
    naturalKey: undefined,
    required: ['operatingSystem'],
    apart: ['deviceCompliancePolicyStates'],
    type: 'managedDevice',
    lenient: true,
  },
  {
    name: 'groups',
    one: 'group',
    path: '/v1.0/groups',
    naturalKey: 'displayName',
    required: ['displayName'],
    apart: ['members', 'members@odata.bind'],
    type: 'group',
    lenient: true,
  },
  {
    name: 'mobileThreatDefenseConnectors',
    one: 'connector',
    path: '/beta/deviceManagement/mobileThreatDefenseConnectors',
    naturalKey: undefined,
    required: ['id'],
    apart: [],
    type: 'mobileThreatDefenseConnector',
    lenient: false,
  },
  {
    name: 'namedLocations',
    one: 'named location',
    path: '/beta/identity/conditionalAccess/namedLocations',
    naturalKey: 'displayName',
    required: ['displayName', '@odata.type'],
    apart: [],
    type: 'namedLocation',
    lenient: false,
  },
  {
    name: 'deviceCompliancePolicies',
    one: 'compliance policy',
    path: '/beta/deviceManagement/deviceCompliancePolicies',
    naturalKey: 'displayName',
    required: ['displayName', '@odata.type', 'scheduledActionsForRule'],
    apart: ['assignments', 'scheduledActionsForRule'],
    type: 'deviceCompliancePolicy',
    lenient: false,
  },
  {
    name: 'conditionalAccessPolicies',
    one: 'conditional access policy',
    path: '/beta/identity/conditionalAccess/policies',
    naturalKey: 'displayName',
    required: ['displayName', 'conditions'],
    apart: [],
    type: 'conditionalAccessPolicy',
    lenient: false,
  },
];

export function versionOf({ path }: GraphKind): 'v1.0' | 'beta' {
  return path.startsWith('/beta/') ? 'beta' : 'v1.0';
}

export function kindNamed(name: string): GraphKind | undefined {
  const lower = ALIASES.get(name.toLowerCase()) ?? name.toLowerCase();
  return GRAPH_KINDS.find((kind) => kind.name.toLowerCase() === lower);
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['devices', 'manageddevices'],
  ['connectors', 'mobilethreatdefenseconnectors'],
  ['compliancepolicies', 'devicecompliancepolicies'],
  ['locations', 'namedlocations'],
  ['accesspolicies', 'conditionalaccesspolicies'],
]);

/** What a single policy is, by what only it has. */
export function kindOfPolicy(item: Readonly<Record<string, unknown>>): GraphKind | undefined {
  const type = typeof item['@odata.type'] === 'string' ? item['@odata.type'] : '';
  if (/compliancepolicy$/iu.test(type)) return kindNamed('deviceCompliancePolicies');
  if (/namedlocation$/iu.test(type)) return kindNamed('namedLocations');
  return 'conditions' in item ? kindNamed('conditionalAccessPolicies') : undefined;
}
