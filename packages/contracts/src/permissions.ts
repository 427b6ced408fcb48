/**
 * What a token's `roles` may hold. Graph's names where Graph has one; ours begin with `Sallyport.`.
 * `ReadWrite` includes `Read` of the same area (checked by the caller naming both in `anyOf`).
 */
export const PERMISSIONS = [
  'DeviceManagementServiceConfig.Read.All',
  'DeviceManagementServiceConfig.ReadWrite.All',
  'DeviceManagementConfiguration.Read.All',
  'DeviceManagementConfiguration.ReadWrite.All',
  'DeviceManagementManagedDevices.Read.All',
  'DeviceManagementManagedDevices.ReadWrite.All',
  'Policy.Read.All',
  'Policy.Read.ConditionalAccess',
  'Policy.ReadWrite.ConditionalAccess',
  'User.Read.All',
  'User.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Application.Read.All',
  'Application.ReadWrite.All',
  'AuditLog.Read.All',
  'update_device_health',
  'Sallyport.Access.Evaluate',
  'Sallyport.Doors.Read.All',
  'Sallyport.Doors.ReadWrite.All',
  'Sallyport.Settings.Read.All',
  'Sallyport.Settings.ReadWrite.All',
  'Sallyport.Reports.Read.All',
  'Sallyport.Reports.ReadWrite.All',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export function isPermission(name: string): name is Permission {
  return (PERMISSIONS as readonly string[]).includes(name);
}
