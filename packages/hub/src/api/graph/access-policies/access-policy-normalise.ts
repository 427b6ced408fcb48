import { isGraphBody, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';

/**
 * Rewrites a complete `conditionalAccessPolicy` as the real service does before it stores it. Declarative
 * tools compare what they sent with what they read; where we rewrote differently, they would see a change at
 * every run. Observed by the providers named in the Graph reference of the project; pure.
 */
export function normalisePolicy(body: GraphBody): GraphBody {
  return {
    ...body,
    conditions: normaliseConditions(body.conditions as GraphBody),
    grantControls: normaliseGrant(body.grantControls as GraphBody | null),
    sessionControls: normaliseSession(body.sessionControls as GraphBody | null),
  };
}

/** Members that the service leaves out where they hold nothing. Others stay as null. */
const LEFT_OUT_OF_CONDITIONS = [
  'insiderRiskLevels',
  'authenticationFlows',
  'servicePrincipalRiskLevels',
  'agentIdRiskLevels',
  'agentContext',
  'agents',
] as const;
const LEFT_OUT_OF_APPLICATIONS = ['globalSecureAccess', 'networkAccess'] as const;
const LEFT_OUT_OF_SESSION = ['globalSecureAccessFilteringProfile'] as const;

function normaliseConditions(conditions: GraphBody): GraphBody {
  const clientAppTypes = conditions.clientAppTypes as string[];
  return withoutEmpty(
    {
      ...conditions,
      clientAppTypes: clientAppTypes.length === 0 ? ['all'] : clientAppTypes,
      users: withGuests(withWords(conditions.users, ['All', 'None', 'GuestsOrExternalUsers', 'AllAgentIdUsers'])),
      applications: dropEmpty(
        withWords(conditions.applications, [
          'All',
          'None',
          'Office365',
          'MicrosoftAdminPortals',
          'AllAgentIdResources',
        ]),
        LEFT_OUT_OF_APPLICATIONS,
      ),
      platforms: nullIfEmpty(conditions.platforms),
      locations: nullIfEmpty(withWords(conditions.locations, ['All', 'AllTrusted'])),
      clientApplications: nullIfEmpty(conditions.clientApplications),
      devices: nullIfEmpty(conditions.devices),
    },
    LEFT_OUT_OF_CONDITIONS,
  );
}

/** Guests of the type `none` alone are nobody, so such a condition says nothing. */
function withGuests(users: GraphBody | null): GraphBody | null {
  if (users === null) return null;
  const guests = ['includeGuestsOrExternalUsers', 'excludeGuestsOrExternalUsers'].filter((name) => {
    const value = users[name];
    return (
      isGraphBody(value) && (isNothing(value.guestOrExternalUserTypes) || value.guestOrExternalUserTypes === 'none')
    );
  });
  return { ...users, ...Object.fromEntries(guests.map((name) => [name, null])) };
}

/** Ids in lower case, special words in the service's spelling, each once. */
function withWords(value: unknown, words: readonly string[]): GraphBody | null {
  if (!isGraphBody(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, list]) => [
      name,
      isTexts(list) ? [...new Set(list.map((item) => spelled(item, words)))] : list,
    ]),
  );
}

function spelled(item: string, words: readonly string[]): string {
  return words.find((word) => word.toLowerCase() === item.toLowerCase()) ?? canonicalId(item);
}

function normaliseGrant(grant: GraphBody | null): GraphBody | null {
  if (grant === null) return null;
  const controls = controlCount(grant);
  if (controls === 0) return null;
  const authenticationStrength = hasStrength(grant) ? grant.authenticationStrength : null;
  // One control is satisfied or not; the service calls that OR whatever was sent.
  const and = typeof grant.operator === 'string' && grant.operator.toUpperCase() === 'AND';
  return { ...grant, authenticationStrength, operator: and && controls > 1 ? 'AND' : 'OR' };
}

export function controlCount(grant: GraphBody): number {
  const lists = ['builtInControls', 'customAuthenticationFactors', 'termsOfUse'].map(
    (name) => (grant[name] ?? []) as string[],
  );
  return lists.flat().length + (hasStrength(grant) ? 1 : 0);
}

/** A strength is named by its id; one without an id is no control. */
function hasStrength({ authenticationStrength: strength }: GraphBody): boolean {
  return isGraphBody(strength) && !isNothing(strength.id) && strength.id !== '';
}

function normaliseSession(session: GraphBody | null): GraphBody | null {
  if (session === null) return null;
  const controls = Object.fromEntries(
    Object.entries(session).map(([name, control]) => [name, normaliseControl(name, control)]),
  );
  const effective = Object.values(controls).some(
    (control) => control === true || (isGraphBody(control) && control.isEnabled !== false),
  );
  return effective ? withoutEmpty(controls, LEFT_OUT_OF_SESSION) : null;
}

function normaliseControl(name: string, control: unknown): unknown {
  if (!isGraphBody(control) || !('isEnabled' in control)) return control;
  const filled = { ...control, isEnabled: control.isEnabled ?? true };
  if (name !== 'signInFrequency') return filled;
  return {
    ...filled,
    authenticationType: control.authenticationType ?? 'primaryAndSecondaryAuthentication',
    frequencyInterval: control.frequencyInterval ?? 'timeBased',
  };
}

function nullIfEmpty(value: unknown): GraphBody | null {
  if (!isGraphBody(value)) return null;
  return Object.values(value).every(isNothing) ? null : value;
}

function dropEmpty(value: GraphBody | null, names: readonly string[]): GraphBody | null {
  return value === null ? null : withoutEmpty(value, names);
}

function withoutEmpty(value: GraphBody, names: readonly string[]): GraphBody {
  return Object.fromEntries(
    Object.entries(value).filter(([name, member]) => !(names.includes(name) && isNothing(member))),
  );
}

/** What says nothing: null, an empty list, or not there at all. */
export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
