import type { ComplianceState } from './compliance.ts';
import type { UserFacts } from './device.ts';
import type { Platform } from './platforms.ts';
import type { Reason } from './reason.ts';
import type { Instant } from './signal.ts';

export type ClientAppType = 'browser' | 'mobileAppsAndDesktopClients' | 'exchangeActiveSync' | 'easSupported' | 'other';

export type GrantControl =
  | 'block'
  | 'mfa'
  | 'compliantDevice'
  | 'domainJoinedDevice'
  | 'approvedApplication'
  | 'compliantApplication'
  | 'passwordChange'
  | 'riskRemediation';

export interface IncludeExclude {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** A `conditionalAccessPolicy` as the rules see it. An absent condition matches everything. */
export interface AccessPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly state: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced';
  readonly users: {
    readonly includeUsers: readonly string[]; // ids, 'All', 'None'
    readonly excludeUsers: readonly string[];
    readonly includeGroups: readonly string[];
    readonly excludeGroups: readonly string[];
  };
  readonly applications: IncludeExclude; // app ids, 'All', 'None', 'Office365'
  readonly platforms?: IncludeExclude | undefined; // 'all' or platform names
  readonly clientAppTypes: readonly string[]; // 'all' or names
  readonly locations?: IncludeExclude | undefined; // named location ids, 'All', 'AllTrusted'
  /** `null`: the policy only carries session controls and never denies. */
  readonly grant: { readonly operator: 'AND' | 'OR'; readonly controls: readonly GrantControl[] } | null;
}

export interface NamedLocation {
  readonly id: string;
  readonly displayName: string;
  readonly isTrusted: boolean;
  /** CIDR ranges of an `ipNamedLocation`. */
  readonly ranges?: readonly string[] | undefined;
  /** ISO 3166-1 alpha-2 codes of a `countryNamedLocation`. */
  readonly countries?: readonly string[] | undefined;
  readonly includeUnknownCountries?: boolean | undefined;
  /** What is stored of it cannot be read: a policy that is for it is for every place, and none is excepted by it. */
  readonly isUnreadable?: boolean | undefined;
}

/** What is known of the device that asks, already looked up. */
export interface DeviceAccess {
  readonly id: string;
  readonly platform: Platform;
  readonly userId?: string | undefined;
  readonly state: ComplianceState;
  readonly graceUntil?: Instant | undefined;
  /** Why the device is not simply compliant. */
  readonly reasons: readonly Reason[];
}

export interface AccessRequest {
  readonly user: UserFacts;
  /** `undefined`: no device was named, or the one named is not known; `deviceProblem` says which. */
  readonly device?: DeviceAccess | undefined;
  readonly deviceProblem?: 'device_not_identified' | 'device_unknown' | 'device_certificate_invalid' | undefined;
  /** Canonical application id (lower-case GUID or a name of ours). */
  readonly application: string;
  /** From the request; the device's own platform is used where a device is known. */
  readonly platform?: Platform | undefined;
  readonly clientAppType?: ClientAppType | undefined;
  readonly ip?: string | undefined;
  /** ISO 3166-1 alpha-2, where the caller knows it. */
  readonly country?: string | undefined;
  /** The caller has already asked for a second factor. */
  readonly mfaDone?: boolean | undefined;
  readonly now: Instant;
}

export interface Obligation {
  readonly type: 'mfa';
  readonly policyId: string;
}

/** What a report-only policy would have said. */
export interface ReportOnlyResult {
  readonly policyId: string;
  readonly result: 'reportOnlySuccess' | 'reportOnlyFailure' | 'reportOnlyInterrupted';
  readonly reasons: readonly Reason[];
}

/** Grant or deny for (user, device, resource, context). A deny always has a reason. */
export interface Decision {
  readonly decision: boolean;
  readonly reasons: readonly Reason[];
  readonly obligations: readonly Obligation[];
  readonly reportOnly: readonly ReportOnlyResult[];
}
