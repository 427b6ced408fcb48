import type { Permission } from '@sallyport/contracts';

/** Who may read and write what, by Graph's permission names. `ReadWrite` includes `Read`. */
export interface AreaAccess {
  readonly read: readonly Permission[];
  readonly write: readonly Permission[];
}

function area(
  name:
    | 'DeviceManagementServiceConfig'
    | 'DeviceManagementConfiguration'
    | 'DeviceManagementManagedDevices'
    | 'Application',
): AreaAccess {
  return { read: [`${name}.Read.All`, `${name}.ReadWrite.All`], write: [`${name}.ReadWrite.All`] };
}

export const CONNECTORS = area('DeviceManagementServiceConfig');
export const COMPLIANCE = area('DeviceManagementConfiguration');
export const DEVICES = area('DeviceManagementManagedDevices');
export const APPLICATIONS = area('Application');

export const CONDITIONAL_ACCESS: AreaAccess = {
  read: ['Policy.Read.All', 'Policy.Read.ConditionalAccess', 'Policy.ReadWrite.ConditionalAccess'],
  write: ['Policy.ReadWrite.ConditionalAccess'],
};

export const USERS: AreaAccess = {
  read: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  write: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
};

export const GROUPS: AreaAccess = {
  read: ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  write: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
};

export const MEMBERS: AreaAccess = {
  read: [...GROUPS.read, 'GroupMember.Read.All', 'GroupMember.ReadWrite.All'],
  write: ['GroupMember.ReadWrite.All', ...GROUPS.write],
};

/** Which groups somebody is in, asked from the member's side. */
export const MEMBERSHIPS_OF_USER: readonly Permission[] = [
  ...USERS.read,
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
];

export const AUDIT: readonly Permission[] = ['AuditLog.Read.All', ...COMPLIANCE.read];
