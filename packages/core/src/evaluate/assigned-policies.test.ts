import { expect, test } from 'vitest';
import type { AndroidManagement } from '../vocabulary/android-management.ts';
import type { CompliancePolicy } from '../vocabulary/compliance.ts';
import { assignedPolicies } from './assigned-policies.ts';

const policyFor = (androidManagement: AndroidManagement | undefined): CompliancePolicy => ({
  id: androidManagement ?? 'any',
  displayName: '',
  version: 1,
  platform: 'android',
  gracePeriodHours: 0,
  targets: [{ kind: 'allDevices' }],
  androidManagement,
});
const POLICIES = [
  policyFor('deviceAdministrator'),
  policyFor('workProfile'),
  policyFor('deviceOwner'),
  policyFor(undefined),
];
const idsFor = (androidManagement: AndroidManagement | undefined): readonly string[] =>
  assignedPolicies(POLICIES, { platform: 'android', androidManagement }, [], true).map(({ id }) => id);

test('an Android device has the policies for the way it is managed', () => {
  expect(idsFor('workProfile')).toEqual(['workProfile', 'any']);
  expect(idsFor('deviceOwner')).toEqual(['deviceOwner', 'any']);
  expect(idsFor('aosp')).toEqual(['any']);
});

test('a device of which that is not known has to meet all of them', () => {
  expect(idsFor(undefined)).toEqual(['deviceAdministrator', 'workProfile', 'deviceOwner', 'any']);
});
