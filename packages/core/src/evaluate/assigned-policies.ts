import type { CompliancePolicy } from '../vocabulary/compliance.ts';
import type { Platform } from '../vocabulary/platform.ts';

/**
 * Which compliance policies are assigned to a device: those of its platform whose targets include it and do
 * not exclude it. Groups are the primary user's (Graph documents user groups for the threat rule); a device
 * may itself be a member of a group too, so callers pass both.
 */
export function assignedPolicies(
  policies: readonly CompliancePolicy[], platform: Platform, groupIds: readonly string[], hasUser: boolean,
): readonly CompliancePolicy[] {
  return policies.filter((policy) => policy.platform === platform && isAssigned(policy, groupIds, hasUser));
}

/** Exclusion beats inclusion, in whatever order the targets stand. */
function isAssigned(policy: CompliancePolicy, groupIds: readonly string[], hasUser: boolean): boolean {
  let included = false;
  for (const target of policy.targets) {
    switch (target.kind) {
      case 'exclusionGroup': if (groupIds.includes(target.groupId)) return false; break;
      case 'allDevices': included = true; break;
      case 'allLicensedUsers': included ||= hasUser; break;
      case 'group': included ||= groupIds.includes(target.groupId); break;
      default: return unreachable(target);
    }
  }
  return included;
}

function unreachable(value: never): never {
  throw new Error(`no such assignment target: ${JSON.stringify(value)}`);
}
