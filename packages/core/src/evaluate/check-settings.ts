import type { CompliancePolicy, ComplianceSettings, SettingVerdict } from '../vocabulary/compliance.ts';
import type { Connector } from '../vocabulary/connector.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import { rankOfLevel } from '../vocabulary/level.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { Merged } from '../merge/merge-partners.ts';
import { decidingViewsOf } from '../merge/word-of-partner.ts';
import { compareVersions, readDeviceVersion, readVersionLimit } from './os-version.ts';
import { graceOfLimit, graceOfPartnerRule, UNREAD_SINCE, withTime, type SystemReport } from './unread-grace.ts';

export interface ThreatInput {
  readonly merged: Merged;
  readonly views: readonly PartnerWord[];
  readonly connectors: readonly Connector[];
  readonly now: Instant;
  readonly limits: SignalLimits;
}

const LEVEL_RULE = 'deviceThreatProtectionRequiredSecurityLevel';
const DAY = 86_400_000;

/** What the enforced settings of one policy say of the device; settings that the policy does not use are left out. */
export function checkSettings(
  policy: CompliancePolicy,
  system: SystemReport,
  threat: ThreatInput,
): readonly SettingVerdict[] {
  if (policy.isUnreadable === true) return [unreadablePolicy(policy)];
  const settings: SettingVerdict[] = [];
  if (policy.requiredLevel !== undefined) settings.push(withTimeForSilence(system, checkThreatLevel(policy, threat)));
  if (policy.osMinimumVersion !== undefined)
    settings.push(checkOsVersion(policy, system, 'osMinimumVersion', policy.osMinimumVersion));
  if (policy.osMaximumVersion !== undefined)
    settings.push(checkOsVersion(policy, system, 'osMaximumVersion', policy.osMaximumVersion));
  return settings;
}

function unreadablePolicy({ id, displayName }: CompliancePolicy): SettingVerdict {
  return {
    setting: 'policy',
    state: 'nonCompliant',
    reason: { code: 'policy_unreadable', policyId: id, policyName: displayName },
  };
}

const SILENCE: ReadonlySet<ReasonCode | undefined> = new Set<ReasonCode>(['partner_data_missing', 'partner_silent']);

/** What a partner says of a device counts at once; that it says nothing may be new to the device. */
function withTimeForSilence(system: SystemReport, setting: SettingVerdict): SettingVerdict {
  return SILENCE.has(setting.reason?.code) ? withTime(system, setting) : setting;
}

/** What the threat rule of a policy says; it must have one. */
export function checkThreatLevel(policy: CompliancePolicy, threat: ThreatInput): SettingVerdict {
  const { merged } = threat;
  const required = policy.requiredLevel as NonNullable<typeof policy.requiredLevel>;
  const about = { policyId: policy.id, policyName: policy.displayName, rule: LEVEL_RULE, required };
  const setting = 'deviceThreatProtection';
  switch (merged.kind) {
    case 'none':
      return {
        setting,
        state: 'notApplicable',
        currentValue: merged.state,
        reason: { code: merged.code, ...about, connectorId: merged.connectorId, remark: true },
      };
    case 'missing':
      return missingData(about, merged.blocked, merged.connectorId, merged.state);
    case 'failing':
      return failed(merged, { code: merged.code, ...about }, threat);
    case 'level':
      if (rankOfLevel(merged.level) > rankOfLevel(required))
        return failed(merged, { code: 'threat_level_above_allowed', ...about }, threat);
      if (merged.missingFrom !== undefined) return missingData(about, true, merged.missingFrom, merged.state);
      return { setting, state: 'compliant', currentValue: merged.level };
    default:
      return unreachable(merged);
  }
}

function missingData(
  about: Omit<Reason, 'code'>,
  blocked: boolean,
  connectorId: string,
  state: string,
): SettingVerdict {
  return {
    setting: 'deviceThreatProtection',
    state: blocked ? 'nonCompliant' : 'compliant',
    currentValue: state,
    reason: { code: 'partner_data_missing', ...about, connectorId, actual: state, ...(!blocked && { remark: true }) },
  };
}

function failed(
  merged: Merged & { connectorId: string },
  reason: Reason,
  { views, connectors, now, limits }: ThreatInput,
): SettingVerdict {
  const connector = connectors.find(({ id }) => id === merged.connectorId);
  const deciding = connector === undefined ? [] : decidingViewsOf(views, connector, now, limits);
  const open = deciding.flatMap(({ view }) => view.openFindings);
  const isHeld = deciding.length > 0 && deciding.every(({ view }) => view.held !== undefined);
  const actual = merged.kind === 'level' ? merged.level : merged.state;
  return {
    setting: 'deviceThreatProtection',
    state: 'nonCompliant',
    currentValue: actual,
    reason: {
      ...reason,
      connectorId: merged.connectorId,
      actual,
      ...(merged.disagreeing.length > 0 && { disagreeing: merged.disagreeing }),
      ...(open.length > 0 && { findingIds: open.map((f) => f.id) }),
      ...(isHeld && { heldDays: limits.holdDays }),
    },
  };
}

