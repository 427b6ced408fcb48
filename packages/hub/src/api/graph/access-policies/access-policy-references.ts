import { HubError } from '@sallyport/contracts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import { isGraphBody, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import type { AccessView } from '../../../view/ports.ts';
import type { DocumentKind, Transaction } from '../../../store/store.ts';

const WORDS: ReadonlySet<string> = new Set([
  'All',
  'None',
  'GuestsOrExternalUsers',
  'AllAgentIdUsers',
  'AllTrusted',
  'Office365',
  'MicrosoftAdminPortals',
  'AllAgentIdResources',
  '00000000-0000-0000-0000-000000000000',
]);

interface Reference {
  readonly condition: string;
  readonly names: readonly string[];
  readonly kind: DocumentKind;
  readonly what: string;
}

const REFERENCES: readonly Reference[] = [
  { condition: 'users', names: ['includeUsers', 'excludeUsers'], kind: 'user', what: 'user' },
  { condition: 'users', names: ['includeGroups', 'excludeGroups'], kind: 'group', what: 'group' },
  {
    condition: 'locations',
    names: ['includeLocations', 'excludeLocations'],
    kind: 'namedLocation',
    what: 'named location',
  },
];

/**
 * Everything that the conditions name must exist; a missing group would make the policy apply to nobody.
 * `within`: only these conditions, so that a policy which names somebody deleted since can still be changed.
 */
export async function requireReferences(
  conditions: GraphBody,
  tx: Transaction,
  within?: ReadonlySet<string>,
): Promise<void> {
  for (const { condition, names, kind, what } of REFERENCES) {
    const value = conditions[condition];
    if (!isGraphBody(value) || within?.has(condition) === false) continue;
    for (const name of names) await requireAll(value[name], kind, what, `conditions.${condition}.${name}`, tx);
  }
}

async function requireAll(
  ids: unknown,
  kind: DocumentKind,
  what: string,
  path: string,
  tx: Transaction,
): Promise<void> {
  if (!Array.isArray(ids)) return;
  for (const [index, id] of (ids as string[]).entries()) {
    if (WORDS.has(id)) continue;
    if ((await tx.documents.get(kind, id)) === undefined) {
      throw new HubError('invalid_request', `There is no ${what} with the id "${id.slice(0, 256)}".`, {
        field: `${path}[${index}]`,
      });
    }
  }
}

/** Applications by id or special word as they are; by name as the id that decisions know them by. */
export function settledApplications(policy: GraphBody, view: AccessView): GraphBody {
  const conditions = policy.conditions as GraphBody;
  if (!isGraphBody(conditions.applications)) return policy;
  const applications = { ...conditions.applications };
  for (const name of ['includeApplications', 'excludeApplications']) {
    applications[name] = ((applications[name] ?? []) as string[]).map((id, index) =>
      applicationId(id, view, `conditions.applications.${name}[${index}]`),
    );
  }
  return { ...policy, conditions: { ...conditions, applications } };
}

function applicationId(id: string, view: AccessView, field: string): string {
  const shown = id.slice(0, 256);
  if (WORDS.has(id) || isGuid(id)) return id;
  const application = view.application(id);
  if (application !== undefined) return application.id;
  throw new HubError(
    'invalid_request',
    `There is no application "${shown}". Give an application id, All, None, Office365 or MicrosoftAdminPortals.`,
    { field },
  );
}
