import {
  preparsePolicySet,
  statefulIsAuthorized,
  type EntityUid,
  type StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Policy, SignIn } from '../scenario.ts';
import type { MakeEngine } from './engine.ts';

const POLICIES = 'bench';
const OPEN: EntityUid = { type: 'Action', id: 'open' };

/** One `permit` and a `forbid` for each policy, parsed once and kept on the other side of the wasm border. */
export const makeCedar: MakeEngine = (policies, signIns) => {
  const staticPolicies = Object.fromEntries([
    ['permit', 'permit(principal, action, resource);'],
    ...policies.map((p) => [p.id, textOf(p)] as const),
  ]);
  const parsed = preparsePolicySet(POLICIES, { staticPolicies });
  if (parsed.type !== 'success') throw new Error(`Cedar refuses the policies: ${JSON.stringify(parsed.errors)}`);
  const calls = signIns.map(callOf);
  return {
    decide(i) {
      const answer = statefulIsAuthorized(calls[i] as StatefulAuthorizationCall);
      if (answer.type !== 'success') throw new Error(`Cedar failed: ${JSON.stringify(answer.errors)}`);
      return answer.response.decision === 'allow';
    },
  };
};

function textOf({ group, application, platform, grant, exceptTrusted }: Policy): string {
  const conditions = [
    ...(platform === undefined ? [] : [`context.platform == "${platform}"`]),
    ...(exceptTrusted ? ['!context.trusted'] : []),
    ...(grant === 'block' ? [] : ['!context.compliant']),
  ];
  const resource = application === undefined ? 'resource' : `resource == Application::"${application}"`;
  return `forbid(principal in Group::"${group}", action, ${resource})${conditions.length === 0 ? '' : ` when { ${conditions.join(' && ')} }`};`;
}

function callOf({ userId, groups, application, platform, trusted, compliant }: SignIn): StatefulAuthorizationCall {
  const principal = { type: 'User', id: userId };
  return {
    principal,
    action: OPEN,
    resource: { type: 'Application', id: application },
    context: { platform, trusted, compliant },
    entities: [{ uid: principal, attrs: {}, parents: groups.map((id) => ({ type: 'Group', id })) }],
    preparsedPolicySetId: POLICIES,
  };
}
