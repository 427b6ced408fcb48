import { createMongoAbility, subject } from '@casl/ability';
import type { MakeEngine } from './engine.ts';

/**
 * Each policy is an inverted rule. The application is the subject type, which CASL looks rules up by, so that
 * it need not go through those of other applications. No `$or`: CASL's default operators take it for the name of a field and
 * grant in silence.
 */
export const makeCasl: MakeEngine = (policies, signIns) => {
  const ability = createMongoAbility([
    { action: 'open', subject: 'all' },
    ...policies.map((policy) => ({
      action: 'open',
      subject: policy.application ?? 'all',
      inverted: true,
      conditions: {
        groups: policy.group,
        ...(policy.platform === undefined ? {} : { platform: policy.platform }),
        ...(policy.exceptTrusted ? { trusted: false } : {}),
        ...(policy.grant === 'block' ? {} : { compliant: false }),
      },
    })),
  ]);
  const subjects = signIns.map((signIn) => subject(signIn.application, { ...signIn }));
  return { decide: (i) => ability.can('open', subjects[i] as (typeof subjects)[number]) };
};
