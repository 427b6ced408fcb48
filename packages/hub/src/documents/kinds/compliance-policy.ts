import { z } from 'zod';
import {
  LEVELS,
  type AndroidManagement,
  type AssignmentTarget,
  type CompliancePolicy,
  type Level,
  type Platform,
} from '@sallyport/core';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { defineDocument } from '../document-type.ts';
import { count, flag, text, typeName } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    deviceCompliancePolicy: true;
  }
}

const PLATFORM: ReadonlyMap<string, Platform> = new Map([
  ['androidCompliancePolicy', 'android'],
  ['androidWorkProfileCompliancePolicy', 'android'],
  ['androidDeviceOwnerCompliancePolicy', 'android'],
  ['androidForWorkCompliancePolicy', 'android'],
  ['aospDeviceOwnerCompliancePolicy', 'android'],
  ['iosCompliancePolicy', 'iOS'],
  ['macOSCompliancePolicy', 'macOS'],
  ['windows10CompliancePolicy', 'windows'],
]);

const ANDROID_MANAGEMENT: ReadonlyMap<string, AndroidManagement> = new Map([
  ['androidCompliancePolicy', 'deviceAdministrator'],
  ['androidWorkProfileCompliancePolicy', 'workProfile'],
  ['androidForWorkCompliancePolicy', 'workProfile'],
  ['androidDeviceOwnerCompliancePolicy', 'deviceOwner'],
  ['aospDeviceOwnerCompliancePolicy', 'aosp'],
]);

const target = z.looseObject({ '@odata.type': typeName, groupId: z.string().nullish() });
const assignments = z
  .array(z.looseObject({ target }))
  .nullish()
  .transform((value) => value ?? []);
const action = z.looseObject({ actionType: text, gracePeriodHours: count });
const rule = z.looseObject({ scheduledActionConfigurations: z.array(action).nullish() });

/** A `deviceCompliancePolicy` of any type. */
const body = z.looseObject({
  '@odata.type': typeName,
  displayName: text,
  deviceThreatProtectionEnabled: flag,
  deviceThreatProtectionRequiredSecurityLevel: text,
  osMinimumVersion: text,
  osMaximumVersion: text,
  scheduledActionsForRule: z
    .array(rule)
    .nullish()
    .transform((value) => value ?? []),
  assignments,
});

type PolicyBody = z.infer<typeof body>;

/** `undefined` when its type is of no platform that is enforced. */
export function toCompliancePolicy(stored: PolicyBody, id: string, version: number): CompliancePolicy | undefined {
  const type = stored['@odata.type'];
  const platform = PLATFORM.get(type);
  if (platform === undefined) return undefined;
  return {
    id,
    displayName: stored.displayName ?? id,
    version,
    platform,
    androidManagement: ANDROID_MANAGEMENT.get(type),
    requiredLevel: requiredLevel(stored),
    osMinimumVersion: stored.osMinimumVersion,
    osMaximumVersion: stored.osMaximumVersion,
    gracePeriodHours: gracePeriodHours(stored),
    targets: targetsOf(stored.assignments),
  };
}

/** `unavailable` and `notSet` mean that there is no threat rule, even where it is switched on. */
function requiredLevel({
  deviceThreatProtectionEnabled: isOn,
  deviceThreatProtectionRequiredSecurityLevel: required,
}: PolicyBody): Level | undefined {
  return isOn ? LEVELS.find((level) => level === required) : undefined;
}

/** The grace period is that of the one `block` action. */
function gracePeriodHours({ scheduledActionsForRule }: PolicyBody): number {
  const actions = scheduledActionsForRule.flatMap(
    ({ scheduledActionConfigurations }) => scheduledActionConfigurations ?? [],
  );
  return actions.find(({ actionType }) => actionType === 'block')?.gracePeriodHours ?? 0;
}

function targetsOf(assigned: z.infer<typeof assignments>): AssignmentTarget[] {
  return assigned.flatMap(({ target: { '@odata.type': type, groupId } }): AssignmentTarget[] => {
    switch (type) {
      case 'allDevicesAssignmentTarget':
        return [{ kind: 'allDevices' }];
      case 'allLicensedUsersAssignmentTarget':
        return [{ kind: 'allLicensedUsers' }];
      case 'groupAssignmentTarget':
        return [{ kind: 'group', groupId: canonicalId(String(groupId)) }];
      case 'exclusionGroupAssignmentTarget':
        return [{ kind: 'exclusionGroup', groupId: canonicalId(String(groupId)) }];
      default:
        return [];
    }
  });
}

const legible = z.object({
  '@odata.type': typeName.catch(''),
  displayName: text.catch(undefined),
  assignments: assignments.optional().catch(undefined),
});

/** Nothing meets it. It is for the devices that it is assigned to, as far as that can be read; else for all. */
function closed(id: string, stored: Readonly<Record<string, unknown>>): CompliancePolicy | undefined {
  const { '@odata.type': type, displayName, assignments: assigned } = legible.parse(stored);
  if (type !== '' && !PLATFORM.has(type)) return undefined;
  return {
    id,
    displayName: displayName ?? id,
    version: 0,
    platform: PLATFORM.get(type) ?? 'any',
    androidManagement: ANDROID_MANAGEMENT.get(type),
    isUnreadable: true,
    gracePeriodHours: 0,
    targets: assigned === undefined ? [{ kind: 'allDevices' }] : targetsOf(assigned),
  };
}

/** What partners report, and whose report counts, has nothing to do with compliance policies. */
export const compliancePolicyDocument = defineDocument({
  kind: 'deviceCompliancePolicy',
  name: 'compliance policy',
  body,
  toRule: toCompliancePolicy,
  unreadable: closed,
  effectOf: () => 'verdicts',
  isTold: true,
});
