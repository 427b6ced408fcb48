import type { CompliancePolicy } from '../vocabulary/compliance.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import { PHONE_PLATFORMS } from './unknown-system.ts';

/**
 * Which compliance policies are assigned to a device: those for its platform whose targets include it and do
 * not exclude it. On Android a policy is for one way of management; a device of which that is not known has to meet
 * the policies for all of them. Groups are the primary user's (Graph documents user groups for the threat rule); a device
 * may itself be a member of a group too, so callers pass both.
 */
export function assignedPolicies(
  policies: readonly CompliancePolicy[],
  device: Pick<DeviceFacts, 'platform' | 'androidManagement'>,
  groupIds: readonly string[],
  hasUser: boolean,
): readonly CompliancePolicy[] {
  return policies.filter((policy) => isFor(policy, device) && isAssigned(policy, groupIds, hasUser));
}

/** The policies for phones of any platform that are assigned to a device of which nobody knows whether it is one. */
export function assignedPhonePolicies(
  policies: readonly CompliancePolicy[],
  groupIds: readonly string[],
  hasUser: boolean,
): readonly CompliancePolicy[] {
  return policies.filter(
    (policy) =>
      (policy.platform === 'any' || PHONE_PLATFORMS.includes(policy.platform)) && isAssigned(policy, groupIds, hasUser),
  );
}

function isFor(
  policy: CompliancePolicy,
  { platform, androidManagement }: Pick<DeviceFacts, 'platform' | 'androidManagement'>,
): boolean {
  return (
    (policy.platform === 'any' || policy.platform === platform) &&
    (policy.androidManagement === undefined ||
      androidManagement === undefined ||
      policy.androidManagement === androidManagement)
  );
}

/** Exclusion beats inclusion, in whatever order the targets stand. */
function isAssigned(policy: CompliancePolicy, groupIds: readonly string[], hasUser: boolean): boolean {
  let included = false;
  for (const target of policy.targets) {
    switch (target.kind) {
      case 'exclusionGroup':
        if (groupIds.includes(target.groupId)) return false;
        break;
      case 'allDevices':
        included = true;
        break;
      case 'allLicensedUsers':
        included ||= hasUser;
        break;
      case 'group':
        included ||= groupIds.includes(target.groupId);
        break;
      default:
        return unreachable(target);
    }
  }
  return included;
}

function unreachable(value: never): never {
  throw new Error(`no such assignment target: ${JSON.stringify(value)}`);
}
