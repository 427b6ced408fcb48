import type { ModelProperty } from './model-types.ts';

/**
 * What the model takes from Graph's schema, and what it adds. Everything that is not said by the CSDL is here:
 * which navigation properties we serve, what a client cannot write, defaults that only the documentation
 * names, and the few members that are ours.
 */
export interface ServedType {
  /** Only these of the CSDL's own properties. Absent: all structural ones. */
  readonly only?: readonly string[];
  /** Navigation properties that we serve; the others are left out. */
  readonly navigation?: readonly string[];
  /** Accepted in a body and ignored. */
  readonly readOnly?: readonly string[];
  /** Writable although the rule for all types says otherwise. */
  readonly writable?: readonly string[];
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Members that the CSDL subset lacks, or that are ours. */
  readonly add?: Readonly<Record<string, ModelProperty>>;
}

/** Set by the service for every type that has them. */
export const READ_ONLY_EVERYWHERE: ReadonlySet<string> = new Set([
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'modifiedDateTime',
  'deletedDateTime',
]);

/** Their derived types are not pulled in: nearly everything derives from them, or we serve none of what does. */
export const OPEN_BASES: ReadonlySet<string> = new Set([
  'entity',
  'directoryObject',
  'policyDeletableItem',
  'conditionalAccessPolicy',
]);

const text: ModelProperty = { type: 'Edm.String', nullable: true };
const texts: ModelProperty = { type: 'Edm.String', collection: true };
const flag: ModelProperty = { type: 'Edm.Boolean', nullable: true };
const time: ModelProperty = { type: 'Edm.DateTimeOffset', nullable: true };
/** Real answers carry it, always empty; an export must be accepted again. */
const alwaysNull: ModelProperty = { type: 'null', nullable: true };

/** Where to start; what these refer to follows by itself. */
export const SERVED: Readonly<Record<string, ServedType>> = {
  mobileThreatDefenseConnector: {
    readOnly: [
      'partnerState',
      'lastHeartbeatDateTime',
      'partnerSupportsAndroidMam',
      'partnerSupportsIosCertificateSync',
      'partnerSupportsIosMam',
      'partnerSupportsWindowsMam',
    ],
    defaults: { partnerUnresponsivenessThresholdInDays: 7 },
    // Ours: `basic` shows what the partner reports and never enforces it (the "basic setup" of some partners);
    // the partner is heard only for devices of the enrolment groups, when there are any; and whether a report
    // that names only a user's mail address may be taken to mean that user's one device.
    add: {
      integration: { type: 'connectorIntegration', default: 'full' },
      enrolmentGroupIds: texts,
      matchDevicesByEmail: { type: 'Edm.Boolean', default: false },
      // App Sync for Android; Graph has it for iOS only.
      allowPartnerToCollectAndroidApplicationMetadata: { type: 'Edm.Boolean' },
      allowPartnerToCollectAndroidPersonalApplicationMetadata: { type: 'Edm.Boolean' },
    },
  },
  deviceCompliancePolicy: {
    navigation: ['assignments', 'scheduledActionsForRule'],
    readOnly: ['version'],
    defaults: { roleScopeTagIds: ['0'] },
  },
  deviceComplianceScheduledActionForRule: { navigation: ['scheduledActionConfigurations'] },
  deviceComplianceActionItem: {},
  deviceCompliancePolicyAssignment: { readOnly: ['source', 'sourceId'], defaults: { source: 'direct' } },
  deviceCompliancePolicyState: {},
  managedDevice: {
    navigation: ['detectedApps'],
    readOnly: [
      'detectedApps',
      'complianceState',
      'complianceGracePeriodExpirationDateTime',
      'partnerReportedThreatState',
      'azureActiveDirectoryDeviceId',
      'aadRegistered',
      'userDisplayName',
      'deviceActionResults',
    ],
    defaults: {
      managementAgent: 'mdm',
      managementState: 'managed',
      deviceRegistrationState: 'registered',
      deviceEnrollmentType: 'unknown',
      managedDeviceOwnerType: 'unknown',
      jailBroken: 'Unknown',
      roleScopeTagIds: ['0'],
    },
  },
  detectedApp: { readOnly: ['deviceCount', 'displayName', 'platform', 'publisher', 'sizeInByte', 'version'] },
  deviceManagement: { only: ['settings', 'subscriptionState'], readOnly: ['subscriptionState'] },
  auditEvent: {},
  conditionalAccessPolicy: {
    readOnly: ['templateId', 'partialEnablementStrategy'],
    add: { templateId: text, partialEnablementStrategy: text },
  },
  conditionalAccessConditionSet: {
    add: { deviceStates: alwaysNull, times: alwaysNull, clients: alwaysNull, signInRiskDetections: alwaysNull },
  },
  conditionalAccessGrantControls: { navigation: ['authenticationStrength'] },
  // A policy names it by its id, which v1.0's schema leaves out.
  authenticationStrengthPolicy: { writable: ['id'], add: { id: { type: 'Edm.String' } } },
  namedLocation: {},
  directoryObject: {},
  device: { only: ['deviceId', 'displayName', 'operatingSystem', 'operatingSystemVersion'] },
  user: {
    only: [
      'accountEnabled',
      'ageGroup',
      'businessPhones',
      'city',
      'companyName',
      'country',
      'createdDateTime',
      'department',
      'displayName',
      'employeeId',
      'employeeType',
      'faxNumber',
      'givenName',
      'imAddresses',
      'jobTitle',
      'mail',
      'mailNickname',
      'mobilePhone',
      'officeLocation',
      'onPremisesDistinguishedName',
      'onPremisesDomainName',
      'onPremisesImmutableId',
      'onPremisesLastSyncDateTime',
      'onPremisesSamAccountName',
      'onPremisesSecurityIdentifier',
      'onPremisesSyncEnabled',
      'onPremisesUserPrincipalName',
      'otherMails',
      'passwordPolicies',
      'postalCode',
      'preferredLanguage',
      'proxyAddresses',
      'securityIdentifier',
      'state',
      'streetAddress',
      'surname',
      'usageLocation',
      'userPrincipalName',
      'userType',
      'passwordProfile',
    ],
    defaults: { accountEnabled: true, userType: 'Member' },
  },
  group: {
    only: [
      'classification',
      'createdDateTime',
      'description',
      'displayName',
      'groupTypes',
      'isAssignableToRole',
      'mail',
      'mailEnabled',
      'mailNickname',
      'membershipRule',
      'membershipRuleProcessingState',
      'onPremisesLastSyncDateTime',
      'onPremisesSamAccountName',
      'onPremisesSecurityIdentifier',
      'onPremisesSyncEnabled',
      'preferredLanguage',
      'proxyAddresses',
      'renewedDateTime',
      'securityEnabled',
      'securityIdentifier',
      'uniqueName',
      'visibility',
    ],
    navigation: ['members'],
    readOnly: ['members'],
    defaults: { securityEnabled: true, mailEnabled: false },
  },
};

