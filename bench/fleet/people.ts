import type { DeviceRow, PostureRow } from '@sallyport/hub/store/store.ts';
import type { OpenFinding, PartnerView, ThreatState } from '@sallyport/core';
import { GROUPS as SCENARIO_GROUPS } from '../decisions/scenario.ts';
import { guid } from '../shared/guid.ts';
import { Random } from '../shared/random.ts';

/** Who is in the made-up organisation. `n` says which person or phone; the same `n` is always the same one. */
export interface FleetSize {
  readonly devices: number;
  readonly users: number;
}

/** Every person has about two devices. */
export function fleetOf(devices: number): FleetSize {
  return { devices, users: Math.max(1, Math.ceil(devices / 2)) };
}

export const GROUPS = SCENARIO_GROUPS;

export function groupsOfUser(n: number): readonly string[] {
  return new Random(n).distinct(3, GROUPS.length).map((i) => GROUPS[i] as string);
}

export function userBody(n: number): Record<string, unknown> {
  const name = `person${n}@contoso.example`;
  return { userPrincipalName: name, mail: name, displayName: `Person ${n}`, accountEnabled: true };
}

export function deviceId(n: number): string {
  return guid('d000', n);
}

function ownerOf(n: number, { users }: FleetSize): string {
  return guid('1111', n % users);
}

export function deviceRow(n: number, size: FleetSize, at: number): DeviceRow {
  const ios = n % 2 === 0;
  const name = `person${n % size.users}@contoso.example`;
  return {
    id: deviceId(n),
    createdAt: at,
    modifiedAt: at,
    resource: {
      id: deviceId(n),
      deviceName: `${ios ? 'iPhone' : 'Pixel'} of ${name}`,
      operatingSystem: ios ? 'iOS' : 'Android',
      osVersion: ios ? `18.${n % 7}` : `1${4 + (n % 3)}.0`,
      azureADDeviceId: guid('e000', n),
      userId: ownerOf(n, size),
      userPrincipalName: name,
      serialNumber: `SN${n.toString(36).toUpperCase()}`,
      imei: String(350_000_000_000_000 + n),
      managedDeviceOwnerType: 'company',
      enrolledDateTime: new Date(at - 864e5 * (n % 900)).toISOString(),
      lastSyncDateTime: new Date(Date.now() - 60_000 * (n % 480)).toISOString(),
      model: ios ? 'iPhone 16' : 'Pixel 9',
      manufacturer: ios ? 'Apple' : 'Google',
      emailAddress: name,
    },
  };
}

const STATES: readonly ThreatState[] = [
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
];

/** One partner knows the phone, in one case of ten both do. What the policies make of it, the hub finds out. */
export function postureRow(n: number, connectors: readonly string[], at: number): PostureRow {
  const views = connectors
    .filter((_, i) => i === n % 2 || n % 10 === 3)
    .map((connectorId, i): PartnerView => {
      const state = STATES[(n + i * 3) % STATES.length] as ThreatState;
      const finding: OpenFinding = { id: `finding-${n}`, type: 'maliciousNetwork', severity: 'high' };
      return {
        connectorId,
        state,
        observedAt: at + n,
        reportId: `report-${n}`,
        basis: 'posture',
        openFindings: state === 'highSeverity' ? [finding] : [],
      };
    });
  return {
    deviceId: deviceId(n),
    views,
    mergedState: views[0]?.state ?? 'unknown',
    complianceState: 'unknown',
    reasons: [],
    failing: {},
    graceUntil: null,
    updatedAt: at,
  };
}
