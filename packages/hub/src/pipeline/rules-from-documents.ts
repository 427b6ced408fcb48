import type {
  AccessPolicy, AndroidManagement, AssignmentTarget, CompliancePolicy, ComplianceSettings, Connector, ConnectorPlatform, DeviceFacts,
  GrantControl, IncludeExclude, Level, NamedLocation, Platform, UserFacts,
} from '@sallyport/core';
import { androidManagementOf, LEVELS } from '@sallyport/core';
import { STRICT, SUPERSEDED_BY } from '../store/store.ts';
import { systemFacts } from './system-facts.ts';

/**
 * Turns stored Graph documents (camelCase bodies as `api/graph` keeps them) into what the rules see. The
 * documents were validated when they were written; whatever is missing here has Graph's default.
 */
type Body = Readonly<Record<string, unknown>>;

/** The Graph property prefix of each platform that a connector has toggles for. */
const CONNECTOR_PLATFORMS = [
  ['android', 'android', 'Android'], ['iOS', 'ios', 'Ios'], ['macOS', 'mac', 'Mac'], ['windows', 'windows', 'Windows'],
] as const;

/** A `mobileThreatDefenseConnector`; `integration` is ours and `full` unless it says `basic`. */
export function toConnector(body: Body, id: string, heartbeatAt?: number): Connector {
  const platforms: Partial<Record<Platform, ConnectorPlatform>> = {};
  for (const [platform, prefix, word] of CONNECTOR_PLATFORMS) {
    platforms[platform] = {
      enabled: body[`${prefix}Enabled`] === true,
      blockedOnMissingData: body[`${prefix}DeviceBlockedOnMissingPartnerData`] === true,
      minimumVersion: text(body[`partnerMinimumSupported${word}Version`]),
    };
  }
  return {
    id,
    displayName: text(body.partnerDisplayName) ?? id,
    integration: body.integration === 'basic' ? 'basic' : 'full',
    platforms,
    unsupportedOsVersionBlocked: body.partnerUnsupportedOsVersionBlocked === true,
    unresponsivenessThresholdDays: number(body.partnerUnresponsivenessThresholdInDays) ?? 7,
    lastHeartbeatAt: heartbeatAt,
    enrolmentGroupIds: ids(body.enrolmentGroupIds),
    matchDevicesByEmail: body.matchDevicesByEmail === true,
  };
}

const POLICY_PLATFORM: ReadonlyMap<string, Platform> = new Map([
  ['androidCompliancePolicy', 'android'], ['androidWorkProfileCompliancePolicy', 'android'],
  ['androidDeviceOwnerCompliancePolicy', 'android'], ['androidForWorkCompliancePolicy', 'android'],
  ['aospDeviceOwnerCompliancePolicy', 'android'], ['iosCompliancePolicy', 'iOS'],
  ['macOSCompliancePolicy', 'macOS'], ['windows10CompliancePolicy', 'windows'],
]);

const POLICY_ANDROID: ReadonlyMap<string, AndroidManagement> = new Map([
  ['androidCompliancePolicy', 'deviceAdministrator'], ['androidWorkProfileCompliancePolicy', 'workProfile'],
  ['androidForWorkCompliancePolicy', 'workProfile'], ['androidDeviceOwnerCompliancePolicy', 'deviceOwner'], ['aospDeviceOwnerCompliancePolicy', 'aosp'],
]);

/** A `deviceCompliancePolicy`; `undefined` when its type is of no platform that is enforced. */
export function toCompliancePolicy(body: Body, id: string, version: number): CompliancePolicy | undefined {
  const platform = POLICY_PLATFORM.get(typeName(body));
  if (platform === undefined) return undefined;
  return {
    id,
    displayName: text(body.displayName) ?? id,
    version,
    platform,
    androidManagement: POLICY_ANDROID.get(typeName(body)),
    requiredLevel: requiredLevel(body),
    osMinimumVersion: text(body.osMinimumVersion),
    osMaximumVersion: text(body.osMaximumVersion),
    gracePeriodHours: gracePeriodHours(body),
    targets: records(body.assignments).flatMap((assignment) => targetOf(record(assignment.target))),
  };
}

/** `unavailable` and `notSet` mean that there is no threat rule, even where it is switched on. */
function requiredLevel(body: Body): Level | undefined {
  if (body.deviceThreatProtectionEnabled !== true) return undefined;
  return LEVELS.find((level) => level === body.deviceThreatProtectionRequiredSecurityLevel);
}

/** The grace period is that of the one `block` action. */
function gracePeriodHours(body: Body): number {
  const actions = records(body.scheduledActionsForRule).flatMap((rule) => records(rule.scheduledActionConfigurations));
  return number(actions.find((action) => action.actionType === 'block')?.gracePeriodHours) ?? 0;
}

