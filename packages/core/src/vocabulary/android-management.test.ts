import { expect, test } from 'vitest';
import { androidManagementOf, type AndroidManagementHints } from './android-management.ts';

test.each<[string | undefined, AndroidManagementHints]>([
  ['deviceOwner', { operatingSystem: 'Android', deviceEnrollmentType: 'androidEnterpriseFullyManaged' }],
  [
    'deviceOwner',
    { operatingSystem: 'Android', deviceEnrollmentType: 'androidEnterpriseDedicatedDevice', managementAgent: 'mdm' },
  ],
  ['deviceOwner', { operatingSystem: 'Android', deviceEnrollmentType: 'androidEnterpriseCorporateWorkProfile' }],
  [
    'deviceOwner',
    {
      operatingSystem: 'Android',
      managementAgent: 'googleCloudDevicePolicyController',
      managedDeviceOwnerType: 'company',
    },
  ],
  [
    'workProfile',
    {
      operatingSystem: 'Android',
      managementAgent: 'googleCloudDevicePolicyController',
      managedDeviceOwnerType: 'personal',
    },
  ],
  [undefined, { operatingSystem: 'Android', managementAgent: 'googleCloudDevicePolicyController' }],
  [undefined, { operatingSystem: 'Android', managementAgent: 'mdm', managedDeviceOwnerType: 'personal' }],
  ['deviceOwner', { operatingSystem: 'Android (corporate-owned work profile)' }],
  [
    'workProfile',
    { operatingSystem: 'Android (Personally-Owned Work Profile)', deviceEnrollmentType: 'userEnrollment' },
  ],
  ['workProfile', { operatingSystem: 'AndroidForWork', managementAgent: 'mdm' }],
  ['workProfile', { operatingSystem: 'AndroidForWork', managementAgent: 'googleCloudDevicePolicyController' }],
  ['deviceAdministrator', { operatingSystem: 'Android (device administrator)' }],
  ['aosp', { operatingSystem: 'Android (AOSP)' }],
  ['aosp', { operatingSystem: 'Android', deviceEnrollmentType: 'androidAOSPUserlessDeviceEnrollment' }],
  [undefined, { operatingSystem: 'Android' }],
  [undefined, { operatingSystem: 'Android', deviceEnrollmentType: 'unknown', managementAgent: 'mdm' }],
  [undefined, { operatingSystem: 'Android', deviceEnrollmentType: 'userEnrollment', managementAgent: null }],
  [undefined, { operatingSystem: 'iOS', deviceEnrollmentType: 'androidEnterpriseFullyManaged' }],
  [undefined, {}],
])('%s is what %j tells', (management, hints) => {
  expect(androidManagementOf(hints)).toBe(management);
});
