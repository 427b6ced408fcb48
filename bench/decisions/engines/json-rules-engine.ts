import { Engine as RulesEngine } from 'json-rules-engine';
import type { MakeEngine } from './engine.ts';

/** Each policy is a rule whose event denies. The fact that most rules fail on comes first. */
export const makeJsonRulesEngine: MakeEngine = (policies, signIns) => {
  const engine = new RulesEngine();
  for (const policy of policies) {
    const is = (fact: string, value: unknown) => ({ fact, operator: 'equal', value });
    engine.addRule({
      conditions: {
        all: [
          ...(policy.application === undefined ? [] : [is('application', policy.application)]),
          { fact: 'groups', operator: 'contains', value: policy.group },
          ...(policy.platform === undefined ? [] : [is('platform', policy.platform)]),
          ...(policy.exceptTrusted ? [is('trusted', false)] : []),
          ...(policy.grant === 'block' ? [] : [is('compliant', false)]),
        ],
      },
      event: { type: 'deny', params: { policyId: policy.id } },
    });
  }
  const facts = signIns.map((signIn) => ({ ...signIn }));
  return { decide: async (i) => (await engine.run(facts[i])).events.length === 0 };
};