/** Types written by hand: Graph's shape where Graph has one. */
export const HAND_WRITTEN: Readonly<
  Record<string, { readonly base?: string; readonly properties: Readonly<Record<string, ModelProperty>> }>
> = {
  // Graph's application, cut to what a registered client of ours is; `permissions`, the connector and what
  // concerns decisions (`deviceTrustSet`, `supportedObligations`, `strictContext`) are ours.
  application: {
    base: 'directoryObject',
    properties: {
      appId: { ...text, readOnly: true },
      createdDateTime: { ...time, readOnly: true },
      description: text,
      deviceTrustSet: text,
      displayName: text,
      identifierUris: texts,
      mobileThreatDefenseConnectorId: text,
      passwordCredentials: { type: 'passwordCredential', collection: true, readOnly: true },
      permissions: texts,
      strictContext: flag,
      supportedObligations: texts,
    },
  },
  passwordCredential: {
    properties: {
      customKeyIdentifier: { ...text, readOnly: true },
      displayName: text,
      endDateTime: time,
      hint: { ...text, readOnly: true },
      keyId: { type: 'Edm.Guid', nullable: true },
      secretText: { ...text, readOnly: true },
      startDateTime: time,
    },
  },
  // Accepted when a user is created, as Graph demands it there, and never kept: people do not sign in here.
  passwordProfile: {
    properties: { forceChangePasswordNextSignIn: flag, forceChangePasswordNextSignInWithMfa: flag, password: text },
  },
};

export const HAND_WRITTEN_ENUMS: Readonly<Record<string, readonly string[]>> = {
  connectorIntegration: ['basic', 'full'],
};

/** Ranges that the descriptions of the CSDL do not give, by `type/property`. */
export const RANGES: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  'mobileThreatDefenseConnector/partnerUnresponsivenessThresholdInDays': { min: 0, max: 365 },
  'deviceComplianceActionItem/gracePeriodHours': { min: 0, max: 8760 },
  'deviceManagementSettings/deviceComplianceCheckinThresholdDays': { min: 1, max: 120 },
  'signInFrequencySessionControl/value': { min: 1, max: 8760 },
};

/** Defaults that hold for a complex type wherever it is used, by `type/property`. */
export const DEFAULTS: Readonly<Record<string, unknown>> = {
  'deviceManagementSettings/deviceComplianceCheckinThresholdDays': 30,
  'deviceManagementSettings/isScheduledActionEnabled': true,
  'deviceManagementSettings/deviceInactivityBeforeRetirementInDay': 270,
  'conditionalAccessConditionSet/clientAppTypes': ['all'],
  'countryNamedLocation/countryLookupMethod': 'clientIpAddress',
  'deviceAndAppManagementAssignmentTarget/deviceAndAppManagementAssignmentFilterType': 'none',
};