function targetOf(target: Body): AssignmentTarget[] {
  switch (typeName(target)) {
    case 'allDevicesAssignmentTarget': return [{ kind: 'allDevices' }];
    case 'allLicensedUsersAssignmentTarget': return [{ kind: 'allLicensedUsers' }];
    case 'groupAssignmentTarget': return [{ kind: 'group', groupId: canonicalId(String(target.groupId)) }];
    case 'exclusionGroupAssignmentTarget': return [{ kind: 'exclusionGroup', groupId: canonicalId(String(target.groupId)) }];
    default: return [];
  }
}

/** A `conditionalAccessPolicy`. A policy without grant controls, or with none of ours, never denies. */
export function toAccessPolicy(body: Body, id: string): AccessPolicy {
  const conditions = record(body.conditions);
  const users = record(conditions.users);
  const clientAppTypes = strings(conditions.clientAppTypes);
  return {
    id,
    displayName: text(body.displayName) ?? id,
    state: stateOf(body.state),
    users: {
      includeUsers: ids(users.includeUsers),
      excludeUsers: ids(users.excludeUsers),
      includeGroups: ids(users.includeGroups),
      excludeGroups: ids(users.excludeGroups),
    },
    applications: includeExclude(conditions.applications, 'Applications') ?? { include: [], exclude: [] },
    platforms: includeExclude(conditions.platforms, 'Platforms'),
    clientAppTypes: clientAppTypes.length === 0 ? ['all'] : clientAppTypes,
    locations: includeExclude(conditions.locations, 'Locations'),
    grant: grantOf(body.grantControls),
  };
}

function stateOf(state: unknown): AccessPolicy['state'] {
  return state === 'enabled' || state === 'enabledForReportingButNotEnforced' ? state : 'disabled';
}

function grantOf(grantControls: unknown): AccessPolicy['grant'] {
  const controls = strings(record(grantControls).builtInControls) as GrantControl[];
  if (controls.length === 0) return null;
  return { operator: record(grantControls).operator === 'AND' ? 'AND' : 'OR', controls };
}

function includeExclude(value: unknown, suffix: string): IncludeExclude | undefined {
  if (value === null || value === undefined) return undefined;
  const condition = record(value);
  return { include: ids(condition[`include${suffix}`]), exclude: ids(condition[`exclude${suffix}`]) };
}

/** An `ipNamedLocation` or a `countryNamedLocation`. */
export function toNamedLocation(body: Body, id: string): NamedLocation {
  const displayName = text(body.displayName) ?? id;
  if (typeName(body) === 'countryNamedLocation') {
    return {
      id,
      displayName,
      isTrusted: false,
      countries: strings(body.countriesAndRegions),
      includeUnknownCountries: body.includeUnknownCountriesAndRegions === true,
    };
  }
  const ranges = records(body.ipRanges).flatMap((range) => text(range.cidrAddress) ?? []);
  return { id, displayName, isTrusted: body.isTrusted === true, ranges };
}

/** A `user`; `groupIds` are its transitive groups. */
export function toUserFacts(body: Body, id: string, groupIds: readonly string[]): UserFacts {
  const userPrincipalName = text(body.userPrincipalName) ?? id;
  const mail = text(body.mail);
  return {
    id,
    userPrincipalName,
    // Mostly the same words, which are then kept once: there may be hundreds of thousands.
    mail: mail === userPrincipalName ? userPrincipalName : mail,
    accountEnabled: body.accountEnabled !== false,
    preferredLanguage: text(body.preferredLanguage),
    groupIds,
  };
}

/** A `managedDevice`. A device that never said when it was last in contact counts as inactive. */
export function toDeviceFacts(resource: Body): DeviceFacts {
  const operatingSystem = text(resource.operatingSystem) ?? '';
  return {
    id: String(resource.id),
    ...systemFacts(operatingSystem, resource[STRICT] === true),
    androidManagement: androidManagementOf(resource),
    supersededBy: text(resource[SUPERSEDED_BY]),
    osVersion: text(resource.osVersion) ?? '',
    userId: text(resource.userId),
    lastSyncAt: time(resource.lastSyncDateTime),
    enrolledAt: time(resource.enrolledDateTime),
  };
}

/** `deviceManagementSettings`; Graph's defaults where nothing was ever set. */
export function toSettings(body: Body | undefined): ComplianceSettings {
  return {
    secureByDefault: body?.secureByDefault === true,
    checkinThresholdDays: number(body?.deviceComplianceCheckinThresholdDays) ?? 30,
  };
}

/** Lower-case for GUIDs, which compare in any case; words such as `All` stay as they are. */
export function canonicalId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id) ? id.toLowerCase() : id;
}

function typeName(body: Body): string {
  return (text(body['@odata.type']) ?? '').replace(/^#?microsoft\.graph\./, '');
}

function ids(value: unknown): string[] {
  return strings(value).map(canonicalId);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function records(value: unknown): Body[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function record(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {};
}

/** `undefined` for the empty string too: Graph clients send it where they mean "not set". */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function time(value: unknown): number {
  const at = Date.parse(text(value) ?? '');
  return Number.isNaN(at) ? 0 : at;
}
