import type { Obligation } from '@sallyport/core';

/**
 * AuthZEN's Obligations Extension and its Standard Types Profile (drafts of October 2026): what a caller must do before
 * it lets the user in. Only a caller that commits to that is given any; everybody else is denied instead.
 */

/** `context.supported_mandatory_extensions` of a request (Obligations Extension, "Support Opt-In"). */
export const OBLIGATIONS_EXTENSION = 'obligations';
/** `capabilities` of the metadata (Obligations Extension, "Discovery"). */
export const OBLIGATIONS_CAPABILITY = 'urn:openid:authzen:capability:obligations';
/** The one type of obligation that there is here (Standard Types Profile, "step-up"). */
export const STEP_UP = 'step-up';

/** Of OpenID's PAPE: more than one factor. As `acr` of OpenID Connect it says the same. */
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** As the extension has it. */
export interface SentObligation {
  /** Of the policy that demands it: unique in a decision. */
  readonly id: string;
  readonly type: typeof STEP_UP;
  readonly properties: { readonly acr_value: string; readonly amr_values: readonly string[] };
}

export function stepUpFor({ policyId }: Obligation): SentObligation {
  return { id: policyId, type: STEP_UP, properties: { acr_value: MULTI_FACTOR, amr_values: ['mfa'] } };
}
