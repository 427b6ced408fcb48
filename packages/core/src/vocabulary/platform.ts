/** Graph's `conditionalAccessDevicePlatform` for devices that can be told apart; `unknown` for all others. */
export type Platform = 'android' | 'iOS' | 'macOS' | 'windows' | 'linux' | 'unknown';

export const PLATFORMS: readonly Platform[] = ['android', 'iOS', 'macOS', 'windows', 'linux', 'unknown'];

/**
 * The platform behind `managedDevice.operatingSystem`, a free string that MDMs fill in their own way
 * ("iOS", "iPadOS", "Android (Personally-Owned Work Profile)", "Windows 11").
 */
export function platformOf(operatingSystem: string | null | undefined): Platform {
  const os = (operatingSystem ?? '').toLowerCase();
  if (os.startsWith('android')) return 'android';
  if (os.startsWith('ios') || os.startsWith('ipados')) return 'iOS';
  if (os.startsWith('mac')) return 'macOS';
  if (os.startsWith('windows')) return 'windows';
  if (os.startsWith('linux') || os.startsWith('ubuntu')) return 'linux';
  return 'unknown';
}
