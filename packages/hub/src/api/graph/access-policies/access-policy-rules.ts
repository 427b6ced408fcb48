import { HubError } from '@sallyport/contracts';
import { isGraphBody, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { controlCount, isNothing } from './access-policy-normalise.ts';
import { requireText } from '../routes/documents.ts';

/** Entra's "MFA trusted IPs", which can be named and not be read. */
const MFA_TRUSTED_IPS = '00000000-0000-0000-0000-000000000000';

/** What every policy must say, in whatever state. `policy` is complete and normalised. */
export function requireSound(policy: GraphBody): void {
  requireText(policy, 'displayName');
  const conditions = policy.conditions as GraphBody;
  requireSomeone(conditions);
  requireInclude(conditions.applications, 'conditions.applications', [
    'includeApplications',
    'includeUserActions',
    'includeAuthenticationContextClassReferences',
    'applicationFilter',
  ]);
  // Exclusions alone would match nothing, and a policy that matches nothing closes nothing.
  if (isGraphBody(conditions.platforms))
    requireInclude(conditions.platforms, 'conditions.platforms', ['includePlatforms']);
  if (isGraphBody(conditions.locations))
    requireInclude(conditions.locations, 'conditions.locations', ['includeLocations']);
  requireControls(policy);
}

function requireSomeone(conditions: GraphBody): void {
  if (isGraphBody(conditions.clientApplications)) return;
  requireInclude(conditions.users, 'conditions.users', [
    'includeUsers',
    'includeGroups',
    'includeRoles',
    'includeGuestsOrExternalUsers',
  ]);
}

function requireInclude(condition: unknown, path: string, includes: readonly string[]): void {
  const names = isGraphBody(condition) ? includes.filter((name) => !isNothing(condition[name])) : [];
  if (names.length > 0) return;
  const [field = '', ...others] = includes.map((name) => `${path}.${name}`);
  throw new HubError(
    'invalid_request',
    `${field} must not be empty${others.length === 0 ? '' : `, unless ${others.join(' or ')} says what is included`}.`,
    { field },
  );
}

function requireControls({ grantControls: grant, sessionControls: session }: GraphBody): void {
  if (!isGraphBody(grant) && !isGraphBody(session)) {
    throw new HubError('invalid_request', 'A policy needs grantControls, or sessionControls that are switched on.', {
      field: 'grantControls',
    });
  }
  const controls = isGraphBody(grant) ? (grant.builtInControls as string[]) : [];
  if (controls.includes('block') && controls.length > 1) {
    throw new HubError('invalid_request', 'block cannot be combined with other controls.', {
      field: 'grantControls.builtInControls',
    });
  }
  const frequency = isGraphBody(session) ? session.signInFrequency : null;
  if (
    isGraphBody(frequency) &&
    frequency.isEnabled === true &&
    frequency.frequencyInterval === 'timeBased' &&
    (frequency.value === null || frequency.type === null)
  ) {
    throw new HubError('invalid_request', 'A signInFrequency that is timeBased needs value and type.', {
      field: 'sessionControls.signInFrequency.value',
    });
  }
}

/**
 * Before the policy is normalised: a word that is neither AND nor OR, or none where there are several controls,
 * must not quietly become OR, the weaker of the two.
 */
export function requireOperator(grant: unknown): void {
  if (!isGraphBody(grant)) return;
  const field = 'grantControls.operator';
  const { operator } = grant;
  if (typeof operator === 'string' && /^(?:and|or)$/i.test(operator)) return;
  if (!isNothing(operator) && operator !== '')
    throw new HubError('invalid_request', `${field} must be AND or OR, not ${JSON.stringify(operator).slice(0, 60)}.`, {
      field,
    });
  if (controlCount(grant) > 1)
    throw new HubError(
      'invalid_request',
      `${field} is required with several controls: AND for all of them, OR for any.`,
      { field },
    );
}

/** What we cannot evaluate, by path. A member named here must hold nothing in a policy that is on. */
const UNSUPPORTED = [
  'conditions.userRiskLevels',
  'conditions.signInRiskLevels',
  'conditions.servicePrincipalRiskLevels',
  'conditions.insiderRiskLevels',
  'conditions.authenticationFlows',
  'conditions.clientApplications',
  'conditions.agentIdRiskLevels',
  'conditions.agentContext',
  'conditions.agents',
  'conditions.devices.deviceFilter',
  'conditions.devices.includeDevices',
  'conditions.devices.excludeDevices',
  'conditions.devices.includeDeviceStates',
  'conditions.devices.excludeDeviceStates',
  'conditions.users.includeRoles',
  'conditions.users.excludeRoles',
  'conditions.users.includeGuestsOrExternalUsers',
  'conditions.users.excludeGuestsOrExternalUsers',
  'conditions.applications.applicationFilter',
  'conditions.applications.includeUserActions',
  'conditions.applications.includeAuthenticationContextClassReferences',
  'conditions.applications.networkAccess',
  'conditions.applications.globalSecureAccess',
  'grantControls.customAuthenticationFactors',
  'grantControls.termsOfUse',
  'grantControls.authenticationStrength',
] as const;

/** Words that stand for a set of users or places which we do not know. */
const UNSUPPORTED_WORDS: Readonly<Record<string, readonly string[]>> = {
  'conditions.users.includeUsers': ['GuestsOrExternalUsers', 'AllAgentIdUsers'],
  'conditions.users.excludeUsers': ['GuestsOrExternalUsers', 'AllAgentIdUsers'],
  'conditions.applications.includeApplications': ['AllAgentIdResources'],
  'conditions.applications.excludeApplications': ['AllAgentIdResources'],
  'conditions.locations.includeLocations': [MFA_TRUSTED_IPS],
  'conditions.locations.excludeLocations': [MFA_TRUSTED_IPS],
};

/**
 * A condition that is not evaluated would match nobody or everybody without a word, so a policy that is on
 * (report-only too) is refused for it. A disabled one is kept: it can be exported again as it came.
 */
export function refuseUnsupported(policy: GraphBody): void {
  if (policy.state === 'disabled') return;
  for (const path of UNSUPPORTED)
    if (!isNothing(at(policy, path))) throw unsupported(path, path.slice(path.lastIndexOf('.') + 1));
  for (const [path, words] of Object.entries(UNSUPPORTED_WORDS)) {
    const list = at(policy, path);
    const word = Array.isArray(list) ? words.find((each) => list.includes(each)) : undefined;
    if (word !== undefined) throw unsupported(path, word === MFA_TRUSTED_IPS ? 'MFA trusted IPs' : word);
  }
}

function unsupported(path: string, what: string): HubError {
  return new HubError(
    'invalid_request',
    `${what} is not supported yet, so the policy would not do what it says. Leave it out, or keep the policy in state "disabled".`,
    { field: path },
  );
}

function at(body: GraphBody, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => (isGraphBody(value) ? value[step] : undefined), body);
}
