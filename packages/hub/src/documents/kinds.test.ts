import { describe, expect, test } from 'vitest';
import type { AccessPolicy, CompliancePolicy, Connector, UserFacts } from '@sallyport/core';
import { draftOf } from './catalogue.ts';
import { toDeviceFacts } from './device-facts.ts';
import { DEFAULT_SETTINGS } from './kinds/management-settings.ts';

const GROUP = '0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001';

const toConnector = (body: Record<string, unknown>): Connector =>
  draftOf('mobileThreatDefenseConnector', 'c1', body) as Connector;
const toCompliancePolicy = (body: Record<string, unknown>): CompliancePolicy | undefined =>
  draftOf('deviceCompliancePolicy', 'p1', body) as CompliancePolicy | undefined;
const toAccessPolicy = (body: Record<string, unknown>): AccessPolicy =>
  draftOf('conditionalAccessPolicy', 'a1', body) as AccessPolicy;

describe('a connector', () => {
  test('has a platform entry for each toggle pair of Graph', () => {
    const connector = toConnector({
      partnerDisplayName: 'Lookout for Work',
      androidEnabled: true,
      iosEnabled: true,
      iosDeviceBlockedOnMissingPartnerData: true,
      partnerMinimumSupportedAndroidVersion: '5.0',
      partnerUnresponsivenessThresholdInDays: 3,
    });
    expect(connector.platforms.android).toEqual({ enabled: true, blockedOnMissingData: false, minimumVersion: '5.0' });
    expect(connector.platforms.iOS).toEqual({ enabled: true, blockedOnMissingData: true, minimumVersion: undefined });
    expect(connector.platforms.windows?.enabled).toBe(false);
    expect(connector).toMatchObject({ integration: 'full', unresponsivenessThresholdDays: 3 });
  });

  test('is silent after seven days unless it says otherwise, and never at 0', () => {
    expect(toConnector({}).unresponsivenessThresholdDays).toBe(7);
    expect(toConnector({ partnerUnresponsivenessThresholdInDays: 0 }).unresponsivenessThresholdDays).toBe(0);
  });

  test('is basic only when it says so', () => {
    expect(toConnector({ integration: 'basic' }).integration).toBe('basic');
  });
});

describe('a compliance policy', () => {
  const body = {
    '@odata.type': '#microsoft.graph.androidWorkProfileCompliancePolicy',
    displayName: 'Phones',
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: 'low',
    osMinimumVersion: '12',
    osMaximumVersion: '',
    scheduledActionsForRule: [
      {
        scheduledActionConfigurations: [
          { actionType: 'notification', gracePeriodHours: 0 },
          { actionType: 'block', gracePeriodHours: 24 },
        ],
      },
    ],
    assignments: [
      { target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: GROUP.toUpperCase() } },
      { target: { '@odata.type': '#microsoft.graph.exclusionGroupAssignmentTarget', groupId: GROUP } },
      { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } },
    ],
  };

  test('carries level, versions, grace of the block action and targets', () => {
    expect(toCompliancePolicy(body)).toEqual({
      id: 'p1',
      displayName: 'Phones',
      version: 0,
      platform: 'android',
      androidManagement: 'workProfile',
      requiredLevel: 'low',
      osMinimumVersion: '12',
      osMaximumVersion: undefined,
      gracePeriodHours: 24,
      targets: [{ kind: 'group', groupId: GROUP }, { kind: 'exclusionGroup', groupId: GROUP }, { kind: 'allDevices' }],
    });
  });

  test.each([
    ['androidCompliancePolicy', 'android'],
    ['androidDeviceOwnerCompliancePolicy', 'android'],
    ['iosCompliancePolicy', 'iOS'],
    ['macOSCompliancePolicy', 'macOS'],
    ['windows10CompliancePolicy', 'windows'],
  ])('of type %s is for %s', (type, platform) => {
    expect(toCompliancePolicy({ '@odata.type': `#microsoft.graph.${type}` })?.platform).toBe(platform);
  });

  test('of a platform that is not enforced is no policy for the rules', () => {
    expect(toCompliancePolicy({ '@odata.type': '#microsoft.graph.windowsPhone81CompliancePolicy' })).toBeUndefined();
  });

  test.each([
    ['switched off', { ...body, deviceThreatProtectionEnabled: false }],
    ['unavailable', { ...body, deviceThreatProtectionRequiredSecurityLevel: 'unavailable' }],
    ['not set', { ...body, deviceThreatProtectionRequiredSecurityLevel: 'notSet' }],
  ])('has no threat rule when it is %s', (_case, changed) => {
    expect(toCompliancePolicy(changed)?.requiredLevel).toBeUndefined();
  });
});

