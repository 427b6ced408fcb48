import { mergePartners, ruleFor, type Merged } from '../merge/merge-partners.ts';
import type { CompliancePolicy, SettingVerdict } from '../vocabulary/compliance.ts';
import type { Connector, MergeRule } from '../vocabulary/connector.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import { rankOfLevel } from '../vocabulary/level.ts';
import type { Platform } from '../vocabulary/platforms.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { meaningOf } from '../vocabulary/threat-state.ts';
import { checkThreatLevel } from './check-settings.ts';

/** What a device may be whose system has a name that nobody knows. */
export const PHONE_PLATFORMS: readonly Platform[] = ['android', 'iOS'];

export interface UnknownSystemInput {
  readonly device: DeviceFacts;
  readonly groupIds: readonly string[];
  readonly views: readonly PartnerWord[];
  readonly connectors: readonly Connector[];
  readonly mergeRules: readonly MergeRule[];
  /** The policies for phones, of every platform, that are assigned to the device. */
  readonly phonePolicies: readonly CompliancePolicy[];
  readonly limits: SignalLimits;
}

/**
 * What is asked of a device whose system's name is in no table: it may be a phone of any platform. A partner's assessment worse
 * than secured is held against the strictest of the policies for phones that are assigned to it. Without one, it fails if it was
 * registered since this rule is in force; earlier ones are only reported, for an administrator to name their platform.
 */
export function checkUnknownSystem(input: UnknownSystemInput, now: Instant): readonly SettingVerdict[] {
  const { device } = input;
  if (device.systemUnknown !== true) return NOTHING;
  const threat = checkAsPhone(input, now);
  const state = device.strict === true ? 'nonCompliant' : 'compliant';
  const name: SettingVerdict = {
    setting: 'operatingSystem',
    state,
    currentValue: device.operatingSystem,
    reason: { code: 'system_unknown', rule: 'operatingSystem', actual: device.operatingSystem },
  };
  return threat === undefined ? [name] : [threat, name];
}

const NOTHING: readonly SettingVerdict[] = [];

function checkAsPhone(input: UnknownSystemInput, now: Instant): SettingVerdict | undefined {
  const policy = strictest(input.phonePolicies);
  const merged = worstAsPhone(input, now);
  if (policy === undefined || merged === undefined) return undefined;
  const { views, connectors } = input;
  const verdict = checkThreatLevel(policy, { merged, views, connectors, now, limits: input.limits });
  return verdict.state === 'nonCompliant' ? verdict : undefined;
}

function strictest(policies: readonly CompliancePolicy[]): CompliancePolicy | undefined {
  let best: CompliancePolicy | undefined;
  for (const policy of policies) {
    if (policy.requiredLevel === undefined) continue;
    if (best?.requiredLevel === undefined || rankOfLevel(policy.requiredLevel) < rankOfLevel(best.requiredLevel))
      best = policy;
  }
  return best;
}

/** The worse of what the partners come to on each platform; `undefined` where that is not worse than secured, or is no assessment. */
function worstAsPhone(
  { groupIds, views, connectors, mergeRules, limits }: UnknownSystemInput,
  now: Instant,
): Merged | undefined {
  let worst: Merged | undefined;
  for (const platform of PHONE_PLATFORMS) {
    const merged = mergePartners(views, connectors, platform, ruleFor(mergeRules, platform, groupIds), now, limits);
    const isBad =
      (merged.kind === 'level' || merged.kind === 'failing') &&
      meaningOf(merged.state).rank > meaningOf('secured').rank;
    if (isBad && (worst === undefined || meaningOf(merged.state).rank > meaningOf(worst.state).rank)) worst = merged;
  }
  return worst;
}
