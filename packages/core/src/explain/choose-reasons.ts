import type { Reason, ReasonCode } from '../vocabulary/reason.ts';

/**
 * The order in which problems are told: what nothing done to the device would help against, then who the
 * device is, then what is wrong with it, worst first. Codes that deny nothing by themselves come last.
 */
export const CODES_IN_ORDER: readonly ReasonCode[] = [
  'user_disabled',
  'user_unknown',
  'application_unknown',
  'resource_type_unsupported',
  'view_too_old',
  'blocked_by_policy',
  'control_unsupported',
  'device_certificate_invalid',
  'device_of_other_user',
  'device_not_identified',
  'device_unknown',
  'device_compromised',
  'threat_level_above_allowed',
  'partner_app_deactivated',
  'partner_app_misconfigured',
  'os_version_below_minimum',
  'os_version_above_maximum',
  'partner_os_version_unsupported',
  'os_version_unreadable',
  'system_unknown',
  'os_limit_unreadable',
  'policy_unreadable',
  'partner_data_missing',
  'partner_silent',
  'no_partner_enabled',
  'device_inactive',
  'device_user_missing',
  'no_policy_assigned',
  'device_noncompliant',
  'mfa_required',
  'in_grace_period',
  'partner_silent_ignored',
  'no_policy_applies',
  'policy_satisfied',
];

/** Say nothing that another problem does not say better. */
const GENERAL: ReadonlySet<ReasonCode> = new Set(['device_noncompliant']);
/** Deny nothing by themselves. */
export const HARMLESS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'in_grace_period',
  'partner_silent_ignored',
  'no_policy_applies',
  'policy_satisfied',
]);
/** Reasons of a decision that denied; without one of them, a device in its grace period still gets in. */
const DENIES: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'blocked_by_policy',
  'device_not_identified',
  'device_unknown',
  'device_noncompliant',
  'device_of_other_user',
  'device_certificate_invalid',
  'mfa_required',
  'control_unsupported',
  'user_unknown',
  'user_disabled',
  'application_unknown',
  'resource_type_unsupported',
  'view_too_old',
]);

/** More would not be read. */
const MOST_PROBLEMS = 3;

/** Those that the person is told about, the most important first. */
export function chooseReasons(reasons: readonly Reason[]): readonly Reason[] {
  const sorted = reasons.toSorted((a, b) => CODES_IN_ORDER.indexOf(a.code) - CODES_IN_ORDER.indexOf(b.code));
  const grace = sorted.find((reason) => reason.code === 'in_grace_period');
  const blocking = sorted.filter((reason) => !HARMLESS.has(reason.code) && reason.remark !== true);
  // What closed nothing would lead astray beside what did.
  const problems = blocking.length > 0 ? blocking : sorted.filter((reason) => !HARMLESS.has(reason.code));
  if (grace !== undefined && !sorted.some((reason) => DENIES.has(reason.code)))
    return [grace, ...onceEach(problems).slice(0, MOST_PROBLEMS)];
  const exact = problems.filter((reason) => !GENERAL.has(reason.code));
  if (exact.length > 0) return onceEach(exact).slice(0, MOST_PROBLEMS);
  return (problems.length > 0 ? problems : sorted).slice(0, 1);
}

function onceEach(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter((reason, at) => reasons.findIndex((other) => other.code === reason.code) === at);
}
