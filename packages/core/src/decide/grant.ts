import type { AccessPolicy, AccessRequest, GrantControl, Obligation } from '../vocabulary/access.ts';
import type { Reason } from '../vocabulary/reason.ts';

/** What one applying policy says to one request. */
export type Outcome =
  | { readonly kind: 'satisfied' }
  | { readonly kind: 'obliged'; readonly obligation: Obligation }
  | { readonly kind: 'refused'; readonly blocked: boolean; readonly reasons: readonly Reason[] };

/** A policy's grant controls with everything that can be said beforehand already said. */
export interface CompiledGrant {
  readonly policyId: string;
  readonly policyName: string;
  readonly controls: readonly GrantControl[];
  readonly all: boolean;
  readonly blocks: boolean;
  /** The commonest grant, decided without looking at the list. */
  readonly onlyCompliantDevice: boolean;
  readonly needsDevice: boolean;
  readonly satisfied: Reason;
  readonly blocked: Outcome;
  readonly mfa: Outcome;
}

export const SATISFIED: Outcome = { kind: 'satisfied' };

export function compileGrant(policy: AccessPolicy): CompiledGrant {
  const controls = policy.grant?.controls ?? [];
  const about = { policyId: policy.id, policyName: policy.displayName };
  return {
    ...about, controls,
    all: policy.grant?.operator === 'AND',
    blocks: controls.includes('block'),
    onlyCompliantDevice: controls.length === 1 && controls[0] === 'compliantDevice',
    needsDevice: controls.includes('compliantDevice'),
    satisfied: Object.freeze({ code: 'policy_satisfied', ...about }),
    blocked: { kind: 'refused', blocked: true, reasons: [{ code: 'blocked_by_policy', ...about, rule: 'block' }] },
    mfa: { kind: 'obliged', obligation: { type: 'mfa', policyId: policy.id } },
  };
}

export function judge(grant: CompiledGrant, request: AccessRequest): Outcome {
  if (grant.blocks) return grant.blocked;
  if (grant.onlyCompliantDevice) return isCompliantDevice(request) ? SATISFIED : refusedForDevice(grant, request);
  if (grant.controls.length === 0) return SATISFIED; // Session controls only.
  return grant.all ? judgeAll(grant, request) : judgeAny(grant, request);
}

function judgeAll(grant: CompiledGrant, request: AccessRequest): Outcome {
  const reasons: Reason[] = [];
  let obliged = false;
  for (const control of grant.controls) {
    const outcome = judgeControl(grant, control, request);
    if (outcome.kind === 'refused') reasons.push(...outcome.reasons);
    obliged ||= outcome.kind === 'obliged';
  }
  if (reasons.length > 0) return { kind: 'refused', blocked: false, reasons };
  return obliged ? grant.mfa : SATISFIED;
}

/** What the user can still do (a second factor) is asked for before giving up. */
function judgeAny(grant: CompiledGrant, request: AccessRequest): Outcome {
  const reasons: Reason[] = [];
  let obliged = false;
  for (const control of grant.controls) {
    const outcome = judgeControl(grant, control, request);
    if (outcome.kind === 'satisfied') return SATISFIED;
    if (outcome.kind === 'refused') reasons.push(...outcome.reasons);
    obliged ||= outcome.kind === 'obliged';
  }
  return obliged ? grant.mfa : { kind: 'refused', blocked: false, reasons };
}

function judgeControl(grant: CompiledGrant, control: GrantControl, request: AccessRequest): Outcome {
  switch (control) {
    case 'block': return grant.blocked;
    case 'compliantDevice': return isCompliantDevice(request) ? SATISFIED : refusedForDevice(grant, request);
    case 'mfa': return request.mfaDone === true ? SATISFIED : grant.mfa;
    default: return refused({ code: 'control_unsupported', policyId: grant.policyId, policyName: grant.policyName, rule: control });
  }
}

function isCompliantDevice({ device, user, now }: AccessRequest): boolean {
  if (device === undefined || (device.userId !== undefined && device.userId !== user.id)) return false;
  if (device.state === 'compliant') return true;
  return device.state === 'inGracePeriod' && device.graceUntil !== undefined && device.graceUntil > now;
}

function refusedForDevice(grant: CompiledGrant, request: AccessRequest): Outcome {
  const { device, user } = request;
  const about = { policyId: grant.policyId, policyName: grant.policyName, rule: 'compliantDevice' };
  if (device === undefined) return refused({ code: request.deviceProblem ?? 'device_not_identified', ...about });
  if (device.userId !== undefined && device.userId !== user.id) return refused({ code: 'device_of_other_user', ...about });
  return { kind: 'refused', blocked: false, reasons: [{ code: 'device_noncompliant', ...about, actual: device.state }, ...device.reasons] };
}

function refused(reason: Reason): Outcome {
  return { kind: 'refused', blocked: false, reasons: [reason] };
}
