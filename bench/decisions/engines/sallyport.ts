import { AccessIndex } from '@sallyport/core';
import { asAccessPolicy, asAccessRequest, TRUSTED_NETWORK } from '../scenario.ts';
import type { MakeEngine } from './engine.ts';

/** Ours, with the reasons of every decision and the trusted network worked out from the address. */
export const makeSallyport: MakeEngine = (policies, signIns) => {
  const index = new AccessIndex(policies.map(asAccessPolicy), [TRUSTED_NETWORK]);
  const requests = signIns.map(asAccessRequest);
  return { decide: (i) => index.decide(requests[i] as (typeof requests)[number]).decision };
};
