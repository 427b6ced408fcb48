import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import type { MakeEngine } from './engine.ts';

const MODEL = `
[request_definition]
r = signIn

[policy_definition]
p = group, application, platform, grant, place, eft

[policy_effect]
e = !some(where (p.eft == deny))

[matchers]
m = memberOf(r.signIn.groups, p.group) && (p.application == "any" || p.application == r.signIn.application) && (p.platform == "any" || p.platform == r.signIn.platform) && (p.place == "any" || !r.signIn.trusted) && (p.grant == "block" || !r.signIn.compliant)
`;

/** Each policy is a deny line. `enforceSync` is casbin's fastest way: nothing here needs to wait. */
export const makeCasbin: MakeEngine = async (policies, signIns) => {
  const lines = policies.map((p) =>
    [
      'p',
      p.group,
      p.application ?? 'any',
      p.platform ?? 'any',
      p.grant,
      p.exceptTrusted ? 'untrusted' : 'any',
      'deny',
    ].join(', '),
  );
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines.join('\n')));
  await enforcer.addFunction('memberOf', (groups: readonly string[], group: string) => groups.includes(group));
  return { decide: (i) => enforcer.enforceSync(signIns[i]) };
};
