import type { PolicyVerdict, SettingVerdict } from '../vocabulary/compliance.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import type { Instant } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { readDeviceVersion, type DeviceVersion } from './os-version.ts';

const DAY = 86_400_000;

/** Members of `Verdict.failing` beside the ids of policies: since when the device is as each of them says. */
export const UNREAD_SINCE = {
  version: 'osVersionUnread',
  versionFails: 'osVersionFails',
  limit: 'osLimitUnread',
  system: 'systemNewlyRead',
} as const;

type Failing = Readonly<Record<string, Instant>>;

/** What a device reports as its version, and how long it has until that closes it. */
export interface SystemReport {
  readonly version: DeviceVersion;
  readonly device: DeviceFacts;
  readonly failing: Failing;
  readonly now: Instant;
  readonly limits: SignalLimits;
}

export function systemReportOf(
  device: DeviceFacts,
  failing: Failing,
  now: Instant,
  limits: SignalLimits,
): SystemReport {
  return { version: readDeviceVersion(device.platform, device.osVersion), device, failing, now, limits };
}

/**
 * Until when a policy's limit overlooks a version that was not reported, or of which a part was read before there was a grammar.
 * `undefined`: it does not. A device that failed on its version before gains nothing by not reporting it any more.
 * @param policyFails since when the policy fails, whatever the reason
 */
export function graceOfLimit(report: SystemReport, policyFails: Instant | undefined): Instant | undefined {
  const { version, device, failing, now } = report;
  if (version === 'notReported') return graceOfVersion(report);
  const wasRead = device.strict !== true && /\d/.test(device.osVersion);
  return wasRead && (policyFails === undefined || policyFails >= (failing[UNREAD_SINCE.version] ?? now))
    ? graceOfVersion(report)
    : undefined;
}

/** The same for a partner's rule about old systems, which used to overlook all versions that it could not read. */
export function graceOfPartnerRule(report: SystemReport): Instant | undefined {
  return report.device.strict === true ? undefined : graceOfVersion(report);
}

function graceOfVersion(report: SystemReport): Instant | undefined {
  return report.failing[UNREAD_SINCE.versionFails] === undefined ? graceSince(report, UNREAD_SINCE.version) : undefined;
}

/** Where grace began by a clock that was ahead, it is at most its length from now. */
function graceSince({ failing, now, limits }: SystemReport, name: string): Instant {
  return Math.min(failing[name] ?? now, now) + limits.unreadVersionDays * DAY;
}

/** A setting that a device failed, unless it has time because its system's name is understood only now, or a limit is not any more. */
export function withTime(
  report: SystemReport,
  setting: SettingVerdict,
  key?: typeof UNREAD_SINCE.limit,
): SettingVerdict {
  const name = key ?? (report.device.systemNewlyRead === true ? UNREAD_SINCE.system : undefined);
  if (name === undefined || setting.state !== 'nonCompliant') return setting;
  return { ...setting, graceUntil: Math.max(setting.graceUntil ?? 0, graceSince(report, name)) };
}

/** The earliest time at which one of the failed settings closes; `undefined`: one of them closes at once, or none failed. */
export function graceOfSettings(settings: readonly SettingVerdict[]): Instant | undefined {
  let earliest: Instant | undefined;
  for (const { state, graceUntil } of settings) {
    if (state !== 'nonCompliant') continue;
    if (graceUntil === undefined) return undefined;
    if (earliest === undefined || graceUntil < earliest) earliest = graceUntil;
  }
  return earliest;
}

const VERSION_RULES: ReadonlySet<SettingVerdict['setting']> = new Set<SettingVerdict['setting']>([
  'osMinimumVersion',
  'osMaximumVersion',
  'partnerMinimumVersion',
]);

/** What of `UNREAD_SINCE` holds now, since when. */
export function unreadMarks(
  { version, device, failing, now }: SystemReport,
  policies: readonly PolicyVerdict[],
): Record<string, Instant> | undefined {
  let marks: Record<string, Instant> | undefined;
  const mark = (name: string): void => {
    (marks ??= {})[name] = failing[name] ?? now;
  };
  if (typeof version === 'string' && device.platform !== 'unknown') mark(UNREAD_SINCE.version);
  if (device.systemNewlyRead === true) mark(UNREAD_SINCE.system);
  for (const { settings } of policies) {
    for (const { setting, state, reason, graceUntil } of settings) {
      if (state !== 'nonCompliant' || !VERSION_RULES.has(setting)) continue;
      if (reason?.code === 'os_limit_unreadable') mark(UNREAD_SINCE.limit);
      else if ((graceUntil ?? 0) <= now) mark(UNREAD_SINCE.versionFails);
    }
  }
  return marks;
}
