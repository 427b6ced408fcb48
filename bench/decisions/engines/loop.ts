import { allowed } from '../scenario.ts';
import type { MakeEngine } from './engine.ts';

/** The floor: the plainest loop, stopping at the first policy that refuses, giving no reasons. */
export const makeLoop: MakeEngine = (policies, signIns) => ({
  decide: (i) => allowed(policies, signIns[i] as (typeof signIns)[number]),
});
