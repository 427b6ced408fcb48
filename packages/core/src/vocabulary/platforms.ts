/** Graph's `conditionalAccessDevicePlatform` for devices that can be told apart; `unknown` for all others. */
export type Platform = 'android' | 'iOS' | 'macOS' | 'windows' | 'linux' | 'unknown';

export const PLATFORMS: readonly Platform[] = ['android', 'iOS', 'macOS', 'windows', 'linux', 'unknown'];
