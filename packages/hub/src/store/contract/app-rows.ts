import type { DeviceApps, KeptApp } from '../store.ts';
import { T0 } from './rows.ts';

export const MAIL: KeptApp = {
  appPlatform: 'ios',
  listed: true,
  appId: 'com.example.mail',
  version: '54873',
  shortVersion: '4.2.1',
  name: 'Example Mail',
  bundleSize: 48_234_496,
  dynamicSize: 5_000_000_000,
  validated: true,
  managed: true,
  adHocSigned: false,
  fromAppStore: true,
  betaApp: false,
  deviceBasedVpp: true,
};
export const TORCH: KeptApp = {
  appPlatform: 'ios',
  listed: true,
  appId: 'net.sideload.torch',
  name: 'Super Tørch \u{1F526}',
  version: '1',
  validated: false,
  adHocSigned: true,
};
export const DIARY: KeptApp = {
  appPlatform: 'ios',
  listed: false,
  appId: 'com.example.diary',
  name: 'Diary',
  shortVersion: '2.0',
  managed: false,
};

export const apps = (deviceId: string, list: readonly KeptApp[], changes: Partial<DeviceApps> = {}): DeviceApps => ({
  deviceId,
  platform: 'iOS',
  collectedAt: T0,
  source: 'nanomdm',
  apps: list,
  ...changes,
});
