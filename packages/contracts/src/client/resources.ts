/** What the hub answers, as far as the command line reads it. Graph's property names; more may be there. */

export interface ConnectorResource {
  readonly id: string;
  readonly partnerDisplayName: string | null;
  readonly partnerState: string;
  readonly lastHeartbeatDateTime: string;
  readonly androidEnabled: boolean;
  readonly iosEnabled: boolean;
  readonly androidDeviceBlockedOnMissingPartnerData: boolean;
  readonly iosDeviceBlockedOnMissingPartnerData: boolean;
  readonly partnerUnresponsivenessThresholdInDays: number;
  readonly integration: string;
  readonly enrolmentGroupIds: readonly string[];
}

export interface DeviceResource {
  readonly id: string;
  readonly deviceName: string | null;
  readonly operatingSystem: string;
  readonly osVersion: string | null;
  readonly userPrincipalName: string | null;
  readonly complianceState: string;
  readonly partnerReportedThreatState: string;
  readonly lastSyncDateTime: string;
  readonly azureADDeviceId: string | null;
  readonly serialNumber: string | null;
  /** The newer record of the same phone, which was enrolled again. */
  readonly '@sallyport.supersededBy'?: string;
  /** In the answer to a write: what of the device cannot be used. */
  readonly '@sallyport.warnings'?: readonly {
    readonly code: string;
    readonly message: string;
    readonly target: string;
  }[];
}

export interface PolicyStateResource {
  readonly displayName: string;
  readonly state: string;
  readonly settingStates?: readonly {
    readonly setting: string;
    readonly settingName: string | null;
    readonly state: string;
    readonly currentValue: string | null;
    readonly errorDescription: string | null;
  }[];
}

export interface PolicyResource {
  readonly id: string;
  readonly '@odata.type'?: string;
  readonly displayName: string;
  /** Conditional access only. */
  readonly state?: string;
  readonly assignments?: readonly { readonly target: { readonly '@odata.type': string; readonly groupId?: string } }[];
}

export interface UserResource {
  readonly id: string;
  readonly displayName: string | null;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly preferredLanguage: string | null;
  readonly accountEnabled: boolean;
}

export interface GroupResource {
  readonly id: string;
  readonly displayName: string;
  readonly description: string | null;
}

export interface ApplicationResource {
  /** Object id, which addresses it. */
  readonly id: string;
  /** Client id, by which tokens are asked for. */
  readonly appId: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly mobileThreatDefenseConnectorId: string | null;
  readonly deviceTrustSet: string | null;
  readonly supportedObligations: readonly string[];
  readonly strictContext: boolean;
  readonly passwordCredentials: readonly {
    readonly keyId: string;
    readonly hint: string | null;
    readonly displayName: string | null;
    readonly endDateTime: string;
  }[];
}

export interface DoorResource {
  readonly id: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly eventsUrl: string;
  readonly hint: string;
  /** Until when the key that was replaced is accepted beside the new one. */
  readonly formerKeyUntilDateTime: string | null;
  /** Only in the answer that made it. */
  readonly secret?: string;
}

export interface TrustSetResource {
  readonly id: string;
  readonly displayName: string;
  readonly certificateAuthorities: string;
  readonly authorities: readonly { readonly subject: string; readonly sha256: string; readonly validUntil: string }[];
  readonly usedBy: {
    readonly doors: readonly string[];
    readonly clients: readonly { readonly id: string; readonly displayName: string }[];
  };
}

/** What texts for people say of the organisation. */
export interface OrganizationResource {
  readonly helpDesk: {
    readonly name: string | null;
    readonly phone: string | null;
    readonly email: string | null;
    readonly url: string | null;
  };
  readonly timeZone: string | null;
  readonly deviceManagementApp: string | null;
  readonly timeZoneInUse: string;
}

export interface PlatformNameResource {
  readonly name: string;
  /** null: nobody has given it a platform. */
  readonly platform: string | null;
  readonly devices: number;
  readonly closed: number;
  readonly deviceIds: readonly string[];
}

/** A value in a vendor's reports that no table of the hub's holds. */
export interface UnknownTermResource {
  readonly connectorId: string;
  readonly field: string;
  readonly value: string;
  readonly about: 'protection' | 'level' | 'finding' | 'other';
  readonly devices: number;
  readonly deviceIds: readonly string[];
  readonly firstSeenDateTime: string | null;
  readonly lastSeenDateTime: string | null;
  readonly reportId: string | null;
  readonly handling: 'automatic' | 'disregarded' | 'enforced';
  readonly handledSinceDateTime: string | null;
  readonly handledBy: string | null;
}

export interface MergeRuleResource {
  readonly id: string;
  /** What about the rule is dangerous. */
  readonly warning?: string;
  readonly platform: string | null;
  readonly groupId: string | null;
  readonly priority: number;
  readonly method: string;
  readonly order?: readonly string[];
  readonly atLeast?: number;
  readonly silentPartner: string;
}

/** AuthZEN's answer with our context (Authorization API 1.0, section 6.2). */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context: {
    readonly reasons: readonly ReasonResource[];
    readonly reason_admin: { readonly en: string };
    readonly reason_user: Readonly<Record<string, string>>;
    readonly language: string;
    /** `reason_user` in parts, in the order in which they are read; absent where there is nothing to tell but that access is granted. */
    readonly explanation?: { readonly language: string; readonly parts: readonly ExplanationPartResource[] };
    /** Only to a caller that fulfils them. */
    readonly obligations?: readonly {
      readonly id: string;
      readonly type: string;
      readonly properties: Readonly<Record<string, unknown>>;
    }[];
    /** What of the request could not be used. */
    readonly hints?: readonly { readonly field: string; readonly message: string }[];
    readonly report_only: readonly {
      readonly policyId: string;
      readonly result: string;
      readonly reasons: readonly ReasonResource[];
    }[];
    readonly remediation_url?: string;
  };
}

export interface ExplanationPartResource {
  /** Such as `cause`, `step`, `returns`. */
  readonly kind: string;
  /** Code of the reason that it is about. */
  readonly reason?: string;
  readonly text: string;
  /** Words of a partner, as they stand in the text. */
  readonly words?: string;
  readonly contact?: {
    readonly name?: string;
    readonly phone?: string;
    readonly email?: string;
    readonly url?: string;
  };
}

export interface ReasonResource {
  readonly code: string;
  readonly policyId?: string;
  readonly policyName?: string;
  readonly rule?: string;
  readonly connectorId?: string;
  readonly findingIds?: readonly string[];
  readonly required?: string;
  readonly actual?: string;
}

/** What became of one report of the partner API. */
export interface ReportResultResource {
  readonly reportId: string | null;
  readonly status: 'accepted' | 'duplicate' | 'late' | 'rejected';
  readonly matched?: false;
  readonly error?: { readonly message: string; readonly target: string };
}