function checkOsVersion(
  policy: CompliancePolicy,
  system: SystemReport,
  rule: 'osMinimumVersion' | 'osMaximumVersion',
  limit: string,
): SettingVerdict {
  const { version, device, failing } = system;
  const about = {
    policyId: policy.id,
    policyName: policy.displayName,
    rule,
    required: limit,
    actual: device.osVersion,
  };
  const failed = (code: ReasonCode): SettingVerdict => ({
    setting: rule,
    state: 'nonCompliant',
    currentValue: device.osVersion,
    reason: { code, ...about },
  });
  // A version that cannot be read proves nothing, so it does not pass.
  if (typeof version === 'string')
    return withTime(system, {
      ...failed('os_version_unreadable'),
      graceUntil: graceOfLimit(system, failing[policy.id]),
    });
  const strict = readVersionLimit(limit);
  const loose = strict ?? readDeviceVersion(device.platform, limit);
  if (typeof loose === 'string') return withTime(system, failed('os_limit_unreadable'));
  const order = compareVersions(version, loose);
  if (rule === 'osMinimumVersion' ? order < 0 : order > 0)
    return withTime(
      system,
      failed(rule === 'osMinimumVersion' ? 'os_version_below_minimum' : 'os_version_above_maximum'),
    );
  // Stored before limits had a grammar. What it asks for cannot be known, so in the end nothing meets it.
  if (strict === undefined) return withTime(system, failed('os_limit_unreadable'), UNREAD_SINCE.limit);
  return { setting: rule, state: 'compliant', currentValue: device.osVersion };
}

/** A partner's report proves that the phone is alive as well as a check-in with the device management does. */
function lastContact(device: DeviceFacts, views: readonly PartnerWord[], latest: Instant): Instant {
  let last = device.lastSyncAt <= latest ? device.lastSyncAt : NEVER;
  for (const view of views) if (view.observedAt > last && view.observedAt <= latest) last = view.observedAt;
  return last;
}

const NEVER: Instant = 0;

/**
 * Whether the device has not been heard of within the check-in threshold. What lies further ahead than that was no
 * contact, but the mistake of a clock: the device would be active until that time comes.
 */
export function isInactive(
  device: DeviceFacts,
  views: readonly PartnerWord[],
  settings: ComplianceSettings,
  now: Instant,
): boolean {
  const threshold = settings.checkinThresholdDays * DAY;
  return now - lastContact(device, views, now + threshold) > threshold;
}

export interface BuiltInInput {
  readonly device: DeviceFacts;
  readonly system: SystemReport;
  readonly hasPolicy: boolean;
  /** The primary user is named but not (or no longer) known here. */
  readonly userMissing: boolean;
  readonly views: readonly PartnerWord[];
  readonly settings: ComplianceSettings;
  readonly connectors: readonly Connector[];
  readonly now: Instant;
}

/** The built-in policy (Intune's "Built-in Device Compliance Policy") with the connectors' own rule about old systems. */
export function checkBuiltIn(input: BuiltInInput): readonly SettingVerdict[] {
  const { device, settings } = input;
  const result: SettingVerdict[] = [];
  if (!input.hasPolicy && settings.secureByDefault) {
    result.push({
      setting: 'hasPolicy',
      state: 'nonCompliant',
      reason: { code: 'no_policy_assigned', rule: 'secureByDefault' },
    });
  }
  if (isInactive(device, input.views, settings, input.now)) {
    result.push({
      setting: 'isActive',
      state: 'nonCompliant',
      reason: {
        code: 'device_inactive',
        rule: 'deviceComplianceCheckinThresholdDays',
        required: `${settings.checkinThresholdDays} days`,
      },
    });
  }
  if (input.userMissing) {
    result.push({
      setting: 'userExists',
      state: 'nonCompliant',
      reason: { code: 'device_user_missing', actual: device.userId },
    });
  }
  const tooOld = unsupportedBy(input.system, input.connectors);
  if (tooOld !== undefined) result.push(tooOld);
  return result;
}

/** `partnerUnsupportedOsVersionBlocked`: a device whose system the partner's app does not support cannot be watched by it. */
function unsupportedBy(system: SystemReport, connectors: readonly Connector[]): SettingVerdict | undefined {
  const { device } = system;
  for (const connector of connectors) {
    const platform = connector.platforms[device.platform];
    if (!connector.unsupportedOsVersionBlocked || connector.integration !== 'full' || platform?.enabled !== true)
      continue;
    if (platform.minimumVersion === undefined) continue;
    const failed = belowMinimum(system, platform.minimumVersion);
    if (failed === undefined) continue;
    return withTime(
      system,
      {
        setting: 'partnerMinimumVersion',
        state: 'nonCompliant',
        currentValue: device.osVersion,
        graceUntil: failed.graceUntil,
        reason: {
          code: failed.code,
          connectorId: connector.id,
          rule: 'partnerUnsupportedOsVersionBlocked',
          required: platform.minimumVersion,
          actual: device.osVersion,
        },
      },
      failed.code === 'os_limit_unreadable' ? UNREAD_SINCE.limit : undefined,
    );
  }
  return undefined;
}

/** A version that cannot be read is not supported; devices that were there before this was so have some time. */
function belowMinimum(
  system: SystemReport,
  minimum: string,
): { readonly code: ReasonCode; readonly graceUntil?: Instant | undefined } | undefined {
  const { version, device } = system;
  if (typeof version === 'string') return { code: 'os_version_unreadable', graceUntil: graceOfPartnerRule(system) };
  const limit = readVersionLimit(minimum);
  const loose = limit ?? readDeviceVersion(device.platform, minimum);
  if (typeof loose !== 'string' && compareVersions(version, loose) < 0)
    return { code: 'partner_os_version_unsupported' };
  return limit === undefined ? { code: 'os_limit_unreadable' } : undefined;
}

function unreachable(value: never): never {
  throw new Error(`no such merge result: ${JSON.stringify(value)}`);
}