describe('a conditional access policy', () => {
  test('maps conditions and controls, ids in lower case, words as they are', () => {
    const policy = toAccessPolicy({
      displayName: 'Mail',
      state: 'enabled',
      conditions: {
        users: { includeUsers: ['All'], excludeGroups: [GROUP.toUpperCase()] },
        applications: { includeApplications: ['Office365'], excludeApplications: [] },
        platforms: { includePlatforms: ['all'], excludePlatforms: ['linux'] },
        clientAppTypes: ['browser'],
        locations: null,
      },
      grantControls: { operator: 'AND', builtInControls: ['mfa', 'compliantDevice'] },
    });
    expect(policy).toMatchObject({
      users: { includeUsers: ['All'], excludeUsers: [], includeGroups: [], excludeGroups: [GROUP] },
      applications: { include: ['Office365'], exclude: [] },
      platforms: { include: ['all'], exclude: ['linux'] },
      clientAppTypes: ['browser'],
      grant: { operator: 'AND', controls: ['mfa', 'compliantDevice'] },
    });
    expect(policy.locations).toBeUndefined();
  });

  test('without grant controls never denies, and without client app types is for all of them', () => {
    expect(toAccessPolicy({ state: 'enabled', grantControls: null })).toMatchObject({
      grant: null,
      clientAppTypes: ['all'],
    });
  });

  test('in a state of no known name is disabled', () => {
    expect(toAccessPolicy({ state: 'somethingElse' }).state).toBe('disabled');
  });
});

test('an ip location has its ranges, a country location its countries and is never trusted', () => {
  expect(
    draftOf('namedLocation', 'l1', {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      displayName: 'HQ',
      isTrusted: true,
      ipRanges: [{ cidrAddress: '10.0.0.0/8' }, { cidrAddress: '2001:db8::/32' }],
    }),
  ).toEqual({ id: 'l1', displayName: 'HQ', isTrusted: true, ranges: ['10.0.0.0/8', '2001:db8::/32'] });
  expect(
    draftOf('namedLocation', 'l2', {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'Nordics',
      isTrusted: true,
      countriesAndRegions: ['SE', 'NO'],
      includeUnknownCountriesAndRegions: true,
    }),
  ).toEqual({
    id: 'l2',
    displayName: 'Nordics',
    isTrusted: false,
    countries: ['SE', 'NO'],
    includeUnknownCountries: true,
  });
});

test('a user is enabled unless the account says otherwise', () => {
  expect(draftOf('user', 'u1', { userPrincipalName: 'ada@example.org', mail: null })).toEqual({
    id: 'u1',
    userPrincipalName: 'ada@example.org',
    mail: undefined,
    accountEnabled: true,
    preferredLanguage: undefined,
  });
  expect((draftOf('user', 'u1', { accountEnabled: false }) as UserFacts).accountEnabled).toBe(false);
});

test('a device that never synchronised was last seen in 1970, so that it counts as inactive', () => {
  expect(
    toDeviceFacts({ id: 'd1', operatingSystem: 'iPadOS', osVersion: '18.1', enrolledDateTime: '2026-01-01T00:00:00Z' }),
  ).toEqual({
    id: 'd1',
    platform: 'iOS',
    operatingSystem: 'iPadOS',
    osVersion: '18.1',
    userId: undefined,
    lastSyncAt: 0,
    enrolledAt: Date.UTC(2026, 0, 1),
  });
});

test('settings have the defaults of Graph until they are set', () => {
  expect(DEFAULT_SETTINGS).toEqual({ secureByDefault: false, checkinThresholdDays: 30 });
  expect(
    draftOf('deviceManagementSettings', 'default', { secureByDefault: true, deviceComplianceCheckinThresholdDays: 14 }),
  ).toEqual({ secureByDefault: true, checkinThresholdDays: 14 });
});
