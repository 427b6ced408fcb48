import {
  explainForAdmin,
  type PolicyVerdict,
  type ReasonNames,
  type SettingVerdict,
  type Verdict,
} from '@sallyport/core';
import { typeOfBody, type GraphBody, type GraphVersion } from '@sallyport/contracts/graph/model.ts';

/** Names of the built-in policy's settings, as Intune shows them. */
const BUILT_IN: Readonly<Record<string, string>> = {
  hasPolicy: 'DefaultDeviceCompliancePolicy.RequireDeviceCompliancePolicyAssigned',
  isActive: 'DefaultDeviceCompliancePolicy.RequireRemainContact',
  userExists: 'DefaultDeviceCompliancePolicy.RequireUserExistence',
};

const OF_POLICY: Readonly<Record<string, string>> = {
  deviceThreatProtection: 'DeviceThreatProtectionRequiredSecurityLevel',
  osMinimumVersion: 'OsMinimumVersion',
  osMaximumVersion: 'OsMaximumVersion',
  operatingSystem: 'OperatingSystem',
  // Set on the connector (`partnerUnsupportedOsVersionBlocked`), enforced with the policy's threat rule.
  partnerMinimumVersion: 'PartnerUnsupportedOsVersionBlocked',
};

/** `policyPlatformType` of each policy type; `all` for the built-in policy. */
const PLATFORM_TYPE: Readonly<Record<string, string>> = {
  androidCompliancePolicy: 'android',
  androidDeviceOwnerCompliancePolicy: 'android',
  androidForWorkCompliancePolicy: 'androidForWork',
  androidWorkProfileCompliancePolicy: 'androidWorkProfile',
  aospDeviceOwnerCompliancePolicy: 'androidAOSP',
  iosCompliancePolicy: 'iOS',
  macOSCompliancePolicy: 'macOS',
  windows10CompliancePolicy: 'windows10AndLater',
};

/** What v1.0 has in place of members that only beta knows: a typed client would read those as null. */
const PLATFORM_TYPE_OF_V1: Readonly<Record<string, string>> = {
  androidWorkProfile: 'androidForWork',
  androidAOSP: 'android',
};

/** `deviceCompliancePolicyState` of every policy that the verdict speaks of. `errorDescription` says why, in words. */
export function compliancePolicyStates(
  verdict: Verdict,
  policies: ReadonlyMap<string, Readonly<GraphBody>>,
  device: Readonly<GraphBody>,
  names: ReasonNames,
  version: GraphVersion,
): GraphBody[] {
  const states = verdict.policies.map((policy) =>
    policyState(policy, policies.get(policy.policyId ?? ''), device, names),
  );
  return version === 'beta'
    ? states
    : states.map((state) => ({
        ...state,
        platformType: PLATFORM_TYPE_OF_V1[String(state.platformType)] ?? state.platformType,
      }));
}

function policyState(
  policy: PolicyVerdict,
  body: Readonly<GraphBody> | undefined,
  device: Readonly<GraphBody>,
  names: ReasonNames,
): GraphBody {
  const type = body === undefined ? 'defaultDeviceCompliancePolicy' : typeOfBody(body, 'deviceCompliancePolicy');
  return {
    id: policy.policyId ?? '00000000-0000-0000-0000-000000000000',
    displayName: policy.displayName,
    version: policy.version,
    platformType: PLATFORM_TYPE[type] ?? 'all',
    // A policy in its grace period has failed all the same; Graph's status has no other word for it.
    state: policy.state === 'noncompliant' || policy.state === 'inGracePeriod' ? 'nonCompliant' : policy.state,
    settingCount: policy.settings.length,
    userId: device.userId ?? null,
    userPrincipalName: device.userPrincipalName ?? null,
    settingStates: policy.settings.map((setting) => settingState(setting, policy, type, device, names)),
  };
}

function settingState(
  setting: SettingVerdict,
  policy: PolicyVerdict,
  type: string,
  device: Readonly<GraphBody>,
  names: ReasonNames,
): GraphBody {
  const name =
    BUILT_IN[setting.setting] ??
    `${type.charAt(0).toUpperCase()}${type.slice(1)}.${OF_POLICY[setting.setting] ?? setting.setting}`;
  return {
    setting: name,
    settingName: name,
    instanceDisplayName: null,
    settingInstanceId: null,
    state: setting.state,
    currentValue: setting.currentValue ?? null,
    errorCode: 0,
    errorDescription: setting.reason === undefined ? null : explainForAdmin(setting.reason, names),
    sources: [{ id: policy.policyId ?? null, displayName: policy.displayName, sourceType: 'deviceConfiguration' }],
    userId: device.userId ?? null,
    userName: device.userDisplayName ?? null,
    userEmail: device.emailAddress ?? null,
    userPrincipalName: device.userPrincipalName ?? null,
  };
}
