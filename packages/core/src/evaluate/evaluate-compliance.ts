import { mergePartners, ruleFor, type Merged } from '../merge/merge-partners.ts';
import type {
  CompliancePolicy,
  ComplianceSettings,
  ComplianceState,
  PolicyVerdict,
  SettingVerdict,
  Verdict,
} from '../vocabulary/compliance.ts';
import type { Connector, MergeRule } from '../vocabulary/connector.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import type { Reason } from '../vocabulary/reason.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { checkBuiltIn, checkSettings, type ThreatInput } from './check-settings.ts';
import { checkUnknownSystem } from './unknown-system.ts';
import { graceOfSettings, systemReportOf, unreadMarks } from './unread-grace.ts';

/** Everything that the verdict on one device depends on, but for the time. */
export interface EvaluationInput {
  readonly device: DeviceFacts;
  /** Transitive groups of the primary user; empty without one. */
  readonly groupIds: readonly string[];
  readonly userMissing: boolean;
  readonly views: readonly PartnerWord[];
  /** The policies assigned to the device, of its platform. */
  readonly policies: readonly CompliancePolicy[];
  /** For a device whose system's name is in no table: the policies for phones that are assigned to it. */
  readonly phonePolicies?: readonly CompliancePolicy[] | undefined;
  readonly connectors: readonly Connector[];
  readonly mergeRules: readonly MergeRule[];
  readonly settings: ComplianceSettings;
  readonly limits: SignalLimits;
  /** `Verdict.failing` of the verdict before: grace that runs goes on running. */
  readonly failing: Readonly<Record<string, Instant>>;
}

export interface Evaluated extends Verdict {
  readonly merged: Merged;
  /** The earliest later time at which what the partners reported comes to something else though nothing is reported. */
  readonly changesAt?: Instant | undefined;
}

/** Graph's order of states: the device's state is the highest of its policies' (Microsoft Learn, "Monitor results of your Intune device compliance policies"). */
const SEVERITY: Readonly<Record<ComplianceState, number>> = {
  unknown: 1,
  notApplicable: 2,
  compliant: 3,
  inGracePeriod: 4,
  noncompliant: 5,
  error: 6,
  conflict: 7,
};
const HOUR = 3_600_000;
const BUILT_IN = 'builtIn';
const NO_REASONS: readonly Reason[] = [];
const NOT_FAILING: Readonly<Record<string, Instant>> = {};

/** What the compliance policies say of a device at `now`. Reads nothing, writes nothing. */
export function evaluateCompliance(input: EvaluationInput, now: Instant): Evaluated {
  const { device, views } = input;
  const connectors = enrolledConnectors(input.connectors, input.groupIds);
  const rule = ruleFor(input.mergeRules, device.platform, input.groupIds);
  const merged = mergePartners(views, connectors, device.platform, rule, now, input.limits);
  const threat: ThreatInput = { merged, views, connectors, now, limits: input.limits };
  const system = systemReportOf(device, input.failing, now, input.limits);
  const policies: PolicyVerdict[] = [];
  for (const policy of input.policies) {
    policies.push(policyVerdict(policy, checkSettings(policy, system, threat), input.failing, now));
  }
  const builtIn = checkBuiltIn({
    device,
    system,
    hasPolicy: input.policies.length > 0,
    userMissing: input.userMissing,
    views,
    settings: input.settings,
    connectors,
    now,
  });
  const unknown =
    device.systemUnknown === true
      ? checkUnknownSystem({ ...input, connectors, phonePolicies: input.phonePolicies ?? [] }, now)
      : [];
  const all = unknown.length === 0 ? builtIn : [...builtIn, ...unknown];
  if (all.length > 0 || policies.length === 0) policies.push(builtInVerdict(all, now));
  const verdict = deviceVerdict(policies, input, now);
  const marks = unreadMarks(system, policies);
  return {
    merged,
    ...verdict,
    ...(marks !== undefined && { failing: { ...verdict.failing, ...marks } }),
    ...(merged.until !== undefined && { changesAt: merged.until }),
  };
}

