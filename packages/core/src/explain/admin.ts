import type { Reason, ReasonCode } from '../vocabulary/reason.ts';

const MEANING: Readonly<Record<ReasonCode, string>> = {
  threat_level_above_allowed: 'The device threat level is above what the policy allows',
  device_compromised: 'The partner reports the device as compromised, which fails every threat rule',
  partner_app_deactivated: 'The partner reports its app on the device as deactivated',
  partner_app_misconfigured: 'The partner reports its app on the device as misconfigured',
  partner_data_missing: 'The partner has no usable report of the device',
  partner_silent: 'The partner has sent no heartbeat within its threshold, and the rule for silent partners closes',
  partner_silent_ignored: 'The partner has sent no heartbeat within its threshold, and the rule for silent partners ignores it',
  no_partner_enabled: 'The policy has a threat rule, but no connector is enabled for the platform of the device',
  partner_os_version_unsupported: 'The OS version is below the minimum that the partner supports, and the connector blocks unsupported versions',
  os_version_below_minimum: 'The OS version is below the minimum of the policy',
  os_version_above_maximum: 'The OS version is above the maximum of the policy',
  os_version_unreadable: 'The device reports no OS version that can be compared',
  no_policy_assigned: 'No compliance policy is assigned to the device, and devices without one count as noncompliant',
  device_inactive: 'The device has not checked in within the check-in threshold',
  device_user_missing: 'The primary user of the device does not exist',
  in_grace_period: 'The device fails a rule and is within the grace period',
  no_policy_applies: 'No enabled conditional access policy applies to the request',
  policy_satisfied: 'The grant controls of the policy are satisfied',
  blocked_by_policy: 'The policy blocks the request',
  device_not_identified: 'The policy requires a compliant device, and the request identified none',
  device_unknown: 'The request identified a device that is not registered here, or that several devices answer to',
  device_noncompliant: 'The policy requires a compliant device, and the device is not compliant',
  device_of_other_user: 'The device has another primary user',
  device_certificate_invalid: 'The device certificate did not verify (issuer, signature, validity time, usage or device id)',
  mfa_required: 'The policy requires multifactor authentication, and the request does not say that it was done',
  control_unsupported: 'The policy has a grant control that cannot be checked here',
  user_unknown: 'The user is not known here',
  user_disabled: 'The account of the user is disabled',
  application_unknown: 'The application is not known here',
  resource_type_unsupported: 'The resource type is not "application"',
  view_too_old: 'The information that decisions are made from is older than its limit, so the answer is no',
};

/** One reason in full, in English, for logs, the console and `reason_admin`: what, by which policy, rule and connector, required and actual. */
export function explainForAdmin(reason: Reason): string {
  const details = detailsOf(reason);
  return details.length === 0 ? `${MEANING[reason.code]}.` : `${MEANING[reason.code]}: ${details.join('; ')}.`;
}

function detailsOf(reason: Reason): readonly string[] {
  const details: string[] = [];
  if (reason.policyName !== undefined || reason.policyId !== undefined) details.push(policyOf(reason));
  if (reason.rule !== undefined) details.push(`rule ${reason.rule}`);
  if (reason.connectorId !== undefined) details.push(`connector ${reason.connectorId}`);
  if (reason.required !== undefined) details.push(`required ${reason.required}`);
  if (reason.actual !== undefined) details.push(`actual ${reason.actual}`);
  if (reason.disagreeing?.length) details.push(`said otherwise: ${reason.disagreeing.join(', ')}`);
  if (reason.findingIds?.length) details.push(`findings ${reason.findingIds.join(', ')}`);
  if (reason.until !== undefined) details.push(`until ${reason.until}`);
  return details;
}

function policyOf(reason: Reason): string {
  if (reason.policyName === undefined) return `policy ${reason.policyId}`;
  return reason.policyId === undefined ? `policy "${reason.policyName}"` : `policy "${reason.policyName}" (${reason.policyId})`;
}
