import { describe, expect, test } from 'vitest';
import type { InstalledApp } from './installed-app.ts';
import { isManagedStatus } from './apple-managed.ts';
import type { InventoryOptIn, OwnerType, SharingScope } from './sharing.ts';
import { appsWithin, isKeptApp, isListedApp, sharingScope } from './sharing.ts';

const OFF: InventoryOptIn = { enabled: false, personal: false };
const ON: InventoryOptIn = { enabled: true, personal: false };
const FULL: InventoryOptIn = { enabled: true, personal: true };
const PERSONAL_ONLY: InventoryOptIn = { enabled: false, personal: true };
const MAIL = { appId: 'com.example.mail', managed: true };
const DIARY = { appId: 'com.example.diary', managed: false };
const GAME: InstalledApp = { appId: 'com.example.game' };

describe('what a partner may be given of a device', () => {
  const table: readonly (readonly [
    InventoryOptIn | undefined,
    OwnerType,
    apps: SharingScope,
    certificates: SharingScope,
  ])[] = [
    [undefined, 'company', 'none', 'none'],
    [OFF, 'company', 'none', 'none'],
    [OFF, 'personal', 'none', 'none'],
    [PERSONAL_ONLY, 'company', 'none', 'none'],
    [PERSONAL_ONLY, 'personal', 'none', 'none'],
    [ON, 'company', 'all', 'all'],
    [ON, 'personal', 'managed', 'none'],
    [ON, 'unknown', 'managed', 'none'],
    [FULL, 'company', 'all', 'all'],
    [FULL, 'personal', 'all', 'all'],
    [FULL, 'unknown', 'all', 'all'],
  ];
  test.each(table)(
    'with %j on a device whose owner is %s: apps %s, certificates %s',
    (optIn, owner, apps, certificates) => {
      expect(sharingScope('apps', optIn, owner)).toBe(apps);
      expect(sharingScope('certificates', optIn, owner)).toBe(certificates);
    },
  );

  test('the managed part leaves out apps that are not managed and those of which it is not known', () => {
    expect(appsWithin([MAIL, DIARY, GAME], 'managed')).toEqual([MAIL]);
    expect(appsWithin([MAIL, DIARY, GAME], 'all')).toEqual([MAIL, DIARY, GAME]);
    expect(appsWithin([MAIL, DIARY, GAME], 'none')).toEqual([]);
  });
});

test('administrators see the apps of company devices, and only managed ones of all others', () => {
  expect([MAIL, DIARY, GAME].map((app) => isListedApp(app, 'company'))).toEqual([true, true, true]);
  expect([MAIL, DIARY, GAME].map((app) => isListedApp(app, 'personal'))).toEqual([true, false, false]);
  expect([MAIL, DIARY, GAME].map((app) => isListedApp(app, 'unknown'))).toEqual([true, false, false]);
});

test('what nobody may see of a personal device is not kept', () => {
  expect([MAIL, DIARY, GAME].map((app) => isKeptApp(app, 'personal', false))).toEqual([true, false, true]);
  expect([MAIL, DIARY, GAME].map((app) => isKeptApp(app, 'personal', true))).toEqual([true, true, true]);
  expect([MAIL, DIARY, GAME].map((app) => isKeptApp(app, 'company', false))).toEqual([true, true, true]);
});

test('a managed app is one that the device management has in its hands; a status nobody knows is not', () => {
  expect(isManagedStatus('Managed')).toBe(true);
  expect(isManagedStatus('PromptingForUpdate')).toBe(true);
  for (const status of ['UserInstalledApp', 'PromptingForManagement', 'Failed', 'NewWord', 'constructor', ''])
    expect(isManagedStatus(status)).toBe(false);
});