/** The partners that this device is enrolled with; nearly always all, and then the very same array. */
export function enrolledConnectors(
  connectors: readonly Connector[],
  groupIds: readonly string[],
): readonly Connector[] {
  const isEnrolled = ({ enrolmentGroupIds }: Connector): boolean =>
    enrolmentGroupIds === undefined ||
    enrolmentGroupIds.length === 0 ||
    enrolmentGroupIds.some((id) => groupIds.includes(id));
  return connectors.every(isEnrolled) ? connectors : connectors.filter(isEnrolled);
}

function policyVerdict(
  policy: CompliancePolicy,
  settings: readonly SettingVerdict[],
  failing: Readonly<Record<string, Instant>>,
  now: Instant,
): PolicyVerdict {
  const common = { policyId: policy.id, displayName: policy.displayName, version: policy.version, settings };
  // Grace is at most its length from now, also where it began by a clock that was ahead.
  return {
    ...common,
    ...stateWithGrace(settings, Math.min(failing[policy.id] ?? now, now) + policy.gracePeriodHours * HOUR, now),
  };
}

/** The built-in policy has no grace period of its own. */
function builtInVerdict(settings: readonly SettingVerdict[], now: Instant): PolicyVerdict {
  return {
    displayName: 'Built-in Device Compliance Policy',
    version: 1,
    settings,
    ...(settings.length === 0 ? { state: 'compliant' } : stateWithGrace(settings, now, now)),
  };
}

/** The later of the policy's own grace and the time that its settings leave counts. */
function stateWithGrace(
  settings: readonly SettingVerdict[],
  graceOfPolicy: Instant,
  now: Instant,
): Pick<PolicyVerdict, 'state' | 'graceUntil'> {
  const state = stateOfSettings(settings);
  if (state !== 'noncompliant') return { state };
  const graceUntil = Math.max(graceOfPolicy, graceOfSettings(settings) ?? 0);
  return graceUntil > now ? { state: 'inGracePeriod', graceUntil } : { state };
}

function stateOfSettings(settings: readonly SettingVerdict[]): ComplianceState {
  let applicable = settings.length === 0;
  for (const { state } of settings) {
    if (state === 'nonCompliant') return 'noncompliant';
    if (state !== 'notApplicable') applicable = true;
  }
  return applicable ? 'compliant' : 'notApplicable';
}

function deviceVerdict(policies: readonly PolicyVerdict[], input: EvaluationInput, now: Instant): Verdict {
  let worst: ComplianceState = 'unknown';
  let failing: Record<string, Instant> | undefined;
  let reasons: Reason[] | undefined;
  let remarks: Reason[] | undefined;
  let graceUntil: Instant | undefined;
  for (const policy of policies) {
    if (SEVERITY[policy.state] > SEVERITY[worst]) worst = policy.state;
    for (const { reason, state } of policy.settings) {
      if (reason === undefined) continue;
      if (state === 'nonCompliant') (reasons ??= []).push(reason);
      else (remarks ??= []).push(reason);
    }
    if (policy.state !== 'noncompliant' && policy.state !== 'inGracePeriod') continue;
    const key = policy.policyId ?? BUILT_IN;
    (failing ??= {})[key] = input.failing[key] ?? now;
    if (policy.graceUntil !== undefined && (graceUntil === undefined || policy.graceUntil < graceUntil))
      graceUntil = policy.graceUntil;
  }
  // A policy that has nothing to check on this device does not make it unknown: nothing speaks against it.
  const state = worst === 'notApplicable' ? 'compliant' : worst;
  return {
    state,
    policies,
    failing: failing ?? NOT_FAILING,
    reasons: withGrace(joined(reasons, remarks), state, graceUntil),
    ...(graceUntil !== undefined && state === 'inGracePeriod' && { graceUntil }),
  };
}

/** What fails stands before what is merely worth saying (a partner that has not reported and need not). */
function joined(reasons: readonly Reason[] | undefined, remarks: readonly Reason[] | undefined): readonly Reason[] {
  if (remarks === undefined) return reasons ?? NO_REASONS;
  return reasons === undefined ? remarks : [...reasons, ...remarks];
}

/** In grace, that is said before all else. */
function withGrace(
  reasons: readonly Reason[],
  state: ComplianceState,
  graceUntil: Instant | undefined,
): readonly Reason[] {
  if (state !== 'inGracePeriod' || graceUntil === undefined) return reasons;
  return [{ code: 'in_grace_period', until: isoOf(graceUntil) }, ...reasons];
}

function isoOf(at: Instant): string {
  return new Date(at).toISOString();
}
