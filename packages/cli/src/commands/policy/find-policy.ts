import type { HubClient, PolicyResource } from '@sallyport/contracts/client/index.ts';
import { kindNamed, type GraphKind } from '../shared/graph-kinds.ts';

export interface FoundPolicy {
  readonly kind: GraphKind;
  readonly policy: PolicyResource;
}

const KINDS = { compliance: 'deviceCompliancePolicies', access: 'conditionalAccessPolicies' } as const;
export const POLICY_KINDS = ['compliance', 'access'] as const;
export type PolicyKind = keyof typeof KINDS;

export async function allPolicies(hub: HubClient, only?: PolicyKind | undefined): Promise<readonly FoundPolicy[]> {
  const kinds = POLICY_KINDS.filter((name) => only === undefined || name === only);
  const found = await Promise.all(
    kinds.map(async (name) => {
      const kind = kindNamed(KINDS[name]) as GraphKind;
      const query = name === 'compliance' ? '?$expand=assignments' : '';
      return (await hub.all<PolicyResource>(`${kind.path}${query}`)).map((policy) => ({ kind, policy }));
    }),
  );
  return found.flat();
}

/** By id or name, of either kind. */
export async function findPolicy(hub: HubClient, name: string): Promise<FoundPolicy> {
  const lower = name.toLowerCase();
  const policies = await allPolicies(hub);
  const byId = policies.find(({ policy }) => policy.id.toLowerCase() === lower);
  if (byId !== undefined) return byId;
  const [first, ...more] = policies.filter(({ policy }) => policy.displayName.toLowerCase() === lower);
  if (more.length > 0) throw new Error(`"${name}" is the name of ${more.length + 1} policies; name one of them by id.`);
  if (first === undefined) throw new Error(`There is no policy "${name}".`);
  return first;
}

export function kindWord({ kind }: FoundPolicy): PolicyKind {
  return kind.name === KINDS.compliance ? 'compliance' : 'access';
}
