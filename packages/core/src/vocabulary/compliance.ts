import type { AndroidManagement } from './android-management.ts';
import type { Level } from './level.ts';
import type { Platform } from './platforms.ts';
import type { Reason } from './reason.ts';
import type { Instant } from './signal.ts';

/** Graph's `complianceState` of a device. */
export type ComplianceState =
  | 'unknown'
  | 'notApplicable'
  | 'compliant'
  | 'inGracePeriod'
  | 'noncompliant'
  | 'error'
  | 'conflict';

export type AssignmentTarget =
  | { readonly kind: 'allDevices' }
  | { readonly kind: 'allLicensedUsers' }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'exclusionGroup'; readonly groupId: string };

/** The part of a `deviceCompliancePolicy` that is enforced. */
export interface CompliancePolicy {
  readonly id: string;
  readonly displayName: string;
  readonly version: number;
  /** `any`: one that cannot be read, which may be for any. */
  readonly platform: Platform | 'any';
  /** What is stored of it cannot be read: nothing meets it, whatever it asks for. */
  readonly isUnreadable?: boolean | undefined;
  /** Only for Android devices that are managed so; those of which it is not known have to meet it as well. */
  readonly androidManagement?: AndroidManagement | undefined;
  /** `deviceThreatProtectionEnabled` with `...RequiredSecurityLevel`; absent when there is no threat rule. */
  readonly requiredLevel?: Level | undefined;
  readonly osMinimumVersion?: string | undefined;
  readonly osMaximumVersion?: string | undefined;
  /** `gracePeriodHours` of the one `block` action, 0 to 8760. */
  readonly gracePeriodHours: number;
  readonly targets: readonly AssignmentTarget[];
}

/** Tenant-wide `deviceManagementSettings`. */
export interface ComplianceSettings {
  /** true: a device without a policy is noncompliant. */
  readonly secureByDefault: boolean;
  /** `deviceComplianceCheckinThresholdDays`, 1 to 120. */
  readonly checkinThresholdDays: number;
}

/** Graph's `complianceStatus` of one setting; `nonCompliant` is spelled so there. */
export type SettingState = 'compliant' | 'nonCompliant' | 'notApplicable' | 'error';

export interface SettingVerdict {
  /** Graph's name of the setting, e.g. `AndroidCompliancePolicy.DeviceThreatProtectionRequiredSecurityLevel`. */
  readonly setting:
    | 'policy'
    | 'deviceThreatProtection'
    | 'osMinimumVersion'
    | 'osMaximumVersion'
    | 'partnerMinimumVersion'
    | 'operatingSystem'
    | 'hasPolicy'
    | 'isActive'
    | 'userExists';
  readonly state: SettingState;
  readonly currentValue?: string | undefined;
  readonly reason?: Reason | undefined;
  /** It has failed, and has time until then to be put right whatever the policy's grace period. */
  readonly graceUntil?: Instant | undefined;
}

export interface PolicyVerdict {
  /** `undefined` for the built-in policy. */
  readonly policyId?: string | undefined;
  readonly displayName: string;
  readonly version: number;
  readonly state: ComplianceState;
  readonly settings: readonly SettingVerdict[];
  /** End of the grace period, where the state is `inGracePeriod`. */
  readonly graceUntil?: Instant | undefined;
}

/** Result of evaluating the compliance policies for a device. */
export interface Verdict {
  readonly state: ComplianceState;
  /** Why it is not simply compliant; empty when there is nothing to say. */
  readonly reasons: readonly Reason[];
  readonly policies: readonly PolicyVerdict[];
  /**
   * Since when each failing policy fails without a break, by policy id (`builtIn` for the built-in one), and since when what is
   * in `UNREAD_SINCE` holds. Grace counts from here.
   */
  readonly failing: Readonly<Record<string, Instant>>;
  /** The earliest end of a grace period, where the state is `inGracePeriod`. */
  readonly graceUntil?: Instant | undefined;
}
