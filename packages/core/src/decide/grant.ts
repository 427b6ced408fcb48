import type { AccessPolicy, AccessRequest, GrantControl, Obligation } from '../vocabulary/access.ts';
import type { ComplianceState } from '../vocabulary/compliance.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';

/** What one applying policy says to one request. */
export type Outcome =
  | { readonly kind: 'satisfied' }
  | { readonly kind: 'obliged'; readonly obligation: Obligation }
  | {
      readonly kind: 'refused';
      readonly blocked: boolean;
      readonly reasons: readonly Reason[];
      /** The device's own reasons come on top: the same for every policy, so they are added once by the caller. */
      readonly forDevice: boolean;
    };

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
  readonly noncompliant: Readonly<Record<ComplianceState, Outcome>>;
}

const STATES: readonly ComplianceState[] = [
  'unknown',
  'notApplicable',
  'compliant',
  'inGracePeriod',
  'noncompliant',
  'error',
  'conflict',
];

export const SATISFIED: Outcome = { kind: 'satisfied' };

export function compileGrant(policy: AccessPolicy): CompiledGrant {
  const controls = policy.grant?.controls ?? [];
  const about = { policyId: policy.id, policyName: policy.displayName };
  return {
    ...about,
    controls,
    all: policy.grant?.operator === 'AND',
    blocks: controls.includes('block'),
    onlyCompliantDevice: controls.length === 1 && controls[0] === 'compliantDevice',
    needsDevice: controls.includes('compliantDevice'),
    satisfied: Object.freeze({ code: 'policy_satisfied', ...about }),
    blocked: {
      kind: 'refused',
      blocked: true,
      forDevice: false,
      reasons: [{ code: 'blocked_by_policy', ...about, rule: 'block' }],
    },
    mfa: { kind: 'obliged', obligation: { type: 'mfa', policyId: policy.id } },
    noncompliant: Object.fromEntries(
      STATES.map((actual): [string, Outcome] => [
        actual,
        {
          kind: 'refused',
          blocked: false,
          forDevice: true,
          reasons: [{ code: 'device_noncompliant', ...about, rule: 'compliantDevice', actual }],
        },
      ]),
    ) as Record<ComplianceState, Outcome>,
  };
}

export function judge(grant: CompiledGrant, request: AccessRequest): Outcome {
  if (grant.blocks) return grant.blocked;
  if (grant.onlyCompliantDevice) return isCompliantDevice(request) ? SATISFIED : refusedForDevice(grant, request);
  if (grant.controls.length === 0) return SATISFIED; // Session controls only.
  return grant.all ? judgeAll(grant, request) : judgeAny(grant, request);
}

function judgeAll(grant: CompiledGrant, request: AccessRequest): Outcome {
  const outcomes = grant.controls.map((control) => judgeControl(grant, control, request));
  if (outcomes.some((o) => o.kind === 'refused')) return refusedBy(outcomes);
  return outcomes.some((o) => o.kind === 'obliged') ? grant.mfa : SATISFIED;
}

/** What the user can still do (a second factor) is asked for before giving up. */
function judgeAny(grant: CompiledGrant, request: AccessRequest): Outcome {
  const outcomes = grant.controls.map((control) => judgeControl(grant, control, request));
  if (outcomes.some((o) => o.kind === 'satisfied')) return SATISFIED;
  return outcomes.some((o) => o.kind === 'obliged') ? grant.mfa : refusedBy(outcomes);
}

function refusedBy(outcomes: readonly Outcome[]): Outcome {
  const refusals = outcomes.filter((o) => o.kind === 'refused');
  return {
    kind: 'refused',
    blocked: false,
    forDevice: refusals.some((r) => r.forDevice),
    reasons: refusals.flatMap((r) => r.reasons),
  };
}

function judgeControl(grant: CompiledGrant, control: GrantControl, request: AccessRequest): Outcome {
  switch (control) {
    case 'block':
      return grant.blocked;
    case 'compliantDevice':
      return isCompliantDevice(request) ? SATISFIED : refusedForDevice(grant, request);
    case 'mfa':
      return request.mfaDone === true ? SATISFIED : grant.mfa;
    default:
      return refused(grant, 'control_unsupported', control);
  }
}

function isCompliantDevice({ device, user, now }: AccessRequest): boolean {
  if (device === undefined || (device.userId !== undefined && device.userId !== user.id)) return false;
  if (device.state === 'compliant') return true;
  return device.state === 'inGracePeriod' && device.graceUntil !== undefined && device.graceUntil > now;
}

function refusedForDevice(grant: CompiledGrant, request: AccessRequest): Outcome {
  const { device, user } = request;
  if (device === undefined) return refused(grant, request.deviceProblem ?? 'device_not_identified', 'compliantDevice');
  if (device.userId !== undefined && device.userId !== user.id)
    return refused(grant, 'device_of_other_user', 'compliantDevice');
  return grant.noncompliant[device.state];
}

function refused({ policyId, policyName }: CompiledGrant, code: ReasonCode, rule: GrantControl): Outcome {
  return { kind: 'refused', blocked: false, forDevice: false, reasons: [{ code, policyId, policyName, rule }] };
}
