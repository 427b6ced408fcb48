import type { SilentPartnerRule } from '@sallyport/core';
import type { Chance } from './testing-random.ts';

/** The fleet of the quiet month: what the managements of an organisation of that size really report. */

export type Kind = 'android' | 'iOS' | 'windows' | 'macOS' | 'unknown' | 'other';

/** System and version as seven managements write them; of each line as many of a hundred devices. */
const SYSTEMS: readonly (readonly [share: number, name: string, version: string, kind: Kind])[] = [
  // Intune
  [14, 'Android', '14', 'android'],
  [14, 'iOS', '17.5.1', 'iOS'],
  [6, 'Windows', '10.0.22631.3593', 'windows'],
  [2, 'macOS', '14.5', 'macOS'],
  [1, 'Linux', '22.04', 'other'],
  [1, 'ChromeOS', '125.0.6422', 'other'],
  // Jamf Pro
  [6, 'iPadOS', '17.5.1 (21F90)', 'iOS'],
  [3, 'Mac OS X', '14.4.1', 'macOS'],
  [1, 'tvOS', '17.5', 'other'],
  // Workspace ONE
  [5, 'Apple', '17.4.0', 'iOS'],
  [2, 'AppleOsX', '14.4.0', 'macOS'],
  [3, 'WinRT', '10.0.22631', 'windows'],
  // Android Management API
  [8, 'ANDROID', '14', 'android'],
  [2, 'AOSP', '13', 'android'],
  // NanoMDM
  [4, 'iPhone15,2', '17.5.1', 'iOS'],
  [2, 'iPad13,1', '17.5', 'iOS'],
  [1, 'MacBookPro18,3', '14.5', 'macOS'],
  // Fleet
  [3, 'ios', 'iOS 17.4', 'iOS'],
  [3, 'ipados', 'iPadOS 17.4.1', 'iOS'],
  [3, 'darwin', 'macOS 14.4.1', 'macOS'],
  [3, 'windows', 'Windows 11 Pro 10.0.22631.3593', 'windows'],
  [2, 'ubuntu', 'Ubuntu 22.04.4 LTS', 'other'],
  [1, 'rhel', 'Red Hat Enterprise Linux 9.3', 'other'],
  [1, 'debian', 'Debian GNU/Linux 12', 'other'],
  [1, 'chrome', 'ChromeOS 125', 'other'],
  // Configuration Manager
  [3, 'Microsoft Windows NT Workstation 10.0', '10.0.22631', 'windows'],
  // Devices that Intune lists without managing them, and a name that is in no table.
  [1, 'HP LaserJet', '', 'other'],
  [1, 'Zebra Printer', '', 'other'],
  [2, 'FooOS', '1', 'unknown'],
];

export const MINIMUM = { android: '13', iOS: '17.0', windows: '10.0.19045', macOS: '14.0' } as const;
const TOO_OLD = { android: '11', iOS: '16.7.8' } as const;

/** One rule for silent partners for each group of people. */
export const SILENT_RULES: readonly SilentPartnerRule[] = ['keepWorse', 'ignore', 'keepLast', 'raise', 'block'];

export interface Made {
  readonly n: number;
  readonly id: string;
  readonly entraId: string;
  readonly serial: string;
  /** Two devices each. */
  readonly userId: string;
  readonly mail: string;
  readonly rule: SilentPartnerRule;
  readonly system: string;
  readonly kind: Kind;
  readonly enrolledAt: number;
  version: string;
  /** Where the device's own version is below what its policy asks for. */
  isTooOld: boolean;
  lastContact: number;
  /** Switched off until then. */
  offUntil: number;
  /** The record of a phone that has been enrolled again since; nobody uses it. */
  isFormer: boolean;
  isAttacked: boolean;
  /** Something happens to it: nothing else does at the same time. */
  isBusy: boolean;
}

export function madeFleet(count: number, at: number, chance: Chance): Made[] {
  const hundred = SYSTEMS.flatMap((line) => Array.from({ length: line[0] }, () => line));
  return Array.from({ length: count }, (_, n) => {
    const [, system, version, kind] = hundred[(n * 37) % hundred.length] as (typeof SYSTEMS)[number];
    // Only under names that every version of the hub has understood.
    const isTooOld = (system === 'Android' || system === 'iOS') && chance.next() < 0.02;
    return made(n, {
      system,
      kind,
      isTooOld,
      version: isTooOld ? TOO_OLD[kind as 'android' | 'iOS'] : version,
      enrolledAt: at - chance.between(10, 900) * 86_400_000,
      lastContact: at - chance.between(0, 86_400) * 1_000,
    });
  });
}

type Varying = Pick<Made, 'system' | 'kind' | 'isTooOld' | 'version' | 'enrolledAt' | 'lastContact'>;

function made(n: number, { system, kind, isTooOld, version, enrolledAt, lastContact }: Varying, round = 0): Made {
  const person = Math.floor(n / 2);
  return {
    n,
    id: guid(round * 2 + 1, n),
    entraId: guid(round * 2 + 2, n),
    serial: `SN${String(n).padStart(8, '0')}`,
    userId: userId(person),
    mail: mailOf(person),
    rule: SILENT_RULES[person % SILENT_RULES.length] as SilentPartnerRule,
    system,
    kind,
    isTooOld,
    version,
    enrolledAt,
    lastContact,
    offUntil: 0,
    isFormer: false,
    isAttacked: false,
    isBusy: false,
  };
}

/** The same phone enrolled again: new ids, the same serial number and person. */
export function enrolledAgain(before: Made, at: number): Made {
  return made(before.n, { ...before, enrolledAt: at, lastContact: at }, 1);
}

/** Another record of a phone that both have contact: a backup was put on a second phone, serial number included. */
export function doubleOf(before: Made, at: number): Made {
  return made(before.n, { ...before, lastContact: at }, 2);
}

export function managedDevice(device: Made): Record<string, unknown> {
  const { id, entraId, serial, userId, mail, system, version, lastContact, enrolledAt } = device;
  return {
    id,
    deviceName: `device ${device.n}`,
    operatingSystem: system,
    osVersion: version,
    serialNumber: serial,
    azureADDeviceId: entraId,
    userId,
    userPrincipalName: mail,
    lastSyncDateTime: new Date(lastContact).toISOString(),
    enrolledDateTime: new Date(enrolledAt).toISOString(),
  };
}

export function userId(person: number): string {
  return guid(9, person);
}

export function mailOf(person: number): string {
  return `person${person}@example.com`;
}

export function groupOf(rule: SilentPartnerRule): string {
  return guid(8, SILENT_RULES.indexOf(rule));
}

function guid(kind: number, n: number): string {
  return `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
