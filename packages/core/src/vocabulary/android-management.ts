/**
 * How an Android device is managed, which decides the compliance policies it is for: `deviceAdministrator`
 * (androidCompliancePolicy), `workProfile` on a personal device (androidWorkProfileCompliancePolicy), `deviceOwner` for fully
 * managed and dedicated devices and for work profiles on company devices (androidDeviceOwnerCompliancePolicy), and
 * `aosp` without Google's services (aospDeviceOwnerCompliancePolicy).
 */
export type AndroidManagement = 'deviceAdministrator' | 'workProfile' | 'deviceOwner' | 'aosp';

/** What a `managedDevice` says that tells; free strings and Graph's enumerations. */
export interface AndroidManagementHints {
  readonly deviceEnrollmentType?: unknown;
  readonly managementAgent?: unknown;
  readonly operatingSystem?: unknown;
  readonly managedDeviceOwnerType?: unknown;
}

/** `deviceEnrollmentType` and `managementAgent` of beta, as far as a value stands for one way alone (`managementAgent` mdm does not). */
const BY_WORD: Readonly<Record<string, AndroidManagement>> = {
  androidenterprisefullymanaged: 'deviceOwner',
  androidenterprisededicateddevice: 'deviceOwner',
  androidenterprisecorporateworkprofile: 'deviceOwner',
  androidaospuserowneddeviceenrollment: 'aosp',
  androidaospuserlessdeviceenrollment: 'aosp',
  intuneaosp: 'aosp',
};

/** Parts of `operatingSystem` as Intune writes it: "Android (Personally-Owned Work Profile)", "AndroidForWork". The first that fits. */
const BY_SYSTEM: readonly (readonly [part: string, management: AndroidManagement])[] = [
  ['aosp', 'aosp'],
  ['corporateownedworkprofile', 'deviceOwner'],
  ['fullymanaged', 'deviceOwner'],
  ['dedicated', 'deviceOwner'],
  ['androidenterprise', 'deviceOwner'],
  ['personallyownedworkprofile', 'workProfile'],
  ['androidforwork', 'workProfile'],
  ['androidworkprofile', 'workProfile'],
  ['deviceadministrator', 'deviceAdministrator'],
];

/** Google's controller serves work profiles on personal devices as well as devices of the company. */
const BY_OWNER: Readonly<Record<string, AndroidManagement>> = { company: 'deviceOwner', personal: 'workProfile' };

/** How an Android device is managed; `undefined` where nothing that is known of it tells. */
export function androidManagementOf({
  deviceEnrollmentType,
  managementAgent,
  operatingSystem,
  managedDeviceOwnerType,
}: AndroidManagementHints): AndroidManagement | undefined {
  const system = wordOf(operatingSystem);
  if (!system.startsWith('android')) return undefined;
  return (
    BY_WORD[wordOf(deviceEnrollmentType)] ??
    BY_SYSTEM.find(([part]) => system.includes(part))?.[1] ??
    BY_WORD[wordOf(managementAgent)] ??
    (wordOf(managementAgent) === 'googleclouddevicepolicycontroller'
      ? BY_OWNER[wordOf(managedDeviceOwnerType)]
      : undefined)
  );
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase().replace(/[^a-z]/g, '') : '';
}
