import type { Reason } from '@sallyport/core';
import type { AccessAnswer } from '../view/ports.ts';

/** The answer to a caller that cannot be relied on for the second factor: a plain deny. */
export function secondFactorMissing(answer: AccessAnswer): AccessAnswer {
  const reasons = answer.obligations.map(({ policyId }): Reason => ({ code: 'mfa_required', policyId }));
  return { ...answer, decision: false, reasons, obligations: NONE };
}

const NONE: readonly never[] = [];
