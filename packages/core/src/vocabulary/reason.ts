/**
 * Why a verdict or a decision is as it is: a closed list of codes that callers may rely on. The words that
 * go with them are in `explain/` for administrators, and in `packages/texts` for users.
 */
export type ReasonCode =
  // Compliance
  | 'threat_level_above_allowed'
  | 'device_compromised'
  | 'partner_app_deactivated'
  | 'partner_app_misconfigured'
  | 'partner_data_missing'
  | 'partner_silent'
  | 'partner_silent_ignored'
  | 'no_partner_enabled'
  | 'partner_os_version_unsupported'
  | 'os_version_below_minimum'
  | 'os_version_above_maximum'
  | 'os_version_unreadable'
  | 'os_limit_unreadable'
  | 'policy_unreadable'
  | 'system_unknown'
  | 'no_policy_assigned'
  | 'device_inactive'
  | 'device_user_missing'
  | 'in_grace_period'
  // Decision
  | 'no_policy_applies'
  | 'policy_satisfied'
  | 'blocked_by_policy'
  | 'device_not_identified'
  | 'device_unknown'
  | 'device_noncompliant'
  | 'device_of_other_user'
  | 'device_certificate_invalid'
  | 'mfa_required'
  | 'control_unsupported'
  | 'user_unknown'
  | 'user_disabled'
  | 'application_unknown'
  | 'resource_type_unsupported'
  | 'view_too_old';

export interface Reason {
  readonly code: ReasonCode;
  /** The conditional access or compliance policy that decided. */
  readonly policyId?: string | undefined;
  readonly policyName?: string | undefined;
  /** The rule or control within the policy, in Graph's words. */
  readonly rule?: string | undefined;
  /** The partner that decided, and those that said otherwise. */
  readonly connectorId?: string | undefined;
  readonly disagreeing?: readonly string[] | undefined;
  /** Ids of the partner's open findings behind the state. */
  readonly findingIds?: readonly string[] | undefined;
  readonly required?: string | undefined;
  readonly actual?: string | undefined;
  /**
   * All that decided is held: it may be about this device or about another (docs/decisions/0001). After so many days without
   * a report of that identity it ends by itself.
   */
  readonly heldDays?: number | undefined;
  /** It closed nothing: merely worth saying, such as a partner that has not reported and need not. */
  readonly remark?: true | undefined;
  /** End of the grace period, ISO 8601. */
  readonly until?: string | undefined;
}
