/** Kinds of configuration that come in files: where they live, and how one is told from another. */
export interface GraphKind {
  readonly name: 'users' | 'groups' | 'managedDevices' | 'mobileThreatDefenseConnectors' | 'namedLocations' | 'deviceCompliancePolicies' | 'conditionalAccessPolicies';
  /** For messages: "user". */
  readonly one: string;
  /** beta, where a type or property is only there. */
  readonly path: string;
  /** What finds an item again that has no id of this hub; unique among its kind. */
  readonly naturalKey: 'userPrincipalName' | 'displayName' | undefined;
  /** Properties without which it cannot be made. */
  readonly required: readonly string[];
  /** Properties that are calls of their own and not part of the item. */
  readonly apart: readonly string[];
}

/** In the order in which they refer to each other. */
export const GRAPH_KINDS: readonly GraphKind[] = [
  { name: 'users', one: 'user', path: '/v1.0/users', naturalKey: 'userPrincipalName', required: ['userPrincipalName', 'displayName'], apart: [] },
  { name: 'managedDevices', one: 'device', path: '/beta/deviceManagement/managedDevices', naturalKey: undefined, required: ['operatingSystem'], apart: ['deviceCompliancePolicyStates'] },
  { name: 'groups', one: 'group', path: '/v1.0/groups', naturalKey: 'displayName', required: ['displayName'], apart: ['members', 'members@odata.bind'] },
  { name: 'mobileThreatDefenseConnectors', one: 'connector', path: '/beta/deviceManagement/mobileThreatDefenseConnectors', naturalKey: undefined, required: ['id'], apart: [] },
  { name: 'namedLocations', one: 'named location', path: '/v1.0/identity/conditionalAccess/namedLocations', naturalKey: 'displayName', required: ['displayName', '@odata.type'], apart: [] },
  {
    name: 'deviceCompliancePolicies', one: 'compliance policy', path: '/beta/deviceManagement/deviceCompliancePolicies', naturalKey: 'displayName',
    required: ['displayName', '@odata.type', 'scheduledActionsForRule'], apart: ['assignments', 'scheduledActionsForRule'],
  },
  { name: 'conditionalAccessPolicies', one: 'conditional access policy', path: '/v1.0/identity/conditionalAccess/policies', naturalKey: 'displayName', required: ['displayName', 'conditions'], apart: [] },
];

export function kindNamed(name: string): GraphKind | undefined {
  const lower = ALIASES.get(name.toLowerCase()) ?? name.toLowerCase();
  return GRAPH_KINDS.find((kind) => kind.name.toLowerCase() === lower);
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['devices', 'manageddevices'], ['connectors', 'mobilethreatdefenseconnectors'], ['compliancepolicies', 'devicecompliancepolicies'],
  ['locations', 'namedlocations'], ['accesspolicies', 'conditionalaccesspolicies'],
]);

/** What a single policy is, by what only it has. */
export function kindOfPolicy(item: Readonly<Record<string, unknown>>): GraphKind | undefined {
  const type = typeof item['@odata.type'] === 'string' ? item['@odata.type'] : '';
  if (/compliancepolicy$/iu.test(type)) return kindNamed('deviceCompliancePolicies');
  if (/namedlocation$/iu.test(type)) return kindNamed('namedLocations');
  return 'conditions' in item ? kindNamed('conditionalAccessPolicies') : undefined;
}
